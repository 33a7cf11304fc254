import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { boundFiles, prefixesOf } from "../../src/files/bound.ts";
import { ForbiddenKeyError } from "../../src/files/files.ts";
import { folderFiles } from "../../src/files/folder.ts";

const KEYS = ["c/1/a", "c/10/a", "c/2/a", "g/a", "n/weur/tmp/a", "n/apac/tmp/a", "n/weur/a", "temp/a"];

describe.each([
  ["a client's run", { clientId: 1, nodeId: "" }, ["c/1/a", "temp/a"]],
  ["platform work", { clientId: 0, nodeId: "" }, ["g/a", "n/weur/tmp/a", "n/apac/tmp/a", "temp/a"]],
  ["a node's run", { clientId: 0, nodeId: "weur" }, ["g/a", "n/weur/tmp/a", "temp/a"]],
])("%s", (_name, run, allowed) => {
  it.each(KEYS)("may touch %s only if it is its own", async (key) => {
    const root = await mkdtemp(join(tmpdir(), "minutehand-bound-"));
    onTestFinished(() => rm(root, { recursive: true, force: true }));
    const all = folderFiles(root);
    await all.write(key, "content");
    const own = allowed[0] ?? "";
    await all.write(own, "own");
    const files = boundFiles(all, prefixesOf(run));
    const calls = {
      head: () => files.head(key),
      read: async () => (await files.read(key))?.cancel(),
      list: () => files.list(key),
      level: () => files.list(key, null, { level: true }),
      write: () => files.write(key, "x"),
      moveFrom: () => files.move(key, own),
      moveTo: () => files.move(own, key),
      delete: () => files.delete([own, key]),
    };
    for (const [name, call] of Object.entries(calls)) {
      const refused = await call().then(
        () => false,
        (error: unknown) => error instanceof ForbiddenKeyError,
      );
      expect(refused, name).toBe(!allowed.includes(key));
    }
  });
});

it.each(["c/1", "c/", "", "c/1/../2/", "c/10/"])("a client's run may not list %j", async (prefix) => {
  const files = boundFiles(folderFiles("unused"), prefixesOf({ clientId: 1, nodeId: "" }));
  await expect(files.list(prefix)).rejects.toThrow(ForbiddenKeyError);
});
