import type { Connectors } from "../connectors/connectors.ts";
import { readClientTexts } from "../control/clients/client-texts.ts";
import type { ClientFacts } from "../control/clients/clients.ts";
import { clientConfiguration } from "../control/clients/configuration.ts";
import { startByEvent } from "../control/runs/event-runs.ts";
import { redactRunHistory } from "../control/runs/run-history.ts";
import type { LogLine } from "../control/runs/run-logs.ts";
import type { Run } from "../control/runs/runs.ts";
import { erasedKeyHash } from "../learning/erasure/erased-key.ts";
import type { OtherRuns, RunContext } from "../processors/contract.ts";
import { countingDatabase, type Database } from "../store/database.ts";
import { clientRows } from "../store/rows.ts";
import { localDay } from "../time/day.ts";
import type { RunnerPorts } from "./ports.ts";

/** What a run's context is made of beyond the runner's ports. */
export interface ContextParts {
  readonly run: Run;
  readonly client: ClientFacts;
  readonly store: Database;
  /** As the processor's schema gave them back. */
  readonly parameters: Record<string, unknown>;
  /** Instant (ms) of the run's first start. */
  readonly now: number;
  readonly cursor: unknown;
  readonly resumed: boolean;
  readonly otherRuns: OtherRuns;
  readonly connectors: Connectors;
  readonly say: (level: LogLine["level"], message: string, data: Record<string, unknown> | null) => void;
  /** Takes calls from the budgets. */
  readonly spend: (calls: number) => void;
}

/** A database whose round trips are taken from the budgets. */
function spending(database: Database, spend: (calls: number) => void): Database {
  return countingDatabase(database, {
    statements: 0,
    get roundTrips() {
      return 0;
    },
    set roundTrips(_value: number) {
      spend(1);
    },
  });
}

/** What a processor works with in one slice: everything bound to the run's client, every call counted. */
export function runContext(ports: RunnerPorts, parts: ContextParts): RunContext<Record<string, unknown>, unknown> {
  const { run, client, spend, say } = parts;
  return {
    run: {
      id: run.id,
      jobId: run.jobId,
      jobName: run.jobName,
      clientId: run.clientId,
      nodeId: run.nodeId,
      kind: run.kind,
      scheduledAt: run.scheduledAt,
      asOf: run.asOf,
      dryRun: run.dryRun,
      resumed: parts.resumed,
    },
    rows: clientRows(spending(parts.store, spend), run.clientId, run.id),
    configuration: clientConfiguration(spending(ports.control, spend), client),
    files: ports.filesFor(run),
    fonts: ports.fonts,
    connectors: parts.connectors,
    nodes: ports.nodes,
    runners: { wake: ports.wakeRunner },
    history: {
      redact: (subjects, position) =>
        redactRunHistory(
          spending(ports.control, spend),
          spending(parts.store, spend),
          run.clientId,
          subjects,
          position,
        ),
    },
    clientTexts: { read: (position) => readClientTexts(spending(ports.control, spend), run.clientId, position) },
    erasedKeys: {
      hash: async (kind, value) => erasedKeyHash(await ports.erasedKeySecret(), run.clientId, kind, value),
    },
    otherRuns: parts.otherRuns,
    starts: {
      start: async (processor, parameters) => {
        const started = await startByEvent(spending(ports.control, spend), run, processor, parameters, parts.now);
        await ports.wakeRunner(run.clientId);
        return started;
      },
    },
    release: ports.release ?? "",
    // A zone's rules cost more than all else here, and few processors ask.
    get today() {
      return run.asOf ?? localDay(run.scheduledAt, client.timeZone);
    },
    now: parts.now,
    timeZone: client.timeZone,
    parameters: parts.parameters as RunContext["parameters"],
    cursor: parts.cursor,
    log: {
      info: (message, data) => say("info", message, data ?? null),
      warn: (message, data) => say("warn", message, data ?? null),
    },
    randomBytes: ports.randomBytes,
  };
}
