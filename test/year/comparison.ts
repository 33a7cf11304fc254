import type { Database } from "../../src/store/database.ts";
import { type Academy, allCertificationPeriods, type Registration } from "./academy.ts";
import { type DayNumber, localDayAt, textOf } from "./calendar.ts";
import { amountOf } from "./reckoner/certifications.ts";

/** Facts of one kind about an academy, by what they are about. */
export type Facts = ReadonlyMap<string, string>;

/** The kinds of facts that are compared. */
export const kinds = [
  "people",
  "members",
  "components",
  "registrations",
  "achievements",
  "skills",
  "periods",
  "locks",
  "coverage",
  "progress",
  "certifications",
  "credits",
  "messages",
] as const;
export type Kind = (typeof kinds)[number];

const dayText = (day: DayNumber | null) => (day === null ? "-" : textOf(day));
const join = (...cells: readonly unknown[]) => cells.map((cell) => cell ?? "-").join(" ");
const placeOf = ({ componentId, personId, cycle }: Registration) => join(componentId, personId, cycle);

/** What the reckoner knows. */
export const reckoned: Readonly<Record<Kind, (academy: Academy) => Facts>> = {
  people: ({ people }) =>
    new Map([...people.values()].map((one) => [join(one.id), join(one.status, one.passiveReason)])),
  members: ({ groups }) =>
    new Map([...groups.values()].flatMap(({ id, members }) => [...members.keys()].map((one) => [join(id, one), ""]))),
  components: ({ components }) => new Map([...components.values()].map(({ id, planning }) => [join(id), planning])),
  registrations: ({ registrations }) =>
    new Map(
      registrations.map((one) => [
        placeOf(one),
        join(
          one.status,
          one.source,
          `due ${dayText(one.dueOn)}`,
          `next ${dayText(one.nextDueOn)}`,
          `because ${one.reason ?? "-"}`,
          one.prerequisites,
          `booked ${one.bookedAt ?? "-"}`,
          `at ${one.completedAt ?? "-"}`,
          `for ${one.parent ? placeOf(one.parent) : "-"}`,
        ),
      ]),
    ),
  achievements: ({ achievements }) =>
    new Map(
      achievements.map((one) => [
        join(one.skillId, placeOf(one.by)),
        join(one.level, dayText(one.achievedOn), dayText(one.expiresOn), one.state),
      ]),
    ),
  periods: ({ periods }) =>
    new Map(
      periods.map(({ section, registration, cycle, startOn, dueOn, endOn, state, achievedOn }) => [
        join(section.id, placeOf(registration), cycle),
        join(textOf(startOn), textOf(dueOn), textOf(endOn), state, dayText(achievedOn)),
      ]),
    ),
  coverage: ({ coverage, zone }) =>
    new Map([...coverage].map(([key, since]) => [key.replaceAll("|", " "), textOf(localDayAt(since, zone))])),
  locks: ({ periods, registrations }) =>
    new Map(
      [
        ...periods.map(({ locked, registration }) => ({ locked, registration })),
        ...registrations.map((registration) => ({ locked: registration.locked, registration })),
      ].flatMap(({ locked, registration }) => [...locked].map((item) => [join(item, placeOf(registration)), ""])),
    ),
  progress: ({ registrations }) =>
    new Map(
      registrations.map((one) => [placeOf(one), join(one.pct, "per cent, level", one.level, "of", one.levelVersion)]),
    ),
  certifications: (academy) =>
    new Map(
      allCertificationPeriods(academy).map((one) => [
        join(one.certification.id, one.personId, one.no),
        join(
          textOf(one.startOn),
          textOf(one.endOn),
          amountOf(one).toFixed(3),
          one.status,
          one.current ? "current" : "closed",
        ),
      ]),
    ),
  credits: (academy) =>
    new Map(
      allCertificationPeriods(academy).flatMap(({ certification, personId, no, credits }) =>
        [...credits].map(([by, { amount, on }]) => [
          join(certification.id, personId, no, placeOf(by)),
          join(amount.toFixed(3), textOf(on)),
        ]),
      ),
    ),
  messages: ({ messages }) => new Map([...messages].map((one) => [one, "internal internal"])),
  skills: ({ skills }) =>
    new Map(
      [...skills].map(([key, { level, validUntil, state }]) => [
        key.replace("|", " "),
        join(level, dayText(validUntil), state),
      ]),
    ),
};

/** The same, as the database has it: each row's `about` and `fact`. */
const queries: Readonly<Record<Kind, string>> = {
  people:
    "SELECT id AS about, auth_status || ' ' || coalesce(passive_reason, '-') AS fact FROM persons WHERE client_id = ?",
  members: "SELECT DISTINCT group_id || ' ' || person_id AS about, '' AS fact FROM group_members WHERE client_id = ?",
  components: "SELECT id AS about, planning_status AS fact FROM components WHERE client_id = ?",
  registrations: `SELECT one.component_id || ' ' || one.person_id || ' ' || one.cycle_no AS about,
      one.status || ' ' || one.source || ' due ' || coalesce(one.due_on, '-') || ' next ' || coalesce(one.next_due_on, '-')
        || ' because ' || coalesce(one.cancel_reason, '-') || ' ' || one.prerequisite_status || ' booked ' || coalesce(one.booked_at, '-') || ' at ' || coalesce(one.completed_at, '-')
        || ' for ' || coalesce(parent.component_id || ' ' || parent.person_id || ' ' || parent.cycle_no, '-') AS fact
    FROM registrations AS one LEFT JOIN registrations AS parent ON parent.id = one.parent_registration_id WHERE one.client_id = ?`,
  achievements: `SELECT one.skill_id || ' ' || by.component_id || ' ' || by.person_id || ' ' || by.cycle_no AS about,
      one.level || ' ' || one.achieved_on || ' ' || coalesce(one.expires_on, '-') || ' ' || one.state AS fact
    FROM skill_achievements AS one JOIN registrations AS by ON by.id = CAST(substr(one.source_ref, 5) AS INTEGER) WHERE one.client_id = ?`,
  periods: `SELECT one.section_id || ' ' || by.component_id || ' ' || by.person_id || ' ' || by.cycle_no || ' ' || one.cycle_no AS about,
      one.start_on || ' ' || one.due_on || ' ' || one.end_on || ' ' || one.state || ' ' || coalesce(one.achieved_on, '-') AS fact
    FROM recert_periods AS one JOIN registrations AS by ON by.id = one.registration_id WHERE one.client_id = ?`,
  coverage: `SELECT rule_id || ' ' || person_id || ' ' || component_id AS about, since AS fact FROM coverage_entries WHERE client_id = ?`,
  locks: `SELECT one.item_id || ' ' || by.component_id || ' ' || by.person_id || ' ' || by.cycle_no AS about, '' AS fact
    FROM item_progress AS one JOIN registrations AS by ON by.id = one.registration_id WHERE one.client_id = ? AND one.locked = 1`,
  progress: `SELECT component_id || ' ' || person_id || ' ' || cycle_no AS about,
      coalesce(progress_pct, '-') || ' per cent, level ' || coalesce(current_level, '-') || ' of ' || coalesce(level_structure_version, 0) AS fact
    FROM registrations WHERE client_id = ?`,
  certifications: `SELECT certification_id || ' ' || person_id || ' ' || period_no AS about,
      start_on || ' ' || end_on || ' ' || printf('%.3f', amount) || ' ' || status || ' ' || iif(is_current, 'current', 'closed') AS fact
    FROM person_certifications WHERE client_id = ?`,
  credits: `SELECT period.certification_id || ' ' || period.person_id || ' ' || period.period_no || ' ' || by.component_id || ' ' || by.person_id
        || ' ' || by.cycle_no AS about, printf('%.3f', one.amount) || ' ' || one.credited_on AS fact
    FROM certification_credits AS one JOIN person_certifications AS period ON period.id = one.person_certification_id
    JOIN registrations AS by ON by.id = CAST(substr(one.source_ref, 5) AS INTEGER) WHERE one.client_id = ?`,
  messages: `SELECT CASE one.kind
        WHEN 'registration' THEN (SELECT substr(one.dedupe_key, 1, instr(one.dedupe_key, '|') - 1) || ' ' || by.component_id || ' '
          || by.person_id || ' ' || by.cycle_no FROM registrations AS by
          WHERE by.id = CAST(substr(one.dedupe_key, instr(one.dedupe_key, '|') + 1) AS INTEGER))
        WHEN 'notification' THEN (SELECT 'cert ' || ended.certification_id || ' ' || ended.person_id || ' ' || ended.period_no
          FROM person_certifications AS ended WHERE 'cert|' || ended.id || '|end' = one.dedupe_key)
        ELSE one.dedupe_key END AS about, one.channel || ' ' || one.status AS fact
    FROM messages AS one WHERE one.client_id = ?`,
  skills: `SELECT person_id || ' ' || skill_id AS about,
      current_level || ' ' || coalesce(valid_until_on, '-') || ' ' || display_state AS fact FROM person_skills WHERE client_id = ?`,
};

/** What the database has of one client. */
async function found(database: Database, kind: Kind, clientId: number): Promise<Facts> {
  const { rows } = await database.execute({ sql: queries[kind], args: [clientId] });
  return new Map(rows.map(({ about, fact }) => [String(about), String(fact)]));
}

/** Where product and reckoner do not agree, by kind; kinds without a difference are left out. */
export async function differences(database: Database, academy: Academy): Promise<Partial<Record<Kind, string[]>>> {
  const result: Partial<Record<Kind, string[]>> = {};
  for (const kind of kinds) {
    const [own, theirs] = [reckoned[kind](academy), await found(database, kind, academy.clientId)];
    const lines: string[] = [];
    for (const [about, fact] of own)
      if (theirs.get(about) !== fact) lines.push(`${about}: reckoned ${fact}, found ${theirs.get(about) ?? "nothing"}`);
    for (const [about, fact] of theirs) if (!own.has(about)) lines.push(`${about}: reckoned nothing, found ${fact}`);
    if (lines.length > 0) result[kind] = lines;
  }
  return result;
}
