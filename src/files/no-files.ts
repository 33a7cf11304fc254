import type { Files } from "./files.ts";

/** The installation has no file store. Nothing was read or written. */
export class NoFileStoreError extends Error {
  readonly code = "no_file_store";
  constructor() {
    super("This installation has no file store: bind a bucket as FILES (handbook, deploying: on Cloudflare Workers)");
  }
}

const refuse = () => Promise.reject(new NoFileStoreError());

/** The file store of an installation without one: `missing`, and each call is refused with a {@link NoFileStoreError}. */
export const noFiles: Files = {
  missing: true,
  list: refuse,
  head: refuse,
  read: refuse,
  write: refuse,
  move: refuse,
  delete: refuse,
};
