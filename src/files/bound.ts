import { type Files, ForbiddenKeyError } from "./files.ts";
import { checkKey, checkPrefix } from "./keys.ts";

/** One part of a key, whatever it is. */
const ANY = "*";

/**
 * The prefixes that a run may touch (handbook, rules: files): a client's run its own files, platform work the global ones, a node's
 * run its scratch area, platform work that stands for the only node every scratch area; all of them the temporary ones at the level of the
 * bucket.
 *
 * @param run `clientId` 0 is platform work; `nodeId` '' is no node's run
 */
export function prefixesOf(run: { readonly clientId: number; readonly nodeId: string }): string[] {
  if (run.clientId !== 0) return [`c/${run.clientId}/`, "temp/"];
  return ["g/", "temp/", `n/${run.nodeId === "" ? ANY : run.nodeId}/tmp/`];
}

/** A handle on the file store that refuses every key outside `prefixes`. Each ends with `/`; a part `*` stands for any one part. */
export function boundFiles(files: Files, prefixes: readonly string[]): Files {
  const allowed = prefixes.map((prefix) => prefix.split("/").slice(0, -1));
  const inside = (key: string) => {
    const parts = key.split("/");
    const startsWith = (wanted: readonly string[]) =>
      parts.length > wanted.length && wanted.every((part, index) => part === ANY || part === parts[index]);
    if (!allowed.some(startsWith)) throw new ForbiddenKeyError(key);
  };
  const allow = (...keys: readonly string[]) => {
    for (const key of keys) {
      checkKey(key);
      inside(key);
    }
  };
  return {
    ...(files.missing ? { missing: files.missing } : {}),
    async list(prefix, cursor, options) {
      checkPrefix(prefix);
      inside(prefix);
      return files.list(prefix, cursor, options);
    },
    async head(key) {
      allow(key);
      return files.head(key);
    },
    async read(key, range) {
      allow(key);
      return files.read(key, range);
    },
    async write(key, body, options) {
      allow(key);
      return files.write(key, body, options);
    },
    async move(from, to, options) {
      allow(from, to);
      return files.move(from, to, options);
    },
    async delete(keys) {
      allow(...keys);
      return files.delete(keys);
    },
  };
}
