import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { FileChangedError, ForbiddenKeyError } from "../../src/files/files.ts";
import { folderFiles } from "../../src/files/folder.ts";
import { describeStore } from "./store-cases.ts";

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "minutehand-files-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

describeStore("a folder on disk", async () => folderFiles(join(await folder(), "new")));

it("takes files that other programs put there", async () => {
  const root = await folder();
  await mkdir(join(root, "c/1/import"), { recursive: true });
  await writeFile(join(root, "c/1/import/a.csv"), "abc");
  const files = folderFiles(root);
  const { entries } = await files.list("c/1/");
  expect(entries).toMatchObject([{ key: "c/1/import/a.csv", size: 3 }]);
  expect(await files.head("c/1/import/a.csv")).toEqual(entries[0]);
});

it("knows a file by its content whichever process asks, and notices one that another program rewrites", async () => {
  const root = await folder();
  await folderFiles(root).write("g/a", "abc");
  const other = folderFiles(root);
  expect((await other.head("g/a"))?.etag).toBe("900150983cd24fb0d6963f7d28e17f72");
  await writeFile(join(root, "g/a"), "abd");
  await utimes(join(root, "g/a"), 1, 1);
  expect((await other.list("g/")).entries[0]?.etag).toBe("4911e516e5aa21d327512e0c8b197616");
  await expect(other.read("g/a", { etag: "900150983cd24fb0d6963f7d28e17f72" })).rejects.toThrow(FileChangedError);
});

it("follows no symbolic link and shows no name that is not a safe key", async () => {
  const root = await folder();
  const outside = await folder();
  await writeFile(join(outside, "secret"), "secret");
  await symlink(join(outside, "secret"), join(root, "link"));
  await symlink(outside, join(root, "elsewhere"));
  await writeFile(join(root, "back\\slash"), "x");
  const files = folderFiles(root);
  expect((await files.list("")).entries).toEqual([]);
  expect(await files.head("link")).toBeNull();
  await expect(files.read("link")).rejects.toThrow();
});

it("shows no object before it is whole, and leaves nothing of a write that failed", async () => {
  const root = await folder();
  const files = folderFiles(root);
  const broken = new ReadableStream<Uint8Array>({
    async pull(controller) {
      expect((await files.list("")).entries).toEqual([]);
      controller.enqueue(new Uint8Array(10));
      controller.error(new Error("the sender hung up"));
    },
  });
  await expect(files.write("g/a", broken)).rejects.toThrow("the sender hung up");
  expect(await readdir(root)).toEqual([]);
});

it("keeps its own temporary names to itself", async () => {
  await expect(folderFiles(await folder()).write(".writing-x/object", "")).rejects.toThrow(ForbiddenKeyError);
});
