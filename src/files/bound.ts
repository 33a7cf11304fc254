import { type Files, ForbiddenKeyError } from "./files.ts";
import { checkKey, checkPrefix } from "./keys.ts";

/**
 * The prefixes that a run may touch (handbook, rules: files): a client's run its own files, platform work the global and the
 * bucket-level
 * temporary ones, a node's run its scratch area.
 *
 * @param run `clientId` 0 is platform work; `nodeId` '' is no node's run
 */
export function prefixesOf(run: { readonly clientId: number; readonly nodeId: string }): string[] {
  const own = run.clientId === 0 ? ["g/", "temp/"] : [`c/${run.clientId}/`];
  return run.nodeId === "" ? own : [...own, `n/${run.nodeId}/tmp/`];
}

/** A handle on the file store that refuses every key outside `prefixes`, each of which ends with `/`. */
export function boundFiles(files: Files, prefixes: readonly string[]): Files {
  const inside = (key: string) => {
    if (!prefixes.some((prefix) => key.startsWith(prefix))) throw new ForbiddenKeyError(key);
  };
  const allow = (...keys: readonly string[]) => {
    for (const key of keys) {
      checkKey(key);
      inside(key);
    }
  };
  return {
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
