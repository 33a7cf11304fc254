import { expect, it } from "vitest";
import { CourseChoice } from "../../../src/learning/enrolment/course-choice.ts";
import {
  promote,
  promoteWaiting,
  waitingLists,
  waitingOn,
} from "../../../src/learning/enrolment/places/waiting-list.ts";
import { Prerequisites } from "../../../src/learning/enrolment/prerequisites/prerequisites.ts";
import { readLatestCycles, register } from "../../../src/learning/enrolment/register.ts";
import { countRules, type EnrolmentRule, missingRules, nextRule } from "../../../src/learning/enrolment/rules/rule.ts";
import {
  awaitingCourse,
  dueAgain,
  leavers,
  overdue,
  unregistered,
} from "../../../src/learning/enrolment/rules/rule-reads.ts";
import { touchedRegistrations } from "../../../src/learning/enrolment/touched.ts";
import { CancelInactiveUsersJob } from "../../../src/processors/enrolment/CancelInactiveUsersJob.ts";
import type { Change } from "../../../src/store/change.ts";
import type { ClientRows } from "../../../src/store/rows.ts";
import { boundStatement, type Query } from "../../../src/store/statement.ts";
import { freshFileDatabase } from "../../harness/database/file-database.ts";

const rule = {
  id: 7,
  componentId: 3,
  groupId: 4,
  familyId: 3,
  includeNewMembers: 0,
  firstRunAt: 5,
  reenrolClosed: 1,
  recertify: 1,
  changeAfterDays: 1,
  changeTo: "failed",
  groupActive: 1,
} as unknown as EnrolmentRule;
const today = "2026-03-02";
const page = (rehearsal: boolean) => ({ after: 1, limit: 200, rehearsal });

/** What is asked of the handle that `work` gets; the answer is always nothing. */
async function asked(work: (rows: ClientRows) => Promise<unknown>): Promise<Query[]> {
  const queries: Query[] = [];
  const note = (query: Query) => {
    queries.push(query);
    return [];
  };
  await work({
    all: async (query: Query) => note(query),
    first: async (query: Query) => note(query)[0] ?? null,
    each: async (all) => all.map(note) as never,
  });
  return queries;
}

const inactive = (rows: ClientRows) => {
  const parameters = { promoteWaitingList: true, chunkSize: 200 };
  return CancelInactiveUsersJob.run({ rows, parameters, run: {} } as never).next();
};
const courses = (rows: ClientRows) => {
  const prerequisites = new Prerequisites(rows, { today, timeZone: "UTC", coverage: true }, [1]);
  return new CourseChoice(rows, 3, prerequisites, { now: 5, today, people: 3, given: () => 0 }).isEmpty();
};
const newOne = { componentId: 3, personId: 4, cycleNo: 1, status: "booked", source: "auto_rule" } as const;

const queries: readonly (readonly [string, () => Promise<readonly Query[]> | readonly Query[]])[] = [
  ["the next rule", () => [nextRule(1, today, null), nextRule(1, today, [1, 2])]],
  ["the number of rules", () => [countRules(today, null), missingRules(today, [1, 2])]],
  ["candidates without a registration", () => [false, true].map((dry) => unregistered(rule, 5, page(dry)))],
  ["registrations without a course", () => [false, true].map((dry) => awaitingCourse(rule, 5, page(dry)))],
  ["candidates that are due again", () => [false, true].map((dry) => dueAgain(rule, 5, today, page(dry)))],
  ["overdue registrations", () => [overdue(rule, today, page(false))]],
  ["registrations of leavers", () => [leavers(rule, { now: 5, today }, page(false))]],
  ["registrations of inactive people", () => asked(inactive)],
  ["the courses of a template", () => asked(courses)],
  ["latest cycles", () => asked((rows) => readLatestCycles(rows, [[1, 2]]))],
  ["a new registration", () => written(register({ ...newOne, sourceRef: "x", dueOn: null, prerequisites: "none" }, 5))],
  ["a promotion", () => [...written(promoteWaiting(3, 5)), ...written(promote(waiting, "met", 5))]],
  ["waiting lists to be cleared", () => [waitingLists(1, 5, today, 200)]],
  ["who waits", () => [waitingOn(3, 1, 200)]],
  [
    "registrations that changes touched",
    () =>
      (["courses", "paths"] as const).map((pass) =>
        touchedRegistrations({ from: 1, to: 9 }, { pass, after: 1, limit: 200 }),
      ),
  ],
];

const waiting = { id: 1, personId: 4, componentId: 3 };

/** The statements of a change. */
function written({ rows, write }: Change): Query[] {
  return [...(rows ? [rows] : []), write];
}

/** A step of a plan that reads more than what the question is about: whole tables, or all rows of the client. */
const tooMuch =
  /^SCAN (?!json_each|CONSTANT|chosen|pair|candidate|change|found)|\(client_id=\?( AND id>\?)?\)$|persons_status \(client_id=\? AND auth_status=\?\)$|registrations_component \(client_id=\?\)|AUTOMATIC/;

it.each(queries)("finding %s reads by index what it is about, however large the tables", async (what, statements) => {
  const database = await freshFileDatabase(["store", "learning"]);
  const asked = await statements();
  expect(asked.length).toBeGreaterThan(0);
  for (const query of asked) {
    const { sql, args } = boundStatement(query, 1, 1);
    const plan = await database.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args });
    const details = plan.rows.map((row) => String(row.detail));
    // The inactive are few, and asked for by their status.
    const allowed = what.includes("inactive") ? /SEARCH person USING COVERING INDEX persons_status/ : /$^/;
    expect(details.filter((detail) => tooMuch.test(detail) && !allowed.test(detail))).toEqual([]);
  }
});

it("a page of candidates ends where it is full: a large group is not put in order for each of its pages", async () => {
  const database = await freshFileDatabase(["store", "learning"]);
  for (const query of [unregistered(rule, 5, page(false)), dueAgain(rule, 5, today, page(false))]) {
    const { sql, args } = boundStatement(query, 1, 1);
    const { rows } = await database.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args });
    const details = rows.map((row) => String(row.detail));
    // Members and exceptions come in the order of people and are merged as they come; at most the page itself is put in order.
    const count = (what: RegExp) => details.filter((detail) => what.test(detail)).length;
    expect(count(/^MERGE \(UNION\)$/)).toBeGreaterThan(0);
    expect(count(/TEMP B-TREE/)).toBeLessThanOrEqual(count(/^MERGE \(UNION\)$/));
  }
});
