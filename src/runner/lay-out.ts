import { indexChange, indexChanges } from "../learning/index-changes.ts";
import type { Unit, Write } from "../processors/contract.ts";
import { auditEntries, auditEntry } from "../store/audit.ts";
import { type Change, checkLead, type Indexed } from "../store/change.ts";
import type { Statement } from "../store/database.ts";
import { sql } from "../store/sql.ts";
import { type Query, thisIndex, thisRun } from "../store/statement.ts";
import type { Counts, UnitCommit, UnitWrite } from "../store/step/step.ts";

type Bind = (query: Query, index?: number) => Statement;

/**
 * A unit as its step writes it: each change with what precedes and follows it, bound to the run's client.
 *
 * @throws {LeaderlessWriteError} when a later write does not say what it depends on.
 */
export function layOutUnit(unit: Unit<string>, bind: Bind): UnitCommit {
  const writes = unit.writes.map((write, index) => layOutWrite(write, index, bind));
  checkLead(unit.ref, writes);
  const { ref, rows, failure, apart } = unit;
  return {
    ref,
    writes,
    rows,
    counts: unit.counts as Counts | undefined,
    failure,
    apart: apart && (() => apart().map((part) => layOutUnit(part, bind))),
  };
}

/** A write that no unit owns, with what follows from it. `index`: within its unit; default 0. */
export function layOutWrite(write: Write<string>, index: number, bind: Bind): UnitWrite {
  if (!isChange(write)) return { statement: bind(write, index) };
  const { audit, count, rows, always, mark } = write;
  const indexed: Indexed | undefined = typeof write.indexed === "string" ? { entity: write.indexed } : write.indexed;
  const follows: Query[] = [
    ...(audit ? [(rows ? auditEntries : auditEntry)(audit)] : []),
    ...(indexed ? [rows ? indexChanges(indexed) : indexChange(indexed, audit)] : []),
  ];
  return {
    statement: bind(write.write, index),
    count,
    always,
    mark,
    rows: rows && bind(touch(rows), index),
    follows: follows.map((query) => bind(query, index)),
  };
}

function touch(rows: Query) {
  return sql`INSERT INTO touched (run_id, place, id, person_id, before)
    SELECT ${thisRun}, ${thisIndex}, found.id, found.person_id, found.before FROM (${rows}) AS found`;
}

function isChange(write: Write<string>): write is Change<string> {
  return "write" in write;
}
