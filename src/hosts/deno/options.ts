import { fileURLToPath } from "node:url";
import packageFile from "../../../package.json" with { type: "json" };
import type { IpRange } from "../../connectors/outbound/ip-address.ts";
import { TargetListError, targetGuard } from "../../connectors/outbound/target.ts";
import { projectFolder } from "../node/folder.ts";
import { readOptions, StartOptionError, type StartOptions } from "../node/options.ts";
import { readTrustedProxies, TrustedProxiesError } from "./proxy.ts";
import { readS3, type S3Address } from "./s3.ts";

/** What `deno task start` was asked for. */
export interface DenoOptions extends StartOptions {
  /** `HOST`: the address to listen on; default 127.0.0.1, this machine only. */
  readonly host: string;
  /** `DATA_FOLDER`: files, and unless told otherwise the database; default `.data/deno` in the project. */
  readonly dataFolder: string;
  /** `LIBSQL_URL`; default a file in the data folder. */
  readonly database: DatabaseAddress;
  /** `LIBSQL_TOKEN`; null: none. */
  readonly databaseToken: string | null;
  /** `SECRETS_KEY`: 32 bytes, base64; null: made at the first start and kept in the data folder. */
  readonly secretsKey: string | null;
  /** `SECRETS_KEY_PREVIOUS`: the key before it, while secrets are being sealed again; null: none. */
  readonly previousSecretsKey: string | null;
  /** `S3_BUCKET`, `S3_ENDPOINT`, `S3_REGION`, `S3_ACCESS_KEY_ID`, `S3_SECRET_ACCESS_KEY`: a bucket for files; null: they lie in the data folder. */
  readonly s3: S3Address | null;
  /** `STALE_AFTER_SECONDS`, in ms; default 45,000. */
  readonly staleAfterMs: number;
  /** `RELEASE_ID`: names the deployed release; default the version of the package. */
  readonly release: string;
  /** `ALLOW_PRIVATE_TARGETS`: private targets that requests of clients' jobs may have; default none. */
  readonly allowPrivateTargets: string;
  /** `TRUSTED_PROXIES`: whose word about a request's sender, scheme and host is taken; default no proxy's. */
  readonly trustedProxies: readonly IpRange[];
}

/** A file for one process, or a server for several. A demo is set up only where no database was named. */
export type DatabaseAddress =
  | { readonly kind: "file"; readonly url: string; readonly path: string; readonly demo: boolean }
  | { readonly kind: "server"; readonly url: string };

const COMMAND = "deno task start";

/** Reads arguments and environment of `deno task start`. @throws {StartOptionError} */
export function readDenoOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): DenoOptions {
  const dataFolder = (environment.DATA_FOLDER || `${projectFolder}.data/deno`).replace(/(?<!\/)\/+$/, "");
  return {
    ...readOptions(args, environment, COMMAND, COMMAND),
    host: environment.HOST || "127.0.0.1",
    dataFolder,
    database: readDatabase(environment.LIBSQL_URL, dataFolder),
    databaseToken: environment.LIBSQL_TOKEN || null,
    secretsKey: readKey("SECRETS_KEY", environment.SECRETS_KEY),
    previousSecretsKey: readKey("SECRETS_KEY_PREVIOUS", environment.SECRETS_KEY_PREVIOUS),
    s3: readS3(environment),
    staleAfterMs: readStaleAfter(environment.STALE_AFTER_SECONDS),
    release: environment.RELEASE_ID || packageFile.version,
    allowPrivateTargets: readTargets(environment.ALLOW_PRIVATE_TARGETS ?? ""),
    trustedProxies: readProxies(environment.TRUSTED_PROXIES ?? ""),
  };
}

function readDatabase(text: string | undefined, dataFolder: string): DatabaseAddress {
  if (!text) {
    const path = `${dataFolder}/minutehand.db`;
    return { kind: "file", url: `file:${path}`, path, demo: true };
  }
  if (/^file:(\/\/\/)?[^/?#]|^file:\/[^/]/.test(text)) {
    const path = text.startsWith("file:///") ? fileURLToPath(text) : text.slice("file:".length);
    return { kind: "file", url: text, path, demo: false };
  }
  if (/^(https?|libsql):\/\/./.test(text) && URL.canParse(text)) return { kind: "server", url: text };
  throw new StartOptionError(
    `LIBSQL_URL is ${JSON.stringify(text)}; give a file or a server, e.g. LIBSQL_URL=file:/data/minutehand.db or LIBSQL_URL=http://127.0.0.1:8080`,
  );
}

function readTargets(text: string): string {
  try {
    targetGuard(text);
    return text;
  } catch (error) {
    if (error instanceof TargetListError) throw new StartOptionError(error.message);
    throw error;
  }
}

function readProxies(text: string): readonly IpRange[] {
  try {
    return readTrustedProxies(text);
  } catch (error) {
    if (error instanceof TrustedProxiesError) throw new StartOptionError(error.message);
    throw error;
  }
}

/** The key itself is in no message. */
function readKey(name: string, text: string | undefined): string | null {
  if (!text) return null;
  if (Buffer.from(text, "base64").length === 32) return text;
  throw new StartOptionError(`${name} must be 32 bytes, base64; make one with: openssl rand -base64 32`);
}

function readStaleAfter(text: string | undefined): number {
  const seconds = text ? Number(text) : 45;
  if (seconds >= 0.5 && seconds <= 3600) return seconds * 1000;
  throw new StartOptionError(`STALE_AFTER_SECONDS is ${JSON.stringify(text)}; give seconds from 0.5 to 3600`);
}
