import {
  type Batch,
  BatchCond,
  type BatchStep,
  type HttpClient,
  type HttpStream,
  openHttp,
  ResponseError,
  type RowsResult,
  Stmt,
} from "@libsql/hrana-client";
import { bare, type SqlValue, type Statement } from "../store/database.ts";
import type { BatchAnswer, CommitGroup, StatementAnswer, WriteBatch } from "../store/writer/batch.ts";
import { fenceRefusal, notForbidden } from "../store/writer/fence.ts";
import { refusalOf } from "./sqlite-error.ts";

/** What groups do. Groups that only read need no savepoints, and a read is never refused. */
type Purpose = "write" | "read";

const BEGIN = { write: "BEGIN IMMEDIATE", read: "BEGIN TRANSACTION READONLY" } as const;

/** Time (ms) that a server has for a group; then its batches are open, and the next group is sent. */
const GROUP_PATIENCE_MS = 20_000;

/**
 * Writes groups to a libSQL server: each is one HTTP request (Hrana 3, a `batch` whose steps have conditions,
 * https://github.com/tursodatabase/libsql/blob/main/docs/HRANA_3_SPEC.md). Each statement depends on the one before it; a batch that is
 * refused is taken back to its savepoint, and the next goes on. Once the transaction has ended early, which some errors of SQLite bring
 * about, no further step is executed: without a transaction each would be committed by itself.
 *
 * @param url of the server, `http(s)://` or `libsql://`
 * @param options.fetcher the platform's `fetch`
 * @param options.purpose `read`: the groups only read, at one moment, and the server refuses a write among them. Default `write`
 */
export function serverGroup(
  url: string,
  token: string | null,
  { fetcher = fetch, purpose = "write" }: { fetcher?: typeof fetch; purpose?: Purpose } = {},
): CommitGroup {
  let opened: HttpClient | null = null;
  const open = async (): Promise<HttpClient> => {
    if (!opened || opened.closed) {
      const address = url.replace(/^libsql:/, "https:");
      const patient = (request: Request) => fetcher(request, { signal: AbortSignal.timeout(GROUP_PATIENCE_MS) });
      opened = openHttp(address, token ?? undefined, patient, undefined, 3);
      opened.intMode = "number";
    }
    // Before a batch may ask whether the transaction is still open.
    await opened.getVersion();
    return opened;
  };
  return async (batches) => {
    let client: HttpClient;
    try {
      client = await open();
    } catch (error) {
      opened = null;
      return batches.map(() => ({ kind: "undone", why: refusalOf(error, 0).message }));
    }
    return await sendApart(client, batches, purpose);
  };
}

/** How a server names an error of a request that it did not begin with, since it could not read one of its statements. */
const NOT_BEGUN = /^(SQL|ARGS)_/;

/** Sends a group; one that the server cannot read, because of a single statement, batch by batch: only the one at fault is refused. */
async function sendApart(client: HttpClient, batches: readonly WriteBatch[], purpose: Purpose): Promise<BatchAnswer[]> {
  try {
    return await sendGroup(client, batches, purpose);
  } catch (error) {
    if (!(error instanceof ResponseError && NOT_BEGUN.test(error.code ?? ""))) throw error;
    if (batches.length === 1) return [{ kind: "refused", refusal: refusalOf(error, 0) }];
    const answers: BatchAnswer[] = [];
    for (const batch of batches) answers.push(...(await sendApart(client, [batch], purpose)));
    return answers;
  }
}

/** SQL texts that are sent once for a group; a server keeps no more than 150 of a stream. Further ones are sent with each statement. */
const TEXTS_AT_ONCE = 100;

/** A statement's fate within the group: what it answered; undefined: it was not executed. */
type Step = Promise<RowsResult | undefined>;

async function sendGroup(client: HttpClient, batches: readonly WriteBatch[], purpose: Purpose): Promise<BatchAnswer[]> {
  const stream = client.openStream();
  const group = new Group(stream);
  const begun = group.first(BEGIN[purpose]);
  const laidOut = batches.map((batch) => (purpose === "read" ? group.ask(batch) : group.add(batch)));
  const committed = group.next("COMMIT");
  const executed = group.execute();
  stream.closeGracefully();
  // Each step has a promise of its own, which fails with the step, or with the whole request.
  for (const step of group.steps) step.catch(() => undefined);
  await executed;
  try {
    await begun;
  } catch (error) {
    return batches.map(() => ({ kind: "undone", why: refusalOf(error, 0).message }));
  }
  let why = "The database ended the transaction early";
  try {
    if ((await committed) !== undefined)
      return await Promise.all(laidOut.map((steps) => answerOf(steps, purpose === "write")));
  } catch (error) {
    why = refusalOf(error, 0).message;
  }
  return batches.map(() => ({ kind: "unknown", why }));
}

/** @param fenced the first of its steps asks whether the batch is forbidden */
async function answerOf(steps: readonly Step[], fenced: boolean): Promise<BatchAnswer> {
  const answers: StatementAnswer[] = [];
  for (const [index, step] of steps.entries()) {
    const isFence = fenced && index === 0;
    try {
      const result = await step;
      if (!result) return { kind: "unknown", why: "The database did not execute it" };
      if (!isFence) answers.push(toAnswer(result));
    } catch (error) {
      return {
        kind: "refused",
        refusal: isFence ? fenceRefusal(refusalOf(error, 0)) : refusalOf(error, fenced ? index - 1 : index),
      };
    }
  }
  return { kind: "answers", answers };
}

function toAnswer({ columnNames, rows, affectedRowCount }: RowsResult): StatementAnswer {
  return {
    columns: columnNames.map((name) => name ?? ""),
    rows: rows.map((row) => Array.from({ length: row.length }, (_, at) => row[at] as SqlValue)),
    rowsAffected: affectedRowCount,
  };
}

/** Lays a group out as the steps of one Hrana batch. */
class Group {
  readonly steps: Step[] = [];
  readonly #stream: HttpStream;
  readonly #batch: Batch;
  readonly #texts = new Map<string, ReturnType<HttpStream["storeSql"]>>();
  readonly #open: BatchCond;

  constructor(stream: HttpStream) {
    this.#stream = stream;
    this.#batch = stream.batch();
    this.#open = BatchCond.not(BatchCond.isAutocommit(this.#batch));
  }

  first(sql: string): Step {
    return this.#add(this.#batch.step(), bare(sql));
  }

  /** As long as the transaction is open. */
  next(sql: string): Step {
    return this.#add(this.#batch.step().condition(this.#open), bare(sql));
  }

  /** A batch that only reads: one that is refused leaves nothing behind. */
  ask({ statements }: WriteBatch): readonly Step[] {
    let last: BatchStep | null = null;
    return statements.map((statement) => {
      const step = this.#batch
        .step()
        .condition(last ? BatchCond.and(this.#batch, [BatchCond.ok(last), this.#open]) : this.#open);
      last = step;
      return this.#add(step, statement);
    });
  }

  /** A batch: the question whether it is forbidden, and its statements. */
  add({ statements, token, rehearsal }: WriteBatch): readonly Step[] {
    let last = this.#batch.step().condition(this.#open);
    this.#add(last, bare("SAVEPOINT batch"));
    const steps = [notForbidden(token), ...statements].map((statement) => {
      const step = this.#batch.step().condition(BatchCond.ok(last)).condition(this.#open);
      last = step;
      return this.#add(step, statement);
    });
    const undo = this.#batch.step().condition(this.#open);
    if (!rehearsal) undo.condition(BatchCond.not(BatchCond.ok(last)));
    this.#add(undo, bare("ROLLBACK TO batch"));
    this.next("RELEASE batch");
    return steps;
  }

  async execute(): Promise<void> {
    await this.#batch.execute();
  }

  #add(step: BatchStep, statement: Statement): Step {
    const sql = statement.sql;
    let text = this.#texts.get(sql);
    if (!text && this.#texts.size < TEXTS_AT_ONCE) {
      text = this.#stream.storeSql(sql);
      this.#texts.set(sql, text);
    }
    const answered = step.query(new Stmt(text ?? sql).bindIndexes(statement.args));
    this.steps.push(answered);
    return answered;
  }
}
