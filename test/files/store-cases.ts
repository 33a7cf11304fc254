import { describe, expect, it } from "vitest";
import { FileChangedError, FileGoneError, type Files, ForbiddenKeyError } from "../../src/files/files.ts";
import { readRanges } from "../../src/files/ranges.ts";

/** Bytes that differ everywhere within any 251. */
function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index % 251);
}

/** A stream of unknown length, in pieces of `size`. */
function streamed(bytes: Uint8Array, size: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) controller.close();
      else controller.enqueue(bytes.slice(at, at + size));
      at += size;
    },
  });
}

async function bytesOf(stream: ReadableStream<Uint8Array> | null): Promise<Uint8Array | null> {
  return stream && new Uint8Array(await new Response(stream).arrayBuffer());
}

async function textOf(stream: ReadableStream<Uint8Array> | null): Promise<string | null> {
  return stream && (await new Response(stream).text());
}

async function keysOf(files: Files, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await files.list(prefix, cursor ?? null);
    keys.push(...page.entries.map(({ key }) => key));
    cursor = page.cursor;
  }
  return keys;
}

/** What every file store does (the contract in src/files/files.ts). @param open a store without objects */
export function describeStore(name: string, open: () => Promise<Files>): void {
  describe(name, () => {
    it("gives back what was written: text, bytes, streams", async () => {
      const files = await open();
      const large = pattern(9 * 1024 * 1024 + 17);
      await files.write("c/1/text", "Grüße", { contentType: "text/plain" });
      await files.write("c/1/bytes", pattern(1000));
      await files.write("c/1/stream", streamed(large, 100_003));
      await files.write("c/1/short", streamed(pattern(10), 3));
      await files.write("c/1/empty", streamed(new Uint8Array(0), 1));
      expect(await textOf(await files.read("c/1/text"))).toBe("Grüße");
      expect(await bytesOf(await files.read("c/1/bytes"))).toEqual(pattern(1000));
      expect(Buffer.compare((await bytesOf(await files.read("c/1/stream"))) ?? large.slice(1), large)).toBe(0);
      expect(await bytesOf(await files.read("c/1/short"))).toEqual(pattern(10));
      expect(await textOf(await files.read("c/1/empty"))).toBe("");
    });

    it("knows an object by key, size, etag and time, and says null for one that is not there", async () => {
      const files = await open();
      const written = await files.write("c/1/a.csv", "abc");
      expect(await files.head("c/1/a.csv")).toEqual(written);
      expect(written).toMatchObject({ key: "c/1/a.csv", size: 3 });
      expect(written.uploadedAt).toBeGreaterThan(Date.parse("2020-01-01"));
      expect(await files.head("c/1/b.csv")).toBeNull();
      expect(await files.read("c/1/b.csv")).toBeNull();
      expect(await files.read("c/1/b.csv", { offset: 5 })).toBeNull();
      expect(await files.head("c/1")).toBeNull();
      expect(await files.head("c/1/a.csv/b")).toBeNull();
    });

    it("has the MD5 of the content as etag, so that it knows the same content again, wherever it lies", async () => {
      const files = await open();
      const first = await files.write("c/1/a.csv", "abc");
      await files.write("c/2/b.csv", streamed(new TextEncoder().encode("abc"), 2));
      await files.move("c/2/b.csv", "c/2/c.csv");
      const second = await files.head("c/2/c.csv");
      expect([first.etag, second?.etag]).toEqual(Array(2).fill("900150983cd24fb0d6963f7d28e17f72"));
      expect((await files.write("c/1/a.csv", "abc")).etag).toBe(first.etag);
      expect((await files.list("c/2/")).entries[0]).toEqual(second);
    });

    it.each([
      [{}, "0123456789"],
      [{ offset: 4 }, "456789"],
      [{ offset: 2, length: 3 }, "234"],
      [{ length: 4 }, "0123"],
      [{ offset: 8, length: 10 }, "89"],
      [{ offset: 10 }, ""],
      [{ offset: 25, length: 5 }, ""],
      [{ offset: 3, length: 0 }, ""],
    ])("reads the range %j", async (range, expected) => {
      const files = await open();
      await files.write("g/ten", "0123456789");
      expect(await textOf(await files.read("g/ten", range))).toBe(expected);
    });

    it("reads a large object in ranges, from any offset on", async () => {
      const files = await open();
      const entry = await files.write("g/large", pattern(10_000));
      for (const offset of [0, 1, 4095, 9999, 10_000]) {
        const ranges: Uint8Array[] = [];
        for await (const range of readRanges(files, entry, offset, 4096)) ranges.push(range);
        expect(Buffer.concat(ranges)).toEqual(Buffer.from(pattern(10_000).subarray(offset)));
        expect(ranges.every(({ length }) => length <= 4096)).toBe(true);
      }
    });

    it("gives a changed object another etag, and refuses to read or move it under the old one", async () => {
      const files = await open();
      const old = await files.write("c/1/a.csv", "one");
      const entry = await files.write("c/1/a.csv", "two");
      expect(entry.etag).not.toBe(old.etag);
      await expect(files.read("c/1/a.csv", { etag: old.etag })).rejects.toThrow(FileChangedError);
      await expect(files.read("c/1/a.csv", { etag: old.etag, offset: 1, length: 1 })).rejects.toThrow(FileChangedError);
      await expect(files.read("c/1/a.csv", { etag: old.etag, offset: 3 })).rejects.toThrow(FileChangedError);
      await expect(files.move("c/1/a.csv", "c/1/b.csv", { etag: old.etag })).rejects.toThrow(FileChangedError);
      expect(await keysOf(files, "c/1/")).toEqual(["c/1/a.csv"]);
      expect(await textOf(await files.read("c/1/a.csv", { etag: entry.etag, offset: 1 }))).toBe("wo");
    });

    it("stops reading in ranges once the object was replaced or deleted", async () => {
      const files = await open();
      const replaced = await files.write("c/1/replaced", pattern(100));
      const ranges = readRanges(files, replaced, 0, 40);
      expect((await ranges.next()).value).toHaveLength(40);
      await files.write("c/1/replaced", pattern(99));
      await expect(ranges.next()).rejects.toThrow(FileChangedError);
      const deleted = await files.write("c/1/deleted", pattern(100));
      await files.delete(["c/1/deleted"]);
      await expect(readRanges(files, deleted).next()).rejects.toThrow(FileGoneError);
    });

    it("moves an object, also a second time after a crash", async () => {
      const files = await open();
      const entry = await files.write("c/1/in/a.csv", "abc");
      await files.move("c/1/in/a.csv", "c/1/in/done/a.csv", { etag: entry.etag });
      expect(await keysOf(files, "c/1/")).toEqual(["c/1/in/done/a.csv"]);
      await files.move("c/1/in/a.csv", "c/1/in/done/a.csv", { etag: entry.etag });
      expect(await textOf(await files.read("c/1/in/done/a.csv"))).toBe("abc");
      await expect(files.move("c/1/in/b.csv", "c/1/in/done/b.csv")).rejects.toThrow(FileGoneError);
    });

    it("replaces the target of a move that was copied and not deleted", async () => {
      const files = await open();
      await files.write("c/1/a.csv", "abc");
      await files.write("c/1/done/a.csv", "abc");
      await files.move("c/1/a.csv", "c/1/done/a.csv");
      expect(await keysOf(files, "c/1/")).toEqual(["c/1/done/a.csv"]);
    });

    it("deletes objects; a missing one is no error", async () => {
      const files = await open();
      for (const name of ["a", "b", "c"]) await files.write(`c/1/${name}`, name);
      await files.delete(["c/1/a", "c/1/x", "c/1/c"]);
      await files.delete([]);
      expect(await keysOf(files, "c/1/")).toEqual(["c/1/b"]);
    });

    it("lists what begins with a prefix, by bytes of the key, in pages", async () => {
      const files = await open();
      const odd = ["a/x", "a-b", "a.csv", "a/y/z", "a0", "ä", "B", "Z/1", "\ufb01", "𝄞"];
      for (const name of odd) await files.write(`c/1/${name}`, "");
      await files.write("c/10/other", "");
      const inOrder = ["B", "Z/1", "a-b", "a.csv", "a/x", "a/y/z", "a0", "ä", "\ufb01", "𝄞"].map(
        (name) => `c/1/${name}`,
      );
      expect(await keysOf(files, "c/1/")).toEqual(inOrder);
      expect(await keysOf(files, "c/1")).toEqual([...inOrder, "c/10/other"]);
      expect(await keysOf(files, "c/1/a/")).toEqual(["c/1/a/x", "c/1/a/y/z"]);
      expect(await keysOf(files, "c/1/a")).toEqual(inOrder.slice(2, 7));
      expect(await keysOf(files, "c/2/")).toEqual([]);
    });

    it("lists one level: its files, and each folder once, whatever lies in it", async () => {
      const files = await open();
      const names = ["a.csv", "a/x", "a/y/z", "a-b/1", "a0", "deep/er/still", "ä/1"];
      for (const name of names) await files.write(`c/1/${name}`, name);
      await files.write("c/10/other", "");
      const level = async (prefix: string) => {
        const { entries, folders, cursor } = await files.list(prefix, null, { level: true });
        expect(cursor).toBeNull();
        return [entries.map(({ key }) => key), folders];
      };
      expect(await level("c/1/")).toEqual([
        ["c/1/a.csv", "c/1/a0"],
        ["c/1/a-b/", "c/1/a/", "c/1/deep/", "c/1/ä/"],
      ]);
      expect(await level("c/1/a")).toEqual([
        ["c/1/a.csv", "c/1/a0"],
        ["c/1/a-b/", "c/1/a/"],
      ]);
      expect(await level("c/1/deep/er/")).toEqual([["c/1/deep/er/still"], []]);
      expect(await level("c/2/")).toEqual([[], []]);
      expect((await files.list("c/1/")).folders).toEqual([]);
      expect((await files.list("c/1/", null, { level: true })).entries[0]).toEqual(await files.head("c/1/a.csv"));
      await files.delete(["c/1/deep/er/still"]);
      expect((await level("c/1/"))[1]).not.toContain("c/1/deep/");
    });

    it("lists 1,000 a page: objects, or objects and folders of a level", async () => {
      const files = await open();
      const keys = Array.from({ length: 1003 }, (_, at) => `g/${String(at).padStart(4, "0")}${at % 2 ? "/x" : ""}`);
      for (let at = 0; at < keys.length; at += 50) {
        await Promise.all(keys.slice(at, at + 50).map((key) => files.write(key, key)));
      }
      const first = await files.list("g/");
      expect(first.entries).toHaveLength(1000);
      expect(first.cursor).not.toBeNull();
      const second = await files.list("g/", first.cursor);
      expect(second.entries.map(({ key }) => key)).toEqual(keys.slice(1000));
      expect(second.cursor).toBeNull();
      const level = await files.list("g/", null, { level: true });
      expect(level.entries.length + level.folders.length).toBe(1000);
      const rest = await files.list("g/", level.cursor, { level: true });
      expect(rest.cursor).toBeNull();
      const listed = [level, rest].flatMap(({ entries, folders }) => [...entries.map(({ key }) => key), ...folders]);
      expect(listed.toSorted()).toEqual(keys.map((key) => key.replace("/x", "/")).toSorted());
    });

    it.each([
      ["nothing", ""],
      ["a slash at the beginning", "/c/1/a"],
      ["a slash at the end", "c/1/a/"],
      ["two slashes", "c/1//a"],
      ["a way out", "c/1/../2/a"],
      ["a dot", "c/1/./a"],
      ["a backslash", "c\\1"],
      ["a zero character", "c/1/a\u0000b"],
      ["a line break", "c/1/a\nb"],
      ["half a character", "c/1/\ud800"],
      ["more than 1,024 bytes", `c/1/${"é".repeat(511)}`],
    ])("refuses a key with %s everywhere", async (_what, key) => {
      const files = await open();
      await expect(files.head(key)).rejects.toThrow(ForbiddenKeyError);
      await expect(files.read(key)).rejects.toThrow(ForbiddenKeyError);
      await expect(files.write(key, "x")).rejects.toThrow(ForbiddenKeyError);
      await expect(files.move(key, "g/x")).rejects.toThrow(ForbiddenKeyError);
      await expect(files.move("g/x", key)).rejects.toThrow(ForbiddenKeyError);
      await expect(files.delete([key])).rejects.toThrow(ForbiddenKeyError);
    });
  });
}
