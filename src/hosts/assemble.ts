import { openConnectors } from "../connectors/connectors.ts";
import type { ConnectorPorts, HttpOut } from "../connectors/ports.ts";
import type { TrialPorts } from "../connectors/trial.ts";
import { Signer } from "../control/access/signer.ts";
import type { ClientFacts } from "../control/clients/clients.ts";
import type { PlannedRun } from "../control/runs/open-runs.ts";
import { databaseToken, SecretBox } from "../control/secret.ts";
import { boundFiles, prefixesOf } from "../files/bound.ts";
import type { Files } from "../files/files.ts";
import type { Fonts } from "../files/fonts.ts";
import { catalogue } from "../processors/all.ts";
import type { Nodes } from "../processors/contract.ts";
import { erasedKeySecretOf } from "../runner/erased-key-secret.ts";
import type { RunnerPorts } from "../runner/ports.ts";
import type { Database } from "../store/database.ts";
import type { MigrationTarget } from "../store/migrations.ts";
import { withOutages } from "../store/outage.ts";
import type { Ports } from "../web/ports.ts";
import { systemClock } from "./system-clock.ts";
import { timelyDatabase } from "./timely-database.ts";

/** A database as a host opens it. */
export interface OpenedDatabase extends Database, MigrationTarget {
  /** Its connections are closed; every call after it fails. */
  close(): void;
}

/** What differs from platform to platform. */
export interface Platform {
  /** Opens a libSQL database; what is written to it goes through its one writer. A host reuses connections where it can. */
  readonly openDatabase: (url: string, token: string | null) => OpenedDatabase;
  readonly databaseUrl: string;
  readonly databaseToken: string | null;
  /** 32 bytes, base64. */
  readonly secretsKey: string;
  /** The key before it, while `npm run secrets:rotate` has not sealed everything again; default none. */
  readonly previousSecretsKey?: string | null;
  readonly files: Files;
  /** The fonts that come with the release. */
  readonly fonts: Fonts;
  readonly connect: ConnectorPorts["connect"];
  readonly email: ConnectorPorts["email"];
  readonly nodes: Nodes;
  /** `RELEASE_ID`: names the deployed release. */
  readonly release: string;
  /** @param planned what was planned for the client; left out: its runner has to look */
  readonly wakeRunner: (clientId: number, planned?: readonly PlannedRun[]) => Promise<void>;
  /** `ALLOW_PRIVATE_TARGETS`: private targets that requests of clients' jobs may have. Default: none. */
  readonly allowPrivateTargets?: string;
  /** All addresses of a host name, where the platform can ask for them. */
  readonly resolve?: HttpOut["resolve"];
}

/** Random bytes of the platform's own generator. */
export function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}

type Keys = Pick<Platform, "secretsKey" | "previousSecretsKey">;

/** What seals and opens the secrets in the databases of a platform. */
function secretsOf({ secretsKey, previousSecretsKey = null }: Keys): SecretBox {
  return new SecretBox(secretsKey, previousSecretsKey);
}

/** The control database of a platform. */
export function controlDatabase(platform: Pick<Platform, "openDatabase" | "databaseUrl" | "databaseToken">): Database {
  return withOutages(platform.openDatabase(platform.databaseUrl, platform.databaseToken));
}

/** The same with a time limit for each call, for pages: who waits for one reads what is wrong. */
function pageDatabase(platform: Parameters<typeof controlDatabase>[0]): Database {
  return timelyDatabase(controlDatabase(platform));
}

/** Databases of clients, with the time limit of pages. */
function pageStoresOf(platform: Platform): (client: ClientFacts) => Promise<Database> {
  const storeOf = storesOf(platform);
  return async (client) => timelyDatabase(await storeOf(client));
}

/**
 * The database that holds a client's learning data and its store: its own, or the one that all share.
 *
 * @param control the one that all share, if it was opened before: a runner that gets the very same for both writes the end of a run in one batch
 */
export function storesOf(
  platform: Platform,
  control: Database = controlDatabase(platform),
): (client: ClientFacts) => Promise<Database> {
  const secrets = secretsOf(platform);
  return async (client) => {
    if (client.databaseUrl === null) return control;
    const token =
      client.databaseTokenEnc === null ? null : await secrets.open(client.databaseTokenEnc, databaseToken(client.id));
    return withOutages(platform.openDatabase(client.databaseUrl, token));
  };
}

/** The way out to remote services, of runs and of the pages that try a connector. */
function remoteOf(platform: Platform): Omit<TrialPorts, "control"> {
  return {
    secrets: secretsOf(platform),
    connect: platform.connect,
    email: platform.email,
    http: {
      fetch: (request) => fetch(request),
      ...(platform.allowPrivateTargets === undefined ? {} : { allowPrivateTargets: platform.allowPrivateTargets }),
      ...(platform.resolve ? { resolve: platform.resolve } : {}),
    },
    clock: systemClock,
    randomBytes,
  };
}

/** What knows devices again that signed in before. */
function devicesOf({ secretsKey, previousSecretsKey = null }: Keys): Signer {
  return new Signer("device", secretsKey, previousSecretsKey);
}

/** What the pages and the endpoints of shops get from every platform alike. */
export function pagePorts(platform: Platform) {
  return {
    control: pageDatabase(platform),
    storeOf: pageStoresOf(platform),
    files: platform.files,
    catalogue,
    now: systemClock.now,
    randomBytes,
    devices: devicesOf(platform),
    wakeRunner: (clientId) => platform.wakeRunner(clientId),
    remote: remoteOf(platform),
  } satisfies Partial<Ports>;
}

/** Everything that a runner works with, on a platform. */
export function runnerPorts(platform: Platform): RunnerPorts {
  const control = controlDatabase(platform);
  const remote = remoteOf(platform);
  return {
    control,
    storeOf: storesOf(platform, control),
    catalogue,
    clock: systemClock,
    random: Math.random,
    randomBytes,
    filesFor: (run) => boundFiles(platform.files, prefixesOf(run)),
    fonts: platform.fonts,
    connectorsFor: (client, spend, attempt) => openConnectors(client.id, { ...remote, control, spend, attempt }),
    nodes: platform.nodes,
    release: platform.release,
    erasedKeySecret: erasedKeySecretOf(control, remote.secrets, randomBytes, systemClock.now),
    wakeRunner: (clientId) => platform.wakeRunner(clientId),
    report: (message, error) => console.error(message, error instanceof Error ? `${error.name}: ${error.message}` : ""),
  };
}
