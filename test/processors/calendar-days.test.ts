import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Processor } from "../../src/processors/contract.ts";
import { CoursePreparation } from "../../src/processors/courses/CoursePreparation.ts";
import { PrerequisiteCheck } from "../../src/processors/enrolment/PrerequisiteCheck.ts";
import { PrerequisitesOverdueCancelJob } from "../../src/processors/enrolment/PrerequisitesOverdueCancelJob.ts";
import { RefreshJob } from "../../src/processors/enrolment/RefreshJob.ts";
import { WaitingListCancellationJob } from "../../src/processors/enrolment/WaitingListCancellationJob.ts";
import { ProgrammeRecertificationAsignment } from "../../src/processors/paths/ProgrammeRecertificationAsignment.ts";
import { UserTerminate } from "../../src/processors/people/UserTerminate.ts";
import { SkillExpiration } from "../../src/processors/skills/SkillExpiration.ts";
import { SkillTermination } from "../../src/processors/skills/SkillTermination.ts";
import type { Database } from "../../src/store/database.ts";
import { openFileDatabase, writeMigrated } from "../harness/database/file-database.ts";
import { addClient } from "../harness/runner/runner.ts";
import { Night } from "./enrolment/night.ts";
import { RecertificationNight } from "./paths/recertification.ts";
import { skills } from "./skills/skills.ts";

/*
 * The days on which a calendar differs from arithmetic: 29 February, and in Berlin 30 March 2025, which had 23 hours, and 26 October 2025,
 * which had 25. Each case has a client of its own; its runs are for one day after the other.
 */

let database: Database;
let close: () => Promise<void>;
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "minutehand-days-"));
  await writeMigrated(join(folder, "suite.db"));
  const opened = openFileDatabase(join(folder, "suite.db"));
  database = opened;
  close = async () => {
    opened.close();
    await rm(folder, { recursive: true, force: true });
  };
});
afterAll(() => close());

const at = (instant: string) => Date.parse(instant);

/** A person who does not meet the prerequisites of a component, which are due on a day. */
async function unmet(night: Night, due: string): Promise<void> {
  const department = (name: string) => ({ attributes: JSON.stringify({ department: name }) });
  await night.person(department("IT"));
  const component = await night.course({
    prerequisites: JSON.stringify({ attr: "department", op: "eq", value: "IT" }),
  });
  await night.meta(component, 11801);
  await night.meta(component, 12703, due);
  await night.registration(component, await night.person(department("Sales")), { prerequisite_status: "not_met" });
}

/** A person who completed a course at an instant that has to be refreshed some months later. */
async function refreshed(night: Night, completed: string, months: number): Promise<void> {
  const to = await night.course();
  const from = await night.course({ refresher_component_id: to, refresh_after_months: months, refresh_lead_days: 0 });
  await night.registration(from, await night.person(), { status: "passed", completed_at: at(completed) });
}

async function course(
  night: Night,
  start: string,
  fixedDaysBefore: number,
  time_zone: string | null = null,
): Promise<void> {
  await night.meta(await night.course({ start_at: at(start), time_zone }), 900_002, String(fixedDaysBefore));
}

/** A person who waits for a place on a full course that starts at an instant. */
async function waiting(night: Night, start: string, time_zone: string | null = null): Promise<void> {
  const limited = { max_participants: 1, waiting_list: 1, start_at: at(start), time_zone };
  const id = await night.course(limited);
  await night.meta(id, 11816);
  await night.registration(id, await night.person());
  await night.registration(id, await night.person(), { status: "waiting_list" });
}

async function unused(night: Night, mode: number, days: number, person: Parameters<Night["person"]>[0]): Promise<void> {
  await night.update("clients", night.clientId, { deactivation_mode: mode, deactivation_days: days });
  await night.person(person);
}

async function achieved(night: Night, expires_on: string): Promise<void> {
  const on = skills(night);
  await on.achieved(await night.person(), await on.skill(), { expires_on, achieved_on: "2024-01-01" });
}

async function expired(night: Night, valid_until_on: string): Promise<void> {
  const on = skills(night);
  await on.held(await night.person(), await on.skill({ auto_expire: 1 }), { display_state: "expired", valid_until_on });
}

/** A person's path with a section whose periods are to be done on the day on which they start; the first starts a day after the booking. */
async function booked(night: Night, day: string): Promise<void> {
  const path = new RecertificationNight(night.database, night.clientId);
  path.pathId = await path.path({ path_mode: "content" });
  path.folder = await path.item({ kind: "folder" });
  await path.medium();
  await path.section({ start_offset_days: 1, due_days: 0, end_days: 0 });
  await path.booked(await path.person(), day);
}

type Case = readonly [
  what: string,
  processor: Processor,
  counted: string,
  /** The last day on which it finds nothing, and the first on which it does. */
  days: readonly [none: string, one: string],
  seed: (night: Night) => Promise<void>,
  parameters?: Record<string, unknown>,
];

const cases: readonly Case[] = [
  [
    "a course is fixed on 29 February, a day before it starts",
    CoursePreparation,
    "fixed",
    ["2024-02-28", "2024-02-29"],
    (night) => course(night, "2024-03-01T08:00:00Z", 1),
  ],
  [
    "and two days before it starts on 2 March",
    CoursePreparation,
    "fixed",
    ["2024-02-28", "2024-02-29"],
    (night) => course(night, "2024-03-02T08:00:00Z", 2),
  ],
  [
    "and a day before half past midnight of the day with 23 hours",
    CoursePreparation,
    "fixed",
    ["2025-03-28", "2025-03-29"],
    (night) => course(night, "2025-03-29T23:30:00Z", 1),
  ],
  [
    "and a day before half past eleven in the evening of the day with 25",
    CoursePreparation,
    "fixed",
    ["2025-10-24", "2025-10-25"],
    (night) => course(night, "2025-10-26T22:30:00Z", 1),
  ],
  [
    "and by the days of New York, where the clocks changed on 9 March",
    CoursePreparation,
    "fixed",
    ["2025-03-07", "2025-03-08"],
    (night) => course(night, "2025-03-10T03:59:59Z", 1, "America/New_York"),
  ],
  [
    "a person goes on 29 February",
    UserTerminate,
    "byDate",
    ["2024-02-28", "2024-02-29"],
    (night) => night.person({ termination_on: "2024-02-29", enrolled_on: "2024-01-01" }).then(() => undefined),
  ],
  [
    "a person enrolled on 28 February is unused a day later",
    UserTerminate,
    "byMode",
    ["2024-02-28", "2024-02-29"],
    (night) => unused(night, 1, 1, { enrolled_on: "2024-02-28" }),
  ],
  [
    "a person enrolled on 29 February is unused 366 days later",
    UserTerminate,
    "byMode",
    ["2025-02-28", "2025-03-01"],
    (night) => unused(night, 1, 366, { enrolled_on: "2024-02-29" }),
  ],
  [
    "a login at half past midnight of the day with 23 hours is one of that day",
    UserTerminate,
    "byMode",
    ["2025-03-30", "2025-03-31"],
    (night) => unused(night, 2, 1, { enrolled_on: "2024-01-01", last_login_at: at("2025-03-29T23:30:00Z") }),
  ],
  [
    "a login at the end of the day with 25 hours is one of that day",
    UserTerminate,
    "byMode",
    ["2025-10-26", "2025-10-27"],
    (night) => unused(night, 2, 1, { enrolled_on: "2024-01-01", last_login_at: at("2025-10-26T22:59:59Z") }),
  ],
  [
    "prerequisites can be met all 29 February",
    PrerequisiteCheck,
    "overdue",
    ["2024-02-29", "2024-03-01"],
    (night) => unmet(night, "2024-02-29"),
  ],
  [
    "and no person is cancelled for them before 1 March",
    PrerequisitesOverdueCancelJob,
    "cancelled",
    ["2024-02-29", "2024-03-01"],
    (night) => unmet(night, "2024-02-29"),
  ],
  [
    "a day that the year does not have is no day",
    PrerequisiteCheck,
    "overdue",
    ["2025-03-02", ""],
    (night) => unmet(night, "2025-02-29"),
  ],
  [
    "what was completed on 29 February is refreshed on 28 February",
    RefreshJob,
    "registered",
    ["2025-02-27", "2025-02-28"],
    (night) => refreshed(night, "2024-02-29T10:00:00Z", 12),
  ],
  [
    "and in the next leap year on 29 February again",
    RefreshJob,
    "registered",
    ["2024-02-28", "2024-02-29"],
    (night) => refreshed(night, "2020-02-29T10:00:00Z", 48),
  ],
  [
    "and what was completed on 31 January a month later too",
    RefreshJob,
    "registered",
    ["2024-02-28", "2024-02-29"],
    (night) => refreshed(night, "2024-01-31T10:00:00Z", 1),
  ],
  [
    "and what was completed at half past midnight of the day with 25 hours counts from that day",
    RefreshJob,
    "registered",
    ["2025-11-25", "2025-11-26"],
    (night) => refreshed(night, "2025-10-25T22:30:00Z", 1),
  ],
  [
    "a waiting list is cleared on the day with 23 hours, up to its end",
    WaitingListCancellationJob,
    "cancelled",
    ["2025-03-29", "2025-03-30"],
    (night) => waiting(night, "2025-03-30T21:59:59Z"),
  ],
  [
    "and a second later on the day after",
    WaitingListCancellationJob,
    "cancelled",
    ["2025-03-30", "2025-03-31"],
    (night) => waiting(night, "2025-03-30T22:00:01Z"),
  ],
  [
    "a waiting list is cleared on the day with 25 hours, up to its end",
    WaitingListCancellationJob,
    "cancelled",
    ["2025-10-25", "2025-10-26"],
    (night) => waiting(night, "2025-10-26T22:59:59Z"),
  ],
  [
    "and on 29 February",
    WaitingListCancellationJob,
    "cancelled",
    ["2024-02-28", "2024-02-29"],
    (night) => waiting(night, "2024-02-29T22:59:59Z"),
  ],
  [
    "a period opens on 29 February, the day after its booking",
    ProgrammeRecertificationAsignment,
    "opened",
    ["2024-02-28", "2024-02-29"],
    (night) => booked(night, "2024-02-28"),
  ],
  [
    "and can be done all that day",
    ProgrammeRecertificationAsignment,
    "ended",
    ["2024-02-29", "2024-03-01"],
    (night) => booked(night, "2024-02-28"),
  ],
  [
    "a period opens on the day with 23 hours, and on none before",
    ProgrammeRecertificationAsignment,
    "opened",
    ["2025-03-29", "2025-03-30"],
    (night) => booked(night, "2025-03-29"),
  ],
  [
    "a skill holds all 29 February",
    SkillExpiration,
    "expired",
    ["2024-02-29", "2024-03-01"],
    (night) => achieved(night, "2024-02-29"),
  ],
  [
    "and one that expired on 28 February is shown a day of grace longer",
    SkillTermination,
    "terminated",
    ["2024-02-29", "2024-03-01"],
    (night) => expired(night, "2024-02-28"),
    { graceDays: 1 },
  ],
  [
    "and is not in a year without that day",
    SkillTermination,
    "terminated",
    ["2025-03-01", "2025-03-02"],
    (night) => expired(night, "2025-02-28"),
    { graceDays: 1 },
  ],
];

const named = cases.map(([what, processor, counted, days, seed, parameters = {}]) => ({
  what,
  processor,
  counted,
  days,
  seed,
  parameters,
}));

it.each(named)("$what", async ({ what, processor, counted, days: [none, one], seed, parameters }) => {
  const night = new Night(database, await addClient(database, what, "Europe/Berlin"));
  await seed(night);
  expect((await night.run(processor, { asOf: none, parameters })).counts[counted] ?? 0).toBe(0);
  if (one !== "") expect((await night.run(processor, { asOf: one, parameters })).counts[counted]).toBe(1);
});
