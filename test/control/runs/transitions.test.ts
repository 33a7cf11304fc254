import { glob, readFile } from "node:fs/promises";
import type { SQL } from "drizzle-orm";
import { beforeEach, describe, expect, it } from "vitest";
import { type RunState, runStates } from "../../../src/control/runs/run-state.ts";
import * as transitions from "../../../src/control/runs/transitions.ts";
import type { Database, Statement } from "../../../src/store/database.ts";
import { sql } from "../../../src/store/sql.ts";
import { read, statement } from "../../../src/store/statement.ts";
import { freshFileDatabase } from "../../harness/database/file-database.ts";

const PLACE = "src/control/runs/transitions.ts";
const NOON = Date.parse("2026-03-02T12:00:00Z");

/** Statements in a source text that set the state of a run. */
function settingState(source: string): string[] {
  const updates = [...source.matchAll(/UPDATE\s+(OR\s+\w+\s+)?("?runs"?|\$\{runs\})\s/gi)].map(({ index }) =>
    source.slice(index, index + 2000),
  );
  const upserts = source
    .split(/INSERT\s+(?:OR\s+\w+\s+)?INTO\s+(?:"?runs"?|\$\{runs\})\s/i)
    .slice(1)
    .flatMap((rest) => /^[^;]*?DO UPDATE\s+(SET.*)/is.exec(rest.split(/INSERT\s/i)[0] ?? "")?.[1] ?? []);
  const built = [...source.matchAll(/(\.update\(runs\)|assignments\(runs,)[^;]*?\bstate\b/g)].map(([text]) => text);
  const setsIt = (text: string) => /\bSET\b.*?(?:\bWHERE\b|$)/is.exec(text)?.[0].match(/\bstate\s*=(?!=)/) ?? null;
  return [...updates, ...upserts].filter((text) => setsIt(text) !== null).concat(built);
}

describe("the statements that move a run", () => {
  it("stand in one place: none elsewhere sets a run's state", async () => {
    const elsewhere: string[] = [];
    let here = 0;
    for await (const file of glob("src/**/*.{ts,tsx}")) {
      const found = settingState(await readFile(file, "utf8"));
      if (file.replaceAll("\\", "/") === PLACE) here = found.length;
      else elsewhere.push(...found.map((text) => `${file}: ${text.slice(0, 80)}`));
    }
    expect(elsewhere).toEqual([]);
    // The claims share one; that which takes a run at work from its owner leaves it at work.
    expect(here).toBe(attempts.length - 3);
  });

  it.each([
    ["on one line", "UPDATE runs SET state = 'ok' WHERE id = 1"],
    ["over several lines", "UPDATE runs\n    SET lease = lease + 1,\n      state = 'ok'\n    WHERE id = 1"],
    ["behind others, from a query", "UPDATE runs SET reason = 'x', state=coalesce(a, 'b') FROM jobs WHERE id = 1"],
    ["of every run", "UPDATE OR IGNORE runs SET state = 'ok'"],
    ["by the table's name in the schema", "sql`UPDATE $" + "{runs} SET state = 'ok' WHERE id = 1`"],
    ["of a run that is there already", "INSERT INTO runs (id) VALUES (1) ON CONFLICT DO UPDATE SET state = 'ok'"],
    ["by the builder", "database.update(runs).set({ state: 'ok' })"],
  ])("would be found anywhere: a statement that sets it %s", (_where, text) => {
    expect(settingState(text)).toHaveLength(1);
  });

  it("are told from those that only ask for it", () => {
    expect(settingState("UPDATE runs SET due_at = 1 WHERE state = 'planned'")).toEqual([]);
    expect(settingState("INSERT INTO runs (state) VALUES ('planned') ON CONFLICT DO NOTHING")).toEqual([]);
  });

  it("are all tried below", () => {
    const conditions = ["moves", "statesBefore", "under", "claimedBy", "finishing", "finishable", "givingUp"];
    const tried = new Set(attempts.map(({ move }) => move.name));
    expect(Object.keys(transitions).filter((name) => !conditions.includes(name) && !tried.has(name))).toEqual([]);
  });
});

interface Attempt {
  readonly move: { readonly name: string };
  /** As it was seen by who moves it. */
  readonly seen?: RunState;
  /** The runs had started. */
  readonly started: boolean;
  readonly from: readonly RunState[];
  readonly to: RunState;
  readonly statement: (run: { readonly id: number; readonly lease: number }) => Statement | SQL;
  /** Asks for the lease. */
  readonly leased: boolean;
  /** Moves only what was never claimed: lease 0. */
  readonly unclaimed?: boolean;
}

const why = { reason: "test", message: "A test" };
const reached = { counts: { changed: 1 }, progress: { done: 1, total: null } };
const idOf = ({ id }: { readonly id: number }) => sql`SELECT ${id}`;

const {
  letWait,
  claim,
  claimAlone,
  claimToEnd,
  setAside,
  retryLater,
  handOver,
  takeFromOwner,
  finish,
  giveUp,
  skip,
  skipUnstarted,
  skipLate,
  cancelBeforeStart,
  cancelWithJob,
  reopen,
} = transitions;

const attempts: readonly Attempt[] = [
  {
    move: letWait,
    started: false,
    leased: true,
    from: ["planned", "queued", "waiting"],
    to: "waiting",
    statement: (run) => letWait(run, why, NOON),
  },
  {
    move: claim,
    seen: "queued",
    started: false,
    leased: true,
    from: ["planned", "queued", "waiting"],
    to: "running",
    statement: (run) => claim({ ...run, state: "queued" }, "me", false, NOON),
  },
  {
    move: claim,
    seen: "running",
    started: true,
    leased: true,
    from: ["running"],
    to: "running",
    statement: (run) => claim({ ...run, state: "running" }, "me", false, NOON),
  },
  {
    move: claimAlone,
    started: false,
    leased: false,
    unclaimed: true,
    from: ["planned", "queued", "waiting"],
    to: "running",
    statement: ({ id }) => claimAlone({ id, clientId: id, processor: "P", dueAt: NOON - 1 }, "me", NOON),
  },
  {
    move: claimToEnd,
    started: true,
    leased: true,
    from: ["running"],
    to: "running",
    statement: (run) => claimToEnd({ ...run, reason: "test", heartbeatAt: null, beside: null }),
  },
  {
    move: setAside,
    started: true,
    leased: true,
    from: ["running"],
    to: "waiting",
    statement: (run) => setAside(run, why, reached),
  },
  {
    move: retryLater,
    started: true,
    leased: true,
    from: ["running"],
    to: "waiting",
    statement: (run) => retryLater(run, "Later", NOON),
  },
  {
    move: handOver,
    started: true,
    leased: true,
    from: ["running"],
    to: "waiting",
    statement: (run) => handOver([run]),
  },
  {
    move: takeFromOwner,
    started: true,
    leased: true,
    from: ["running"],
    to: "waiting",
    statement: (run) => takeFromOwner({ ...run, heartbeatAt: null }),
  },
  {
    move: finish,
    started: true,
    leased: true,
    from: ["running"],
    to: "ok",
    statement: (run) => finish(run, { state: "ok" }, { ...reached, message: sql`NULL`, errors: sql`'[]'` }, NOON),
  },
  {
    move: giveUp,
    started: true,
    leased: false,
    from: ["waiting", "running"],
    to: "failed",
    statement: (run) => giveUp(idOf(run), NOON),
  },
  {
    move: skip,
    started: false,
    leased: true,
    from: ["planned", "queued", "waiting"],
    to: "skipped",
    statement: (run) => skip(run, why, NOON),
  },
  {
    move: skipUnstarted,
    started: false,
    leased: false,
    from: ["planned", "queued", "waiting"],
    to: "skipped",
    statement: ({ id }) => skipUnstarted(sql`id = ${id}`, { reason: "paused", message: "A test" }, NOON),
  },
  {
    move: skipLate,
    started: false,
    leased: false,
    from: ["planned", "queued", "waiting"],
    to: "skipped",
    statement: (run) => skipLate(idOf(run), NOON),
  },
  {
    move: cancelBeforeStart,
    started: false,
    leased: false,
    from: ["planned", "queued", "waiting"],
    to: "cancelled",
    statement: ({ id }) => cancelBeforeStart({ id, ...why }, NOON),
  },
  {
    move: cancelWithJob,
    started: false,
    leased: false,
    from: ["planned", "queued", "waiting"],
    to: "cancelled",
    statement: ({ id }) => cancelWithJob(id, "A test", NOON),
  },
  {
    move: reopen,
    started: true,
    leased: false,
    from: ["failed"],
    to: "waiting",
    statement: ({ id }) => reopen(id, "ada@example.com", NOON),
  },
];

describe("a run moves", () => {
  let database: Database;
  beforeEach(async () => {
    database = await freshFileDatabase();
  });

  /** One run in each state, its id the client's and the job's. */
  const set = (started: boolean, lease = 3) =>
    database.batch(
      [
        "DELETE FROM runs",
        ...runStates.map((state, index) =>
          statement(sql`INSERT INTO runs (id, job_id, client_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, time_zone,
              state, lease, started_at, created_at)
            VALUES (${index + 1}, ${index + 1}, ${index + 1}, 'schedule', 0, ${NOON - 1}, 'P', 'J', 'light', '{}', 'UTC', ${state}, ${lease},
              ${started ? NOON - 1 : null}, 0)`),
        ),
      ],
      "write",
    );
  const all = () => read<{ id: number; state: RunState }>(database, sql`SELECT * FROM runs ORDER BY id`);

  /** The states from which an attempt changed a run, and those to which it led. */
  async function moved(attempt: Attempt, lease: number) {
    await set(attempt.started, attempt.unclaimed ? 0 : 3);
    if (attempt.unclaimed)
      await database.execute(
        "INSERT INTO clients (id, key, name, time_zone, created_at, updated_at) SELECT id, id, '', 'UTC', 0, 0 FROM runs",
      );
    const before = await all();
    for (const { id } of before) {
      const made = attempt.statement({ id, lease });
      await database.execute("sql" in made ? (made as Statement) : statement(made));
    }
    const after = await all();
    const changed = before.flatMap((row, index) =>
      JSON.stringify(row) === JSON.stringify(after[index]) ? [] : [{ from: row.state, to: after[index]?.state }],
    );
    return { from: changed.map(({ from }) => from), to: [...new Set(changed.map(({ to }) => to))] };
  }

  it.each(
    attempts.map(
      (attempt) => [`${attempt.move.name}${attempt.seen ? ` of one seen ${attempt.seen}` : ""}`, attempt] as const,
    ),
  )("by %s only from the states that it may leave", async (_name, attempt) => {
    const inOrder = runStates.filter((state) => attempt.from.includes(state));
    expect(await moved(attempt, 3)).toEqual({ from: inOrder, to: [attempt.to] });
  });

  it.each(attempts.filter(({ leased }) => leased).map((attempt) => [attempt.move.name, attempt] as const))(
    "not by %s once its lease has moved on",
    async (_name, attempt) => {
      expect(await moved(attempt, 2)).toEqual({ from: [], to: [] });
    },
  );

  it("to an end with what follows from it for the same runs", async () => {
    await set(true);
    const finishing = (await all()).map(({ id }) => transitions.finishing({ id, lease: 3 }, "ok"));
    const ended = (await Promise.all(finishing.map((query) => read<{ id: number }>(database, query)))).flat();
    expect(ended.map(({ id }) => runStates[id - 1])).toEqual(["running"]);
    const givenUp = await read<{ id: number }>(database, transitions.givingUp(sql`SELECT id FROM runs`));
    expect(givenUp.map(({ id }) => runStates[id - 1]).toSorted()).toEqual(["running", "waiting"]);
  });

  it.each(
    attempts
      .filter(({ move }) => [letWait, claim, skip].some((one) => one === move))
      .map((attempt) => [attempt.move.name, attempt] as const),
  )("from planned not by %s before it is due", async (_name, attempt) => {
    await set(false);
    await database.execute(`UPDATE runs SET due_at = ${NOON + 1}`);
    for (const { id } of await all()) {
      const made = attempt.statement({ id, lease: 3 });
      await database.execute("sql" in made ? (made as Statement) : statement(made));
    }
    expect((await all()).filter(({ state }) => state === "planned")).toHaveLength(1);
  });

  it("to every state but the two in which it is made, and from every state but the ends that are final", () => {
    const final = runStates.filter((from) => !runStates.some((to) => transitions.statesBefore(to).includes(from)));
    expect(final).toEqual(["ok", "no_action", "partial", "cancelled", "skipped"]);
    expect(runStates.filter((to) => transitions.statesBefore(to).length === 0)).toEqual(["planned", "queued"]);
  });
});
