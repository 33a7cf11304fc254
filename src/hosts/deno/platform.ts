import { type Client, createClient } from "@libsql/client";
import { folderFiles } from "../../files/folder.ts";
import type { Platform } from "../assemble.ts";
import { allAddresses } from "../node/addresses.ts";
import { nodeConnect } from "../node/socket.ts";
import { inTurn } from "./file-database.ts";

/** Time (ms) for which a write to a file that another program has locked is tried again. */
const BUSY_MS = 5_000;

/** What Deno is as a platform, but for the runners, which need it themselves. */
export interface DenoPlatform extends Omit<Platform, "wakeRunner"> {
  /** Closes every database that was opened. */
  close(): void;
}

/** Opens each database once: a file holds connections, and a server is spoken to over one pool. */
function openDatabases(): { open: Platform["openDatabase"]; close(): void } {
  const opened = new Map<string, Client>();
  return {
    open(url, token) {
      const key = `${url} ${token ?? ""}`;
      const known = opened.get(key);
      if (known) return known;
      const client = createClient({ url, intMode: "number", timeout: BUSY_MS, ...(token ? { authToken: token } : {}) });
      const database = client.protocol === "file" ? inTurn(client) : client;
      opened.set(key, database);
      return database;
    },
    close() {
      for (const client of opened.values()) client.close();
      opened.clear();
    },
  };
}

/**
 * Deno as a platform: libSQL from a file or a server, files in a folder, SMTP over Node's sockets. Texts are read from the
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
    files: folderFiles(options.filesFolder),
    connect: nodeConnect(),
    email: null,
    nodes: { push: async () => undefined },
    allowPrivateTargets: options.allowPrivateTargets ?? "",
    resolve: allAddresses,
    close: databases.close,
  };
}
