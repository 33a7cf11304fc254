import type { SQL } from "drizzle-orm";
import type { z } from "zod";
import type { Connectors } from "../connectors/connectors.ts";
import type { ClientText, TextPosition } from "../control/clients/client-texts.ts";
import type { ClientConfiguration } from "../control/clients/configuration.ts";
import type { HistoryPosition, HistorySubjects } from "../control/runs/run-history.ts";
import type { Files } from "../files/files.ts";
import type { Fonts } from "../files/fonts.ts";
import type { ErasedKeys } from "../learning/erasure/erased-key.ts";
import type { Change } from "../store/change.ts";
import type { ClientRows } from "../store/rows.ts";
import type { Query } from "../store/statement.ts";
import type { Outcome } from "../store/step/effects.ts";
import type { Ending, Failure } from "../store/step/step.ts";
import type { Day } from "../time/day.ts";
import type { ProcessorId } from "./ids.ts";
import type { commonParameters } from "./parameters.ts";

/** What is counted for every processor. A processor adds names of its own with `counts`. */
export type CommonCount = "scanned" | "changed" | "skipped" | "failed";

/** Name → number, added to a run's counts. `N`: the processor's own names; another one is a compile error. */
export type CountsOf<N extends string> = { readonly [Name in CommonCount | N]?: number };

/** One write of a unit: a statement, or one with what follows from it: a {@link Change}. `N`: see {@link CountsOf}. */
export type Write<N extends string = never> = Query | Change<CommonCount | N>;

/** A row or group of rows that stands or falls together. `N`: see {@link CountsOf}; default: only what every processor counts. */
export interface Unit<N extends string = never> {
  /** What it is about, as an administrator knows it: `course:17`, `users.csv:12 P-17`. */
  readonly ref: string;
  /**
   * Guarded writes. All match nothing: the unit counts as skipped. None given: skipped too. The first leads: each further one
   * says `leadHit` or `leadMissed` in its condition (see {@link Change}), or is marked `always`.
   */
  readonly writes: readonly Write<N>[];
  /** How many rows it is about: as many are scanned, and as many changed as its first write changed. Default 1. */
  readonly rows?: number;
  /** Added once when the unit changed something (or has no writes at all). */
  readonly counts?: CountsOf<N>;
  /**
   * The processor already knows that this one is bad: the failure is recorded and it counts as failed, whatever its writes
   * do. Mostly it has none; they are for a row that shows its own failure. `counts` are not added, counted writes are.
   * Such a failure is expected and never ends the run; see {@link unitOf} for one that was not expected.
   */
  readonly failure?: Failure;
  /**
   * For a unit of several rows that do not depend on each other: the same rows as units of their own. They are written instead of it if it
   * breaks a constraint, so that one bad row does not take the others with it. They have as many rows together as the unit.
   */
  readonly apart?: () => readonly Unit<N>[];
}

/** What a processor yields: units to write, where to go on from, what was counted. `C`: its cursor, `N`: see {@link CountsOf}. */
export interface Step<C = unknown, N extends string = never> {
  readonly units?: readonly Unit<N>[];
  /** JSON-able; a run taken up again after this step starts from here. */
  readonly cursor: C;
  /** Added unconditionally, once. */
  readonly counts?: CountsOf<N>;
  readonly progress?: { readonly done: number; readonly total: number | null };
  /**
   * The processor's own notes (keys seen, a file claimed), written before the units and counted nowhere. A dry run writes
   * them too, since later steps read them: whatever must not be rehearsed is left out when `run.dryRun`.
   */
  readonly also?: readonly Query[];
  /**
   * What follows from the units for the step as a whole (audit, search index), in few statements; written after them and
   * counted nowhere. It finds by itself which units were written, and must not break a constraint.
   */
  readonly followUp?: readonly Write<N>[];
}

/** A remote effect: its intent is committed before the call, its outcome after it. Made with {@link effect}. `C` and `N` as in {@link Step}. */
export interface Effect<T = unknown, C = unknown, N extends string = never> {
  /** Names the effect within its run; the same effect of a resumed run has the same key. */
  readonly key: string;
  /** What a dry run lists instead of calling, e.g. `mail to ada@example.com: Welcome`. Never a secret. */
  readonly description: string;
  /** Written with the intent (the row's own `sending`). Each must change a row; else the outcome is `refused` and nothing is called. */
  readonly before?: readonly Query[];
  /** The receiver recognises a repetition (idempotency key, copy of a file): an unknown outcome is simply called again. Default false. */
  readonly repeatable?: boolean;
  /** Does it. Returns something JSON-able, also for an expected refusal; a throw leaves the outcome unknown. */
  readonly call: () => Promise<T>;
  /** Units written together with the outcome. */
  readonly settle?: (outcome: Outcome<T>) => readonly Unit<N>[];
  /** Cursor committed together with the outcome. */
  readonly cursor?: C;
  readonly counts?: CountsOf<N>;
}

/** Everything that a processor can yield. */
export type Yielded<C = unknown, N extends string = never> = Step<C, N> | Effect<unknown, C, N>;

/** True for an effect, false for a step. */
export function isEffect<C, N extends string>(yielded: Yielded<C, N>): yielded is Effect<unknown, C, N> {
  return "call" in yielded;
}

/**
 * Yields an effect and gives back its outcome: `const outcome = yield* effect({ ... })`.
 * A run that is taken up again gets a known outcome back without a second call.
 */
export async function* effect<T, C = never, N extends string = never>(
  request: Effect<T, C, N>,
): AsyncGenerator<Effect<unknown, C, N>, Outcome<T>, unknown> {
  return (yield request as Effect<unknown, C, N>) as Outcome<T>;
}

/**
 * Aborts the run: what was committed stays, the run ends `failed` with this code. With `retry`, the job's retry policy
 * tries again from the checkpoint first.
 */
export class RunFailure extends Error {
  readonly code: string;
  readonly retry: boolean;
  /** Shortest time to the next attempt in ms (a server's `Retry-After`). */
  readonly retryAfterMs: number | undefined;
  constructor(code: string, message: string, options: { retry?: boolean; retryAfterMs?: number } = {}) {
    super(message);
    this.code = code;
    this.retry = options.retry ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Code of the {@link RunFailure} that the runner throws at a `yield` once more than `maxFailures` rows failed unexpectedly. */
export const TOO_MANY_FAILURES = "too_many_failures";

/** Lines for the run's log. `info` and above are kept; no secret may be passed. */
export interface RunLog {
  info(message: string, data?: Record<string, unknown>): void;
  warn(message: string, data?: Record<string, unknown>): void;
}

/** Pushes to a node (handbook, rules: nodes). Throws `RemoteUnavailableError` when the node does not answer. */
export interface Nodes {
  push(
    nodeId: string,
    message: {
      readonly kind: "texts" | "person_searches";
      readonly version: number;
      readonly items: readonly unknown[];
    },
  ): Promise<void>;
}

/** Tells a client's runner (0: the platform's) that there is something to take. Harmless when it is at work. */
export interface Runners {
  wake(clientId: number): Promise<void>;
}

/** A run of another owner that is to be ended, as it was seen. */
export interface RunToEnd {
  readonly runId: number;
  readonly lease: number;
  /** Instant (ms; 0: none) of its last sign of life; one that has given another since is left alone. Default: any. */
  readonly heartbeatAt?: number;
  /** It is ended only while this other run is queued or at work. Default: whatever other runs do. */
  readonly beside?: number;
  /** How it ends; the code is its reason. */
  readonly ending: Ending & { readonly state: "failed" | "cancelled"; readonly code: string; readonly message: string };
}

/**
 * What {@link OtherRuns.end} did. `unchanged`: the run had ended, was taken up anew, or its client's data is being moved;
 * `unreachable`: the database that holds its checkpoint does not answer, so its owner could not be kept from going on.
 */
export type RunEnded = "ended" | "unchanged" | "unreachable";

/** Runs of other owners. For platform work only. */
export interface OtherRuns {
  /**
   * Ends a run that its owner does not end, as every run is ended: its lease and checkpoint are taken from the owner; figures, permit,
   * the jobs that follow and the log come after. One that had ended in its store keeps that end. Outside the run's steps,
   * and harmless to repeat: call it in an effect that is `repeatable`.
   */
  end(run: RunToEnd): Promise<RunEnded>;
}

/** Other jobs of this client. */
export interface EventStarts {
  /**
   * Starts the client's active jobs of a processor now, because of something that this run found; one that is paused is left alone.
   * Outside the run's steps, and harmless to repeat for one run: call it in an effect that is `repeatable`.
   *
   * @param parameters for these runs, on top of the jobs' own
   * @returns how many runs were queued, those of an earlier call of this run included
   */
  start(processor: ProcessorId, parameters: Readonly<Record<string, unknown>>): Promise<number>;
}

/** What is kept of this client's runs, in the control database and in its store: messages, errors, logs, outcomes. */
export interface RunHistory {
  /**
   * Replaces whole texts that are about some people, a bounded number of rows a call. Outside the run's steps, and harmless to
   * repeat: call it in an effect that is `repeatable`.
   *
   * @param position null: from the start
   * @returns where to go on; null: that was all
   */
  redact(subjects: HistorySubjects, position: HistoryPosition | null): Promise<HistoryPosition | null>;
}

/** What stands in words in a client's configuration: settings, wordings, connectors. Read-only. */
export interface ClientTexts {
  /** Some texts a call. @param position null: from the start @returns where to go on; null: that was all */
  read(
    position: TextPosition | null,
  ): Promise<{ readonly texts: readonly ClientText[]; readonly next: TextPosition | null }>;
}

/** What a run knows of itself. */
export interface RunFacts {
  readonly id: number;
  readonly jobId: number;
  readonly jobName: string;
  /** 0 for platform work. */
  readonly clientId: number;
  /** '' unless the run is one node's. */
  readonly nodeId: string;
  readonly kind: "schedule" | "manual" | "after" | "event" | "backfill";
  /** Planned instant, ms. */
  readonly scheduledAt: number;
  /** The day that a manual start named to work on; null: the day of `scheduledAt`. Either way it is the context's `today`. */
  readonly asOf: Day | null;
  readonly dryRun: boolean;
  /** True when an earlier owner or slice already committed steps of this run. */
  readonly resumed: boolean;
}

/** What a processor works with. Everything in it is bound to the run's client; nothing in it writes to the database. */
export interface RunContext<P = Record<string, unknown>, C = unknown> {
  readonly run: RunFacts;
  /** Rows of the processor's store, readable for this client only (platform work: all rows of the control store). */
  readonly rows: ClientRows;
  /** Settings, texts, connectors' public part, the client's own row. */
  readonly configuration: ClientConfiguration;
  readonly files: Files;
  readonly fonts: Fonts;
  readonly connectors: Connectors;
  readonly nodes: Nodes;
  readonly runners: Runners;
  readonly history: RunHistory;
  readonly clientTexts: ClientTexts;
  readonly erasedKeys: ErasedKeys;
  readonly otherRuns: OtherRuns;
  readonly starts: EventStarts;
  /** The deployed release; '' where the host does not name it. */
  readonly release: string;
  /** The run's local day: `asOf`, else the client's local day of the planned instant. */
  readonly today: Day;
  /** Instant (ms) of the run's first start; for expiries and for the `*_at` columns of what it writes. */
  readonly now: number;
  /** The client's IANA zone. */
  readonly timeZone: string;
  readonly parameters: P & z.output<typeof commonParameters>;
  /** Where to go on from; null at the start. */
  readonly cursor: C | null;
  readonly log: RunLog;
  /** Random bytes, e.g. for salts and tokens. */
  readonly randomBytes: (length: number) => Uint8Array;
}

/** What the clock asks a processor that polls about one occurrence ({@link ProcessorDefinition.quiet}). */
export interface QuietQuestion<P = Record<string, unknown>> {
  /** Instant (ms) of the look: never before the occurrence's own. */
  readonly now: number;
  /** The deployed release; '' where the host does not name it. */
  readonly release: string;
  /** IANA zone in which the clients' occurrences are planned: the job's, else their own. */
  readonly timeZone: string;
  readonly parameters: P & z.output<typeof commonParameters>;
  /** The clients that are asked about, as rows with the column `client_id`: `FROM (${clients}) c`. With scope global the platform alone: 0. */
  readonly clients: SQL;
}

/** What {@link defineProcessor} takes. `S`: the parameters' schema, `C`: the cursor, `N`: its own counts, `Id`: the ids it may name. */
export interface ProcessorDefinition<
  S extends z.ZodObject = z.ZodObject,
  C = unknown,
  N extends string = never,
  Id extends string = ProcessorId,
> {
  /** Exact, odd spellings included: administrators know it. */
  readonly id: Id;
  readonly aliases?: readonly string[];
  readonly javaClass?: string;
  readonly group: ProcessorGroup;
  /** What it does, in a few words, as pages name it: "Enrol automatically". English; its German is in the web's catalogue words. */
  readonly title: string;
  /** One sentence for the catalogue. */
  readonly summary: string;
  readonly scope: "client" | "node" | "global";
  /** Where all its writes and its checkpoint live. */
  readonly store: "learning" | "control";
  readonly load: "light" | "heavy";
  /** Quartz expression; null: manual only. */
  readonly suggestedCron: string | null;
  /** Ids it should run behind, also of processors that are yet to be built. The relation is acyclic. */
  readonly after: readonly Id[];
  readonly confirm?: "destructive" | "expensive";
  /** What becomes of late occurrences unless the job says otherwise. Default `once`. */
  readonly misfire?: "once" | "skip";
  readonly dryRun: "exact" | "lower_bound";
  /** Own parameters, beyond the common ones. Unknown names are refused on save. */
  readonly parameters: S;
  /**
   * The shape of its cursor. A stored one that does not fit ends the run with code `unknown_cursor`. Every processor of the
   * product has one; a processor that only one step belongs to says `z.null()`.
   */
  readonly cursor?: z.ZodType<C>;
  /** Raised when the cursor's meaning changes; a run with another version ends and says so. Default 1. */
  readonly cursorVersion?: number;
  /**
   * Where the next run goes on after one that stopped at `maxRows`, from the cursor of that one; null: from the start.
   * Default: the cursor as it is, without what it says of mail that was being delivered. Needed where a cursor holds what
   * is true of its own run only.
   */
  readonly nextRunFrom?: (cursor: NoInfer<C>) => NoInfer<C> | null;
  /** Names of its counters beyond scanned, changed, skipped, failed; for the pages. */
  readonly counts?: readonly N[];
  /**
   * Scope node: a job must have "execute on each node" ticked once there is more than one node (handbook, catalogue:
   * CloudSynchronization).
   */
  readonly eachNode?: boolean;
  /** Shortest period in seconds that a job of it may have. */
  readonly minimumPeriodSeconds?: number;
  /**
   * For a processor that polls: one query that names the clients with something to do, with one column, their ids. The others get no
   * run of the occurrence, only a note that it was looked at (handbook, contract: quiet). It is read on the database that all clients
   * share, for clients whose data is there; a client that is named too often costs a run, one that is forgotten is not served:
   * - Whatever a run would do or fail at now is something to do, also a setting that cannot be used, a connector that is missing,
   *   a row that an earlier run left half done.
   * - Each condition ends in an index, so that a look costs some probes for each client, whatever is stored.
   *
   * ```ts
   * quiet: ({ clients }) => sql`SELECT c.client_id FROM (${clients}) c WHERE EXISTS (SELECT 1 FROM webhook_events e
   *   WHERE e.client_id = c.client_id AND e.state = 'received')`,
   * ```
   *
   * For scope client and global (there the platform, client 0, is named or not). Default: every occurrence gets a run.
   */
  quiet?(question: QuietQuestion<z.output<S>>): SQL;
  run(
    context: RunContext<z.output<S>, NoInfer<C>>,
  ): AsyncGenerator<Yielded<NoInfer<C>, NoInfer<N>>, Ending | undefined, unknown>;
}

/** The catalogue's groups, in the order of the pages. */
export const processorGroups = [
  "imports",
  "people",
  "enrolment",
  "courses",
  "paths",
  "skills",
  "communication",
  "reports",
  "search",
  "commerce",
  "content",
  "classrooms",
  "platform",
] as const;
export type ProcessorGroup = (typeof processorGroups)[number];

/** A processor as scheduler, runner and pages see it, whatever its parameters and cursor. */
export type Processor = ProcessorDefinition<z.ZodObject, unknown, string, string>;

/**
 * Declares a processor. It checks nothing that the types do not; the catalogue's test does the rest.
 *
 * An id that is not in the list of ids is a compile error, and so is a count that is not among `N`. Only what is no part of the
 * product (a test's processor) takes `string` for `N` and `Id`.
 *
 * ```ts
 * export const Example = defineProcessor({
 *   ...,
 *   parameters: z.strictObject({ graceDays: z.int().min(0).default(0) }),
 *   cursor: z.strictObject({ after: z.int() }),
 *   counts: ["completed", "undated"],
 *   async *run({ cursor, parameters }) { ... },
 * });
 * ```
 */
export function defineProcessor<
  S extends z.ZodObject,
  C = unknown,
  const N extends string = never,
  Id extends string = ProcessorId,
>(definition: ProcessorDefinition<S, C, N, NoInfer<Id>>): Processor {
  return definition as unknown as Processor;
}

/** Ends a run that had nothing to do, naming why (handbook, rules: configuration: missing configuration is not an error). */
export function noAction(message: string): Ending {
  return { state: "no_action", message };
}
