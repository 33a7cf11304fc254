import { createClient } from "@libsql/client/web";
import type { EmailBinding } from "../../connectors/mail/cloudflare.ts";
import type { OpenIdVariables } from "../../connectors/openid/settings.ts";
import { RemoteUnavailableError } from "../../connectors/outbound/remote-error.ts";
import type { PlannedRun } from "../../control/runs/open-runs.ts";
import { noFiles } from "../../files/no-files.ts";
import { r2Files } from "../../files/r2.ts";
import type { Nodes } from "../../processors/contract.ts";
import { invocationWithin } from "../../runner/budget.ts";
import type { RunnerPorts } from "../../runner/ports.ts";
import { writtenThrough } from "../../store/writer/written-through.ts";
import type { Platform } from "../assemble.ts";
import { batchToken } from "../batch-token.ts";
import { patientReads } from "../patient-reads.ts";
import type { ClientRunner } from "./ClientRunner.ts";
import type { Clock } from "./Clock.ts";
import { type DatabaseReader, readThrough } from "./DatabaseReader.ts";
import { type DatabaseWriter, writePort } from "./DatabaseWriter.ts";
import { assetFonts } from "./fonts.ts";
import type { NodeCache } from "./NodeCache.ts";
import type { PasswordCheck } from "./PasswordCheck.ts";
import { cloudflareConnect } from "./socket.ts";

/** The bindings of wrangler.toml. */
export interface Environment extends OpenIdVariables {
  readonly CLIENT_RUNNER: DurableObjectNamespace<ClientRunner>;
  readonly CLOCK: DurableObjectNamespace<Clock>;
  readonly DATABASE_WRITER: DurableObjectNamespace<DatabaseWriter>;
  readonly DATABASE_READER: DurableObjectNamespace<DatabaseReader>;
  readonly NODE_CACHE: DurableObjectNamespace<NodeCache>;
  readonly PASSWORD_CHECK: DurableObjectNamespace<PasswordCheck>;
  /** Default: none; what needs files then says so. */
  readonly FILES?: R2Bucket;
  /** The fonts of documents. */
  readonly ASSETS: Fetcher;
  readonly EMAIL?: EmailBinding;
  readonly LIBSQL_URL: string;
  readonly LIBSQL_TOKEN?: string;
  /** Where the control database is, as a location hint of Durable Objects; its writer and readers are made there. Empty: near who asks first. */
  readonly LIBSQL_LOCATION?: string;
  readonly SECRETS_KEY: string;
  /** The key before it, while secrets are being sealed again; empty: none. */
  readonly SECRETS_KEY_PREVIOUS?: string;
  readonly RELEASE_ID: string;
  readonly DEMO_MAILBOX_URL?: string;
  readonly DEMO_MAILBOX_TOKEN?: string;
  /** The demo's shop; set by `npm start` alone. */
  readonly DEMO_SHOP_URL?: string;
  readonly DEMO_SHOP_TOKEN?: string;
  /** Set by `npm start` alone: requests must carry it in a header, and ticks name it as their cron; see `hosts/local/front.ts`. */
  readonly LOCAL_SECRET?: string;
  /** `GET /health` says more than whether all is well to those who name it; none: to no one. */
  readonly HEALTH_TOKEN?: string;
  /** Gets a GET after each tick that succeeded: an outside dead-man's switch; empty: none. */
  readonly PING_URL?: string;
  /** External calls that the plan allows an invocation; empty: those of a paid plan. 50 on the free plan. */
  readonly CALLS_PER_INVOCATION?: string;
  /** Private targets that HttpRequest may call, separated by commas; empty: none. */
  readonly ALLOW_PRIVATE_TARGETS?: string;
}

/**
 * Opens databases over HTTP: no socket is held, so it may be done anew for each invocation. Reads go through a {@link DatabaseReader}, writes
 * through the database's {@link DatabaseWriter}.
 */
function openerOf(environment: Environment): Platform["openDatabase"] {
  return (url, token) => {
    const client = createClient({ url, intMode: "number", ...(token ? { authToken: token } : {}) });
    const hint = url === environment.LIBSQL_URL ? (environment.LIBSQL_LOCATION ?? "") : "";
    const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
    const address = { url, token };
    const straight = patientReads(client, pause, Math.random);
    const database = writtenThrough({
      direct: readThrough(environment.DATABASE_READER, address, hint, straight, Math.random),
      write: writePort(environment.DATABASE_WRITER, address, hint, Math.random),
      token: batchToken,
      now: () => Date.now(),
      pause,
      random: Math.random,
    });
    return { ...database, migrate: (statements) => client.migrate(statements), close: () => client.close() };
  };
}

/** The `nodes` seam: one Durable Object for each node, near its location hint (handbook, rules: nodes). */
function nodesOf(environment: Environment): Nodes {
  return {
    async push(nodeId, message) {
      const { NODE_CACHE } = environment;
      try {
        await NODE_CACHE.get(NODE_CACHE.idFromName(nodeId), { locationHint: nodeId as DurableObjectLocationHint }).push(
          message,
        );
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new RemoteUnavailableError(`Node ${nodeId} does not answer: ${reason}`);
      }
    },
  };
}

/** Cloudflare as a platform. */
export function platformOf(environment: Environment): Platform {
  return {
    openDatabase: openerOf(environment),
    databaseUrl: environment.LIBSQL_URL,
    databaseToken: environment.LIBSQL_TOKEN ?? null,
    secretsKey: environment.SECRETS_KEY,
    previousSecretsKey: environment.SECRETS_KEY_PREVIOUS || null,
    files: environment.FILES ? r2Files(environment.FILES as never) : noFiles,
    fonts: assetFonts(environment.ASSETS),
    connect: cloudflareConnect,
    email: environment.EMAIL ?? null,
    nodes: nodesOf(environment),
    release: environment.RELEASE_ID,
    wakeRunner: (clientId, planned) => wakeRunner(environment, clientId, undefined, planned),
    allowPrivateTargets: environment.ALLOW_PRIVATE_TARGETS ?? "",
  };
}

/** What an invocation of a runner may use: the plan's `CALLS_PER_INVOCATION`; nothing where that is not a number. */
export function limitsOf(environment: Environment): Pick<RunnerPorts, "invocation"> {
  const allowed = Number(environment.CALLS_PER_INVOCATION || Number.NaN);
  return Number.isNaN(allowed) ? {} : { invocation: invocationWithin(allowed) };
}

/**
 * Wakes a client's runner (0: the platform's).
 *
 * @param time what a tick takes for the time, ms; undefined: no tick wakes it
 * @param planned what a tick planned for the client; undefined: the runner has to look
 */
export async function wakeRunner(
  environment: Environment,
  clientId: number,
  time?: number,
  planned?: readonly PlannedRun[],
): Promise<void> {
  const { CLIENT_RUNNER } = environment;
  const name = clientId === 0 ? "platform" : String(clientId);
  await CLIENT_RUNNER.get(CLIENT_RUNNER.idFromName(name)).wake(clientId, time, planned);
}
