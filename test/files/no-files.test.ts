import { describe, expect, it } from "vitest";
import { boundFiles, prefixesOf } from "../../src/files/bound.ts";
import { folderFiles } from "../../src/files/folder.ts";
import { NoFileStoreError, noFiles } from "../../src/files/no-files.ts";

describe("an installation without a file store", () => {
  const files = boundFiles(noFiles, prefixesOf({ clientId: 0, nodeId: "" }));

  it("says so to each run", () => {
    expect(files.missing).toBe(true);
    expect(boundFiles(folderFiles("unused"), ["g/"]).missing).toBeUndefined();
  });

  it.each<[string, () => Promise<unknown>]>([
    ["list", () => files.list("g/")],
    ["head", () => files.head("g/a")],
    ["read", () => files.read("g/a")],
    ["write", () => files.write("g/a", "")],
    ["move", () => files.move("g/a", "g/b")],
    ["delete", () => files.delete(["g/a"])],
  ])("refuses to %s, naming the remedy", async (_, call) => {
    await expect(call()).rejects.toThrow(NoFileStoreError);
    await expect(call()).rejects.toThrow("bind a bucket as FILES");
  });
});
