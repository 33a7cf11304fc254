import type { ClientFacts } from "../control/clients/clients.ts";
import {
  beginMove,
  type ClientMove,
  endMove,
  enterPhase,
  isTaken,
  leasesToRaise,
  type MoveEnd,
  type MovePosition,
  noteMove,
  readMove,
  runsAtWork,
  switchDatabase,
} from "../control/clients/moves.ts";
import { takeFromOwner } from "../control/runs/transitions.ts";
import { sql } from "../store/sql.ts";
import { read, readEach, statement } from "../store/statement.ts";
import type { Belonging } from "./belonging.ts";
import {
  type CopyDatabase,
  countRows,
  deleteRange,
  digestOf,
  PAGE,
  type PageLimits,
  readPage,
  readRange,
  tablesWithRows,
  writePage,
} from "./copying.ts";
import { highestIds, layFloors, RANGE } from "./floors.ts";
import { MoveMismatchError, MoveRefusedError } from "./move-errors.ts";
import type { StoredTable } from "./table.ts";

/** What moving a client's data between databases needs. */
export interface MovePorts {
  readonly control: CopyDatabase;
  /** Opens a client's own database. */
  readonly open: (url: string, tokenEnc: string | null) => Promise<CopyDatabase>;
  /** Brings a client's own database up to date with the sets store and learning. */
  readonly prepare: (database: CopyDatabase) => Promise<void>;
  /** Every table of the sets store and learning that has rows of clients. */
  readonly tables: readonly StoredTable[];
  /** Names of the processors that commit their steps in the control database: what they leave stays there. */
  readonly platformStored: readonly string[];
  /** ms */
  readonly now: () => number;
  /** Waits a moment before runs at work are asked for again. */
  readonly pause: () => Promise<void>;
  /** Time (ms) of silence after which a run at work is taken from its owner. Default 45,000. */
  readonly staleAfterMs?: number;
  /** Default {@link PAGE}. */
  readonly limits?: PageLimits;
  /** Called with each step in words, for the person who watches. */
  readonly report?: (line: string) => void;
}

const STALE_AFTER_MS = 45_000;

/** One end of a move with everything that its statements need. */
interface OpenEnd {
  readonly database: CopyDatabase;
  readonly whose: Belonging;
}

async function opened(ports: MovePorts, clientId: number, end: MoveEnd): Promise<OpenEnd> {
  const shared = end.url === null;
  return {
    database: end.url === null ? ports.control : await ports.open(end.url, end.tokenEnc),
    whose: { clientId, shared, platformStored: ports.platformStored },
  };
}

/**
 * Begins to move a client's learning data, with its store, to another database: checks that it may, brings a database of its
 * own up to date, and lets the client's runs wait. {@link continueMove} does the rest.
 *
 * @param target `url` null: back to the database that holds everything
 * @throws {MoveRefusedError} and nothing has changed.
 */
export async function startMove(ports: MovePorts, client: ClientFacts, target: MoveEnd): Promise<ClientMove> {
  const { control, tables } = ports;
  if (await readMove(control, client.id)) {
    throw new MoveRefusedError(
      "under_way",
      `Client ${client.key} is being moved already; go on with that move, or abandon it`,
    );
  }
  if (client.databaseUrl === target.url) {
    throw new MoveRefusedError("already_there", `The data of client ${client.key} is there already; nothing was moved`);
  }
  if (target.url !== null && (await isTaken(control, target.url, client.id))) {
    throw new MoveRefusedError("database_taken", "That database is another client's; give each client one of its own");
  }
  const { database, whose } = await opened(ports, client.id, target);
  if (!whose.shared) {
    const foreign = await read(database, sql`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'clients'`);
    if (foreign.length > 0) {
      throw new MoveRefusedError(
        "control_database",
        "That is a control database; give an empty one, or move the client back",
      );
    }
    await ports.prepare(database);
  }
  const filled = whose.shared ? await tablesWithRows(database, tables, whose) : await tablesInUse(database, tables);
  const names = tables.filter((_, index) => filled[index]).map(({ name }) => name);
  if (names.length > 0) {
    const what = whose.shared ? `rows of client ${client.key}` : "rows";
    throw new MoveRefusedError(
      "not_empty",
      `That database has ${what} already, in ${names.join(", ")}; give an empty one`,
    );
  }
  const source = { url: client.databaseUrl, tokenEnc: client.databaseTokenEnc };
  const move = await beginMove(control, { clientId: client.id, source, target }, ports.now());
  if (!move) throw new MoveRefusedError("under_way", `Client ${client.key} was changed meanwhile; look, and try again`);
  return move;
}

/** Which tables of a client's own database have rows, of any client. */
async function tablesInUse(database: CopyDatabase, tables: readonly StoredTable[]): Promise<readonly boolean[]> {
  const found = await readEach(
    database,
    tables.map(
      ({ name, owner }) =>
        sql`SELECT EXISTS (SELECT 1 FROM ${sql.identifier(name)} WHERE ${sql.identifier(`${owner}_id`)} >= 0) AS found`,
    ),
  );
  return found.map(([row]) => row?.found === 1);
}

/**
 * Carries a client's move on from wherever it stands, to its end. It may be killed anywhere and called again; two callers at
 * once copy the same rows.
 *
 * @returns false when there is no move of this client
 * @throws {MoveMismatchError} when what arrived is not what left; the client's runs wait until the move is abandoned.
 */
export async function continueMove(ports: MovePorts, clientId: number): Promise<boolean> {
  const { control, now } = ports;
  let move = await readMove(control, clientId);
  if (!move) return false;
  const source = await opened(ports, clientId, move.source);
  const target = await opened(ports, clientId, move.target);
  for (; move; ) {
    const { phase } = move;
    ports.report?.(phaseWords[phase]);
    switch (phase) {
      case "holding":
        await untilNobodyWorks(ports, clientId);
        await closeStore(ports, clientId, source);
        move = await enterPhase(control, move, "copying", now());
        break;
      case "copying":
        // A release may have come since the move began.
        if (!target.whose.shared) await ports.prepare(target.database);
        await copyRows(ports, move, source, target);
        move = await enterPhase(control, move, "comparing", now());
        break;
      case "comparing":
        await compareRows(ports, move, source, target);
        move = await enterPhase(control, move, "switching", now());
        break;
      case "switching": {
        const highest = await highestIds(source.database, ports.tables, source.whose);
        await layFloors(source.database, ports.tables, (table) => highest.get(table) ?? 0);
        if (!target.whose.shared) await openStore(target);
        move = await switchDatabase(control, move, now());
        break;
      }
      case "clearing":
        await clearRows(ports, move, source);
        await endMove(control, move);
        move = null;
        break;
      case "releasing":
        // Its ids may have been given again where its rows were to arrive.
        if (!source.whose.shared) await layFloors(source.database, ports.tables, floorsOf(move));
        await openStore(source);
        move = await enterPhase(control, move, "abandoning", now());
        break;
      case "abandoning":
        await clearRows(ports, move, target);
        await endMove(control, move);
        move = null;
        break;
      default:
        return phase satisfies never;
    }
  }
  return true;
}

const phaseWords: Readonly<Record<ClientMove["phase"], string>> = {
  holding: "Waiting for runs at work to stop at their next step",
  copying: "Copying",
  comparing: "Comparing",
  switching: "Switching over",
  clearing: "The client works on its new database; clearing the old one",
  releasing: "Letting the client's runs go on where they were",
  abandoning: "Removing what was copied",
};

/**
 * Gives a move up: the client's data stays where it is and its runs go on. {@link continueMove} then removes what was copied.
 *
 * @throws {MoveRefusedError} when there is no move, or it is past its point of no return.
 */
export async function abandonMove(ports: MovePorts, clientId: number): Promise<void> {
  const { control, now } = ports;
  const move = await readMove(control, clientId);
  if (!move) throw new MoveRefusedError("no_move", "This client is not being moved");
  if (move.phase === "releasing" || move.phase === "abandoning") return;
  const after = move.phase === "clearing" ? move : await enterPhase(control, move, "releasing", now());
  if (after?.phase !== "releasing") {
    throw new MoveRefusedError(
      "switched",
      "The client works on its new database already; let the move end, then move it again",
    );
  }
}

async function untilNobodyWorks(ports: MovePorts, clientId: number): Promise<void> {
  const silent = new Map<number, { readonly sign: string; readonly since: number }>();
  for (;;) {
    const runs = await runsAtWork(ports.control, clientId);
    if (runs.length === 0) return;
    for (const run of runs) {
      const sign = `${run.lease} ${run.heartbeatAt}`;
      const known = silent.get(run.id);
      if (known?.sign !== sign) silent.set(run.id, { sign, since: ports.now() });
      else if (ports.now() - known.since >= (ports.staleAfterMs ?? STALE_AFTER_MS))
        await ports.control.batch(
          [takeFromOwner(run), statement(sql`DELETE FROM heavy_permits WHERE run_id = ${run.id} AND changes() > 0`)],
          "write",
        );
    }
    await ports.pause();
  }
}

/**
 * From here on the source takes no step of the client's runs: no run is opened there, and those that are open belong to a
 * lease that no owner has. A runner that was cut off for hours and comes back is refused.
 */
async function closeStore(ports: MovePorts, clientId: number, source: OpenEnd): Promise<void> {
  const leases = await leasesToRaise(ports.control, clientId, ports.platformStored);
  await source.database.batch(
    [
      statement(
        sql`INSERT INTO departures (client_id, at) VALUES (${clientId}, ${ports.now()}) ON CONFLICT DO NOTHING`,
      ),
      statement(sql`INSERT INTO checkpoints (run_id, lease, now_at)
          SELECT value ->> 'id', value ->> 'lease', value ->> 'startedAt' FROM json_each(${JSON.stringify(leases)}) WHERE true
          ON CONFLICT (run_id) DO UPDATE SET lease = excluded.lease WHERE lease < excluded.lease`),
    ],
    "write",
  );
}

async function openStore({ database, whose }: OpenEnd): Promise<void> {
  await database.execute(statement(sql`DELETE FROM departures WHERE client_id = ${whose.clientId}`));
}

const floorsOf = (move: ClientMove) => () => move.id * RANGE;

/** Copies page by page, table by table; where it stands is noted behind each page. */
async function copyRows(ports: MovePorts, move: ClientMove, source: OpenEnd, target: OpenEnd): Promise<void> {
  const { tables } = ports;
  if (target.whose.shared) {
    const highest = await highestIds(source.database, tables, source.whose);
    await layFloors(target.database, tables, (table) => highest.get(table) ?? 0);
  } else {
    await layFloors(target.database, tables, floorsOf(move));
  }
  await eachPage(ports, move, source, async (table, _after, page) => {
    await writePage(target.database, table, page);
  });
}

/** Reads both sides page by page: as many rows, and the same checksum. */
async function compareRows(ports: MovePorts, move: ClientMove, source: OpenEnd, target: OpenEnd): Promise<void> {
  const { tables } = ports;
  await eachPage(ports, move, source, async (table, after, page) => {
    const arrived = await readRange(target.database, table, target.whose, after, page.until);
    if (arrived.length !== page.rows.length || (await digestOf(arrived)) !== (await digestOf(page.rows))) {
      throw new MoveMismatchError(table.name, page.rows.length, arrived.length);
    }
  });
  // What lies behind the last page, and in tables of which nothing left.
  const left = await countRows(source.database, tables, source.whose);
  const arrived = await countRows(target.database, tables, target.whose);
  for (const [index, table] of tables.entries()) {
    if (left[index] !== arrived[index]) throw new MoveMismatchError(table.name, left[index] ?? 0, arrived[index] ?? 0);
  }
  ports.report?.(
    `${left.reduce((sum, rows) => sum + rows, 0)} rows of ${left.filter(Boolean).length} tables arrived as they left`,
  );
}

async function clearRows(ports: MovePorts, move: ClientMove, end: OpenEnd): Promise<void> {
  await eachPage(ports, move, end, async (table, after, page) => {
    await deleteRange(end.database, table, end.whose, after, page.until);
  });
}

/** Goes through a client's rows from where the move stands. `deal` may be called again for the last page before a kill. */
async function eachPage(
  ports: MovePorts,
  move: ClientMove,
  end: OpenEnd,
  deal: (
    table: StoredTable,
    after: MovePosition["after"],
    page: NonNullable<Awaited<ReturnType<typeof readPage>>>,
  ) => Promise<void>,
): Promise<void> {
  const { control, tables, now, limits = PAGE } = ports;
  const filled = await tablesWithRows(end.database, tables, end.whose);
  for (const [index, table] of tables.entries()) {
    if (index < move.position.table || !filled[index]) continue;
    let { after, rows }: MovePosition =
      index === move.position.table ? move.position : { table: index, after: null, rows: 0 };
    for (;;) {
      const page = await readPage(end.database, table, end.whose, after, limits);
      if (!page) break;
      await deal(table, after, page);
      after = page.until;
      rows += page.rows.length;
      // Another process has brought the move further, or gives it up.
      if (!(await noteMove(control, move, { table: index, after, rows }, now()))) return;
    }
  }
}
