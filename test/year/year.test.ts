import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { OpenedDatabase } from "../../src/hosts/assemble.ts";
import { openFileDatabase, writeMigrated } from "../harness/database/file-database.ts";
import { berlin, sydney } from "./calendar.ts";
import { kinds } from "./comparison.ts";
import { Year } from "./year.ts";

const { seed: daily, sweep } = inject("conformance");

/** A sweep lives another year each day; otherwise it is always the same quarter. `SEED=n` chooses one. */
const seed = sweep ? daily : Number(process.env.SEED ?? 20_787);

/** Days: a quarter with the spring's changes of the clock; in a sweep more than a year. */
const DAYS = sweep ? 400 : 100;

/** What has to occur for the agreement to say something. */
const expected = [
  ...["plain", "missed", "double", "killed", "long"].map((kind) => `night: ${kind}`),
  "a process died",
  ...["waiting_list", "personal_syllabus", "booked", "failed", "completed", "passed", "cancelled"].map(
    (status) => `registration: ${status}`,
  ),
  ...["left_group", "inactive_user", "overdue", "waiting_list_start", "course_cancelled", "by_hand"].map(
    (reason) => `because: ${reason}`,
  ),
  ...["auto_rule", "recert", "self"].map((source) => `source: ${source}`),
  ...["pending", "open", "due", "ended", "achieved"].map((state) => `period: ${state}`),
  ...["held", "expired", "terminated"].map((state) => `skill: ${state}`),
  ...["admin", "terminated", "unused"].map((reason) => `passive: ${reason}`),
  ...["released", "fixed", "completed"].map((status) => `component: ${status}`),
  ...["none", "not_met", "met", "overdue"].map((standing) => `prerequisites: ${standing}`),
  "because: prerequisites_overdue",
  "source: refresher",
  ...["fulfilled", "not_fulfilled", "in_progress"].map((status) => `certification: ${status}`),
  ...["waitlist", "coursecancel", "prereq", "cert"].map((event) => `told: ${event}`),
  ...[1, 2, 3].map((level) => `level: ${level}`),
  "something is carried over",
  "a rule locks an item",
  "a path is partly done",
  "an element is locked",
  "a component is covered",
];

let folder: string;
let database: OpenedDatabase;
let year: Year;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "minutehand-year-"));
  const file = join(folder, "year.db");
  await writeMigrated(file);
  database = openFileDatabase(file);
  year = await Year.begin(database, seed, [sydney, berlin], DAYS);
  await year.live();
});

afterAll(async () => {
  database?.close();
  await rm(folder, { recursive: true, force: true });
});

describe(`${DAYS} days of two clients (seed ${seed}), with missed, doubled and interrupted nights, agree day by day with what the rules say of`, () => {
  it.each(kinds)("their %s", (kind) => {
    expect(
      year.differences.flatMap(({ what, found }) => (found[kind] ?? []).map((line) => `${what}: ${line}`)),
    ).toEqual([]);
  });

  it("and every job of every night has run to its end", () => {
    expect(year.unended).toEqual([]);
    expect(year.lived).toBe(DAYS);
  });

  it("and everything that the rules speak of has happened in them", () => {
    expect(year.happened()).toEqual(expect.arrayContaining(expected));
  });
});
