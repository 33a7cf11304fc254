import { beforeEach, describe, expect, it } from "vitest";
import { changeStatus } from "../../../src/learning/enrolment/change-status.ts";
import {
  type ClosableRegistration,
  cancelRegistration,
  closableColumns,
  completeRegistration,
  failRegistration,
} from "../../../src/learning/enrolment/close.ts";
import { recertificationColumns, recertificationJoin } from "../../../src/learning/enrolment/next-cycle.ts";
import type { Change } from "../../../src/store/change.ts";
import { clientRows } from "../../../src/store/rows.ts";
import { sql } from "../../../src/store/sql.ts";
import { thisClient } from "../../../src/store/statement.ts";
import { freshFileDatabase } from "../../harness/database/file-database.ts";
import { writeUnit } from "../../harness/runner/units.ts";
import { Suite } from "../../processors/enrolment/suite.ts";

const moment = { now: 5000, today: "2026-03-02" };
let suite: Suite;
let path: number;
let id: number;

beforeEach(async () => {
  suite = new Suite(await freshFileDatabase());
  path = await suite.path();
  id = await suite.registration(path, await suite.person(), { status: "in_progress", due_on: "2026-02-01" });
});

/** As a processor reads it. */
const read = async () =>
  (await clientRows(suite.database, 1, 7).first<ClosableRegistration>(sql`
    SELECT ${closableColumns}, ${recertificationColumns} FROM registrations AS registration ${recertificationJoin}
    WHERE registration.client_id = ${thisClient} AND registration.id = ${id}`)) as ClosableRegistration;
const write = (change: Change) => writeUnit(suite.database, change);
const stored = async () =>
  (
    await suite.on(path, "status, completed_at, cancelled_at, cancel_reason, progress_pct, score_scaled, next_due_on")
  )[0];
const blank = {
  completed_at: null,
  cancelled_at: null,
  cancel_reason: null,
  progress_pct: null,
  score_scaled: null,
  next_due_on: null,
};

describe("an open registration closes", () => {
  it.each([
    [
      "with success, at once",
      (one: ClosableRegistration) => completeRegistration(one, "completed", moment),
      { status: "completed", completed_at: 5000, progress_pct: 100 },
      "complete",
    ],
    [
      "with success and a score, at an earlier instant",
      (one: ClosableRegistration) =>
        completeRegistration(one, "passed", moment, { completed_at: 4000, score_scaled: 0.8 }),
      { status: "passed", completed_at: 4000, progress_pct: 100, score_scaled: 0.8 },
      "complete",
    ],
    ["without success", (one: ClosableRegistration) => failRegistration(one, moment), { status: "failed" }, "fail"],
    [
      "without success, with a score",
      (one: ClosableRegistration) => failRegistration(one, moment, { score_scaled: 0.1 }),
      { status: "failed", score_scaled: 0.1 },
      "fail",
    ],
    [
      "by cancellation, with a reason",
      (one: ClosableRegistration) => cancelRegistration(one, "course_cancelled", moment),
      { status: "cancelled", cancelled_at: 5000, cancel_reason: "course_cancelled" },
      "cancel",
    ],
  ] as const)("%s", async (_how, close, expected, action) => {
    await write(close(await read()));
    expect(await stored()).toEqual({ ...blank, ...expected });
    expect(await suite.rows("SELECT action, before, run_id FROM audit_log")).toEqual([
      { action, before: '{"status":"in_progress"}', run_id: 7 },
    ]);
    expect(await suite.rows("SELECT entity, entity_id FROM index_changes")).toEqual([
      { entity: "registration", entity_id: id },
    ]);
  });

  it.each([
    ["completed", "2026-06-02"],
    ["failed", "2026-05-01"],
  ] as const)("as %s and dates the next cycle where a rule recertifies", async (status, next_due_on) => {
    const months = { recertify: 1, recert_mode: "from_completion", recert_interval_months: 3 };
    await suite.rule(path, await suite.group(), months);
    const registration = await read();
    await write(
      status === "failed"
        ? failRegistration(registration, moment)
        : completeRegistration(registration, "completed", moment),
    );
    expect(await stored()).toMatchObject({ status, next_due_on });
  });
});

describe("a registration that has moved on since it was read", () => {
  it.each(["completed", "cancelled", "booked"])("to %s stays as it is, and nothing is told of it", async (status) => {
    const registration = await read();
    await suite.update("registrations", id, { status });
    await write(cancelRegistration(registration, "left_group", moment));
    expect(await stored()).toEqual({ ...blank, status });
    expect(await suite.rows("SELECT * FROM audit_log")).toEqual([]);
    expect(await suite.rows("SELECT * FROM index_changes")).toEqual([]);
  });

  it("to another client is out of reach", async () => {
    const registration = await read();
    await suite.update("registrations", id, { client_id: 2 });
    await write(cancelRegistration(registration, "left_group", moment));
    expect(await suite.rows("SELECT status FROM registrations")).toEqual([{ status: "in_progress" }]);
  });
});

it("a change names what it changed in the audit, and nothing else", async () => {
  const { id: registration, personId } = await read();
  await write(
    changeStatus(
      {
        id: registration,
        personId,
        from: "in_progress",
        to: "booked",
        action: "reset",
        columns: { booked_at: 4000, progress_pct: 0, next_due_on: null },
      },
      moment.now,
    ),
  );
  expect(await suite.rows("SELECT person_id, before, after, at FROM audit_log")).toEqual([
    {
      person_id: personId,
      before: '{"status":"in_progress"}',
      after: '{"status":"booked","booked_at":4000,"progress_pct":0}',
      at: 5000,
    },
  ]);
  expect(await suite.on(path, "status, booked_at, progress_pct, updated_at")).toEqual([
    { status: "booked", booked_at: 4000, progress_pct: 0, updated_at: 5000 },
  ]);
});
