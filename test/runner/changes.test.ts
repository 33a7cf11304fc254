import { sql } from "drizzle-orm";
import { beforeEach, describe, expect, it } from "vitest";
import type { Unit, Write } from "../../src/processors/contract.ts";
import {
  type Change,
  hitMarks,
  joinNew,
  leadHit,
  leadIds,
  leadMissed,
  newId,
  touchedIds,
  unitHit,
} from "../../src/store/change.ts";
import type { Database } from "../../src/store/database.ts";
import { thisClient } from "../../src/store/statement.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";
import { writeUnit, writeUnits } from "../harness/runner/units.ts";

const NOW = 5000;
let database: Database;

beforeEach(async () => {
  database = await freshFileDatabase(["store", "learning"]);
  await database.batch(
    Array.from({ length: 200 }, (_, index) => ({
      sql: `INSERT INTO components (id, client_id, kind, title, planning_status, created_at, updated_at)
        VALUES (?, 1, 'course', 'Course', ?, 0, 0)`,
      args: [index + 1, index % 4 === 0 ? "completed" : "released"],
    })),
    "write",
  );
});

const rows = async (query: string) => (await database.execute(query)).rows.map((row) => ({ ...row }));
const ofClient = sql`client_id = ${thisClient}`;

/** Completes a released course; one that is completed already is a missed guard. */
const complete = (id: number): Change<"completed"> => ({
  write: sql`UPDATE components SET planning_status = 'completed' WHERE ${ofClient} AND id = ${id} AND planning_status = 'released'`,
  count: "completed",
  audit: { entity: "component", id, action: "complete", before: { planning_status: "released" } },
  indexed: "component",
});

describe("a change of one row", () => {
  it("is counted, audited and told to the search indexes where it changed the row, and nowhere else", async () => {
    const units = Array.from(
      { length: 200 },
      (_, index): Unit<string> => ({
        ref: `course:${index + 1}`,
        writes: [complete(index + 1)],
      }),
    );
    const { counts } = await writeUnits(database, units);
    expect(counts).toEqual({ scanned: 200, changed: 150, skipped: 50, completed: 150 });
    const changed = Array.from({ length: 200 }, (_, index) => index + 1).filter((id) => id % 4 !== 1);
    expect(await rows("SELECT entity_id, run_id, client_id, before, at FROM audit_log ORDER BY id")).toEqual(
      changed.map((id) => ({
        entity_id: id,
        run_id: 7,
        client_id: 1,
        before: '{"planning_status":"released"}',
        at: NOW,
      })),
    );
    expect((await rows("SELECT entity_id FROM index_changes ORDER BY id")).map(({ entity_id }) => entity_id)).toEqual(
      changed,
    );
  });

  it("is not counted where a counter stands at a write that matches nothing and an audit entry follows", async () => {
    const { counts } = await writeUnit(database, complete(1));
    expect(counts).toEqual({ scanned: 1, skipped: 1, completed: 0 });
    expect(await rows("SELECT * FROM audit_log")).toEqual([]);
    expect(await rows("SELECT * FROM index_changes")).toEqual([]);
  });

  it("that inserts a row names that row in audit and search", async () => {
    await writeUnit(database, {
      write: sql`INSERT INTO groups (client_id, kind, name, created_at, updated_at) VALUES (${thisClient}, 'group', 'New', 0, 0)`,
      audit: { entity: "group", action: "create", after: { name: "New" } },
      indexed: "group",
    });
    const [group] = await rows("SELECT id FROM groups");
    expect(await rows("SELECT entity_id FROM audit_log")).toEqual([{ entity_id: group?.id }]);
    expect(await rows("SELECT entity, entity_id, op FROM index_changes")).toEqual([
      { entity: "group", entity_id: group?.id, op: "upsert" },
    ]);
  });

  it("tells search of another row, or of one that is gone", async () => {
    await writeUnit(database, { ...complete(2), indexed: { entity: "path", id: 77, op: "delete" } });
    expect(await rows("SELECT entity, entity_id, op FROM index_changes")).toEqual([
      { entity: "path", entity_id: 77, op: "delete" },
    ]);
  });

  it("leaves nothing of its unit behind where it breaks a constraint, and its neighbours stand", async () => {
    const taken: Write<string> = {
      write: sql`INSERT INTO components (id, client_id, kind, title, created_at, updated_at) VALUES (3, ${thisClient}, 'course', 'x', 0, 0)`,
      audit: { entity: "component", id: 3, action: "create" },
    };
    const { counts, failures } = await writeUnits(database, [
      { ref: "a", writes: [complete(2)] },
      { ref: "b", writes: [complete(4), { ...taken, always: true }] },
      { ref: "c", writes: [complete(6)] },
    ]);
    expect(failures).toMatchObject([{ ref: "b", code: "constraint", unexpected: true }]);
    expect(counts).toEqual({ scanned: 3, changed: 2, failed: 1, completed: 2 });
    expect((await rows("SELECT entity_id FROM audit_log")).map(({ entity_id }) => entity_id)).toEqual([2, 6]);
  });
});

describe("a unit of several changes", () => {
  const rename = (id: number, when: typeof leadHit): Change => ({
    write: sql`UPDATE components SET title = 'Second' WHERE ${ofClient} AND id = ${id} AND ${when}`,
    audit: { entity: "component", id, action: "rename" },
  });
  const titles = async () => (await rows("SELECT id FROM components WHERE title = 'Second'")).map(({ id }) => id);

  it("is led by the first: a missed guard never leaves half a unit", async () => {
    const { counts } = await writeUnits(database, [
      { ref: "hit", writes: [complete(2), rename(10, leadHit)], counts: { pairs: 1 } },
      { ref: "missed", writes: [complete(1), rename(11, leadHit)], counts: { pairs: 1 } },
      { ref: "hit again", writes: [complete(3), rename(12, leadHit)], counts: { pairs: 1 } },
    ]);
    expect(await titles()).toEqual([10, 12]);
    expect(counts).toEqual({ scanned: 3, changed: 2, skipped: 1, completed: 2, pairs: 2 });
    expect((await rows("SELECT action FROM audit_log")).map(({ action }) => action)).toEqual([
      "complete",
      "rename",
      "complete",
      "rename",
    ]);
  });

  it("can do something else where the first matched nothing, and go on behind either", async () => {
    await writeUnits(database, [
      { ref: "hit", writes: [complete(2), rename(20, leadMissed), rename(21, unitHit)] },
      { ref: "missed", writes: [complete(1), rename(22, leadMissed), rename(23, unitHit)] },
      { ref: "both missed", writes: [complete(1), rename(999, leadMissed), rename(24, unitHit)] },
    ]);
    expect(await titles()).toEqual([21, 22, 23]);
  });

  it("is refused, with nothing written, where a later write does not say what it depends on", async () => {
    const bare = sql`UPDATE components SET title = 'Second' WHERE ${ofClient} AND id = 30`;
    await expect(writeUnit(database, complete(2), bare)).rejects.toMatchObject({ code: "leaderless_write" });
    expect(await titles()).toEqual([]);
    await writeUnit(database, complete(1), { write: bare, always: true });
    expect(await titles()).toEqual([30]);
  });
});

describe("a change of several rows", () => {
  const ids = [1, 2, 3, 4, 5];
  const completeAll: Change<"completed"> = {
    rows: sql`SELECT id, NULL AS person_id, json_object('planning_status', planning_status) AS before FROM components
      WHERE ${ofClient} AND id IN (SELECT value FROM json_each(${JSON.stringify(ids)})) AND planning_status = 'released'`,
    write: sql`UPDATE components SET planning_status = 'completed' WHERE ${ofClient} AND id IN ${touchedIds}`,
    count: "completed",
    audit: { entity: "component", action: "complete", after: { planning_status: "completed" } },
    indexed: "component",
  };

  it("has an entry for each row that it changed, as it was before", async () => {
    const { counts } = await writeUnits(database, [{ ref: "all", rows: ids.length, writes: [completeAll] }]);
    expect(counts).toEqual({ scanned: 5, changed: 3, skipped: 2, completed: 3 });
    expect(await rows("SELECT entity_id, before, after FROM audit_log ORDER BY id")).toEqual(
      [2, 3, 4].map((entity_id) => ({
        entity_id,
        before: '{"planning_status":"released"}',
        after: '{"planning_status":"completed"}',
      })),
    );
    expect((await rows("SELECT entity_id FROM index_changes")).map(({ entity_id }) => entity_id)).toEqual([2, 3, 4]);
    expect(await rows("SELECT * FROM touched")).toEqual([]);
  });

  it("that finds none leaves nothing, and its unit is skipped with all of its rows", async () => {
    await writeUnits(database, [{ ref: "first", rows: 5, writes: [completeAll] }]);
    const { counts } = await writeUnits(database, [{ ref: "again", rows: 5, writes: [completeAll] }]);
    expect(counts).toMatchObject({ scanned: 10, changed: 3, skipped: 7, completed: 3 });
    expect(await rows("SELECT count(*) AS count FROM audit_log")).toEqual([{ count: 3 }]);
  });

  it("hands the rows that it found to the later changes of its unit", async () => {
    const { counts } = await writeUnits(database, [
      {
        ref: "all",
        rows: ids.length,
        writes: [
          completeAll,
          {
            rows: sql`SELECT id, NULL AS person_id, NULL AS before FROM components WHERE ${ofClient} AND id IN ${leadIds} AND id > 2`,
            write: sql`UPDATE components SET title = 'Second' WHERE ${ofClient} AND id IN ${touchedIds}`,
            count: "renamed",
            audit: { entity: "component", action: "rename" },
          },
        ],
      },
    ]);
    expect(counts).toEqual({ scanned: 5, changed: 3, skipped: 2, completed: 3, renamed: 2 });
    expect(await rows("SELECT entity_id FROM audit_log WHERE action = 'rename' ORDER BY id")).toEqual([
      { entity_id: 3 },
      { entity_id: 4 },
    ]);
  });
});

describe("a change that inserts several rows", () => {
  /** Registers people on course 9, person 5 aside. */
  const register = (people: readonly number[]): Change<"registered"> => ({
    rows: sql`SELECT ${newId("registrations")} AS id, one.value AS person_id, NULL AS before
      FROM json_each(${JSON.stringify(people)}) AS one WHERE ${thisClient} > 0 AND one.value <> 5`,
    write: sql`INSERT INTO registrations (id, client_id, component_id, person_id, status, source, source_ref, created_at, updated_at)
      SELECT touched.id, ${thisClient}, 9, one.value, 'booked', 'import', 'ref' || one.value, 0, 0
      FROM json_each(${JSON.stringify(people)}) AS one ${joinNew("registrations")}`,
    count: "registered",
    audit: { entity: "registration", action: "register", after: { component_id: 9 } },
    indexed: "registration",
  });
  const unit = (people: readonly number[]): Unit<string> => ({
    ref: `people ${people.join()}`,
    rows: people.length,
    writes: [register(people)],
    ...(people.length === 1 ? {} : { apart: () => people.map((person) => unit([person])) }),
  });
  const registered = () => rows("SELECT id, person_id FROM registrations WHERE component_id = 9 ORDER BY id");

  it("knows their ids before, so that audit and search name each", async () => {
    await database.execute(`INSERT INTO registrations (id, client_id, component_id, person_id, status, created_at, updated_at)
      VALUES (40, 2, 1, 1, 'booked', 0, 0)`);
    const { counts } = await writeUnits(database, [unit([4, 5, 2]), unit([3])]);
    expect(counts).toEqual({ scanned: 4, changed: 3, skipped: 1, registered: 3 });
    const expected = [41, 43, 44];
    expect(await registered()).toEqual([4, 2, 3].map((person_id, index) => ({ id: expected[index], person_id })));
    expect(await rows("SELECT entity_id, person_id FROM audit_log ORDER BY id")).toEqual(
      [4, 2, 3].map((person_id, index) => ({ entity_id: expected[index], person_id })),
    );
    expect((await rows("SELECT entity_id FROM index_changes")).map(({ entity_id }) => entity_id)).toEqual(expected);
  });

  it.each(["written", "rehearsed"])("falls apart where one breaks a constraint: the others are %s", async (how) => {
    await database.execute(`INSERT INTO registrations (id, client_id, component_id, person_id, status, source, source_ref, created_at, updated_at)
      VALUES (40, 1, 1, 1, 'booked', 'import', 'ref3', 0, 0)`);
    const rehearsal = how === "rehearsed";
    const { counts, failures } = await writeUnits(database, [unit([1]), unit([2, 3, 4])], { rehearsal });
    expect(failures).toMatchObject([{ ref: "people 3", code: "constraint", unexpected: true }]);
    expect(counts).toEqual({ scanned: 4, changed: 3, failed: 1, registered: 3 });
    expect((await registered()).map(({ person_id }) => person_id)).toEqual(rehearsal ? [] : [1, 2, 4]);
  });
});

describe("a marked change", () => {
  const bare = (id: number, mark: number): Change => ({ write: complete(id).write, mark });
  const told = sql`INSERT INTO index_changes (client_id, entity, entity_id, op, at)
    SELECT ${thisClient}, 'mark', value, 'upsert', ${NOW} FROM json_each('[0,1,2,3]') WHERE value IN ${hitMarks}`;

  it("is known to what follows from the step if it changed a row, in that step only", async () => {
    // Courses 1 and 5 are completed already; a unit that breaks a constraint has no marks.
    const broken = {
      write: sql`UPDATE components SET kind = NULL WHERE ${ofClient} AND id = 6`,
      always: true as const,
    };
    const units: Unit<string>[] = [
      { ref: "missed", writes: [bare(1, 0)] },
      { ref: "hit", writes: [bare(2, 1)] },
      { ref: "broken", writes: [bare(3, 2), broken] },
      { ref: "second", writes: [complete(5), { ...bare(4, 3), always: true }] },
    ];
    await writeUnits(database, units, { followUp: [told] });
    expect(await rows("SELECT entity_id FROM index_changes WHERE entity = 'mark' ORDER BY id")).toEqual([
      { entity_id: 1 },
      { entity_id: 3 },
    ]);
    await writeUnits(database, units, { followUp: [told] });
    expect(await rows("SELECT count(*) AS count FROM index_changes WHERE entity = 'mark'")).toEqual([{ count: 2 }]);
    expect(await rows("SELECT marks FROM checkpoints")).toEqual([{ marks: "" }]);
  });
});
