import { fileURLToPath } from "node:url";
import { folderFiles } from "../../files/folder.ts";
import { s3Files } from "../../files/s3.ts";
import type { OpenedDatabase, Platform } from "../assemble.ts";
import { allAddresses } from "../node/addresses.ts";
import { folderFonts } from "../node/fonts.ts";
import { nodeConnect } from "../node/socket.ts";
import { openServerDatabase } from "../server-database.ts";
import { openFileDatabase } from "./file-database.ts";
import { type S3Address, s3Ports } from "./s3.ts";

/** Time (ms) for which a write to a file that another program has locked is tried again. */
const BUSY_MS = 5_000;

/** What Deno is as a platform, but for the runners, which need it themselves. */
export interface DenoPlatform extends Omit<Platform, "wakeRunner"> {
  /** Closes every database that was opened. */
  close(): void;
}

/** Opens each database once: all that this process writes to one goes through one writer. */
function openDatabases(): { open: Platform["openDatabase"]; close(): void } {
  const opened = new Map<string, OpenedDatabase>();
  return {
    open(url, token) {
      const key = `${url} ${token ?? ""}`;
      const known = opened.get(key);
      if (known) return known;
      const database = url.startsWith("file:")
        ? openFileDatabase(pathOf(url), BUSY_MS)
        : openServerDatabase(url, token);
      opened.set(key, database);
      return database;
    },
    close() {
      for (const database of opened.values()) database.close();
      opened.clear();
    },
  };
}

function pathOf(url: string): string {
  return url.startsWith("file:///") ? fileURLToPath(url) : url.slice("file:".length);
}

/**
 * Deno as a platform: libSQL from a file or a server, files in a folder or a bucket of S3, SMTP over Node's sockets. Texts are read from the
 * database that every process has, so a node has nothing to be sent.
 *
 * @param options.filesFolder the file store; the same for all processes on one database
 */
export function denoPlatform(options: {
  readonly databaseUrl: string;
  readonly databaseToken: string | null;
  readonly secretsKey: string;
  readonly previousSecretsKey?: string | null;
  readonly filesFolder: string;
  /** `RELEASE_ID`; default ''. */
  readonly release?: string;
  /** A bucket that holds the files instead; default none. */
  readonly s3?: S3Address | null;
  /** `ALLOW_PRIVATE_TARGETS`; default none. */
  readonly allowPrivateTargets?: string;
}): DenoPlatform {
  const databases = openDatabases();
  return {
    openDatabase: databases.open,
    databaseUrl: options.databaseUrl,
    databaseToken: options.databaseToken,
    secretsKey: options.secretsKey,
    previousSecretsKey: options.previousSecretsKey ?? null,
    files: options.s3 ? s3Files({ ...options.s3, ...s3Ports() }) : folderFiles(options.filesFolder),
    fonts: folderFonts(),
    connect: nodeConnect(),
    email: null,
    nodes: { push: async () => undefined },
    release: options.release ?? "",
    allowPrivateTargets: options.allowPrivateTargets ?? "",
    resolve: allAddresses,
    close: databases.close,
  };
}
