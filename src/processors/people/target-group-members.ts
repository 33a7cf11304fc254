import type { SQL } from "drizzle-orm";
import { carryOut } from "../../learning/commands.ts";
import { type PersonScene, personCondition } from "../../learning/rules/sql.ts";
import { selectUnknownAttributes } from "../../learning/rules/unknown-attributes.ts";
import { groups } from "../../learning/schema.ts";
import { touchedIds } from "../../store/change.ts";
import type { ClientRows } from "../../store/rows.ts";
import { select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import type { Unit } from "../contract.ts";
import { definitionColumns, type GroupDefinition, type TargetGroup } from "./target-group-plan.ts";

/** What changes of members count. */
export type MemberCount = "added" | "removed" | "commands";

/** Whose membership is judged, and how. */
export interface Membership extends PersonScene {
  readonly group: TargetGroup;
  /** Attributes that commands give in this run, although a dry run does not show it. */
  readonly promised: ReadonlySet<string>;
  /** Statuses that a member may have. */
  readonly statuses: readonly string[];
  readonly chunkSize: number;
}

/** A page of a difference between rule and members. */
export interface Page {
  /** What the group's definition is now. */
  readonly definition: GroupDefinition | null;
  readonly personIds: readonly number[];
  /** Go on behind this person; null: that was all. */
  readonly after: number | null;
}

/**
 * Tests that one statement evaluates, at most, so that it stays far within a slice whatever the rule: people are looked at in
 * windows of their ids. A rule of 10 tests takes 25,000 people at once.
 */
const TESTS_AT_ONCE = 250_000;

/** A part of how much a group would change, before anything does. */
export interface WouldChange {
  readonly definition: GroupDefinition | null;
  /** Of the whole group, by rows of any source. */
  readonly members: number;
  /** Rows of source `rule` in this window that are no longer true, or that are missing. */
  readonly rows: number;
  /** Of these, people without a row of another source: the group loses or gains them. */
  readonly people: number;
  readonly after: number | null;
}

interface Window {
  readonly size: number;
  /** SQL of the last id in the window; NULL behind the last person. */
  readonly until: SQL;
  readonly query: SQL;
}

function windowBehind(after: number, { group, chunkSize }: Membership): Window {
  const size = Math.max(chunkSize, Math.floor(TESTS_AT_ONCE / group.tests));
  const ids = sql`SELECT id FROM persons WHERE client_id = ${thisClient} AND id > ${after} ORDER BY id LIMIT ${size}`;
  return {
    size,
    until: sql`(SELECT max(id) FROM (${ids}))`,
    query: sql`SELECT max(id) AS until, count(*) AS people FROM (${ids})`,
  };
}

const definitionOf = ({ definition: { id } }: TargetGroup) =>
  select(groups, definitionColumns, sql`WHERE id = ${id} AND client_id = ${thisClient} AND kind = 'target_group'`);

/** True in SQL for a row `person` that belongs to the group. */
function belongs({ group, statuses, ...scene }: Membership): SQL {
  if (group.rule === null) return sql`0`;
  return sql`(person.auth_status IN (SELECT value FROM json_each(${JSON.stringify(statuses)}))
    AND ${personCondition(group.rule, scene)})`;
}

/** Rows `membership` of source `rule` in a window whose people do not belong to the group. */
function noLongerTrue(membership: Membership, after: number, until: SQL): SQL {
  return sql`FROM group_members AS membership CROSS JOIN persons AS person ON person.id = membership.person_id
    WHERE membership.client_id = ${thisClient} AND membership.group_id = ${membership.group.definition.id}
      AND membership.source = 'rule' AND membership.person_id > ${after} AND membership.person_id <= ${until}
      AND NOT ${belongs(membership)}`;
}

/** People in a window who belong to the group and have no row of source `rule`. */
function notYetIn(membership: Membership, after: number, until: SQL): SQL {
  return sql`FROM persons AS person
    WHERE person.client_id = ${thisClient} AND person.id > ${after} AND person.id <= ${until}
      AND NOT EXISTS (SELECT 1 FROM group_members AS own WHERE own.group_id = ${membership.group.definition.id}
        AND own.person_id = person.id AND own.source = 'rule')
      AND ${belongs(membership)}`;
}

/** The first few names of attributes that a group's rule asks for and that no person has. */
export async function readUnknownAttributes(
  rows: ClientRows,
  { group, promised }: Membership,
): Promise<readonly string[]> {
  if (group.rule === null) return [];
  const found = await rows.all<{ name: string }>(selectUnknownAttributes(group.rule, promised));
  return found.map(({ name }) => name);
}

/** Counts who would leave, window by window, before it happens. */
export function countLeaving(rows: ClientRows, membership: Membership, after: number): Promise<WouldChange> {
  return countChange(
    rows,
    membership,
    after,
    (until) => noLongerTrue(membership, after, until),
    sql`membership.person_id`,
  );
}

/** Counts who would enter, window by window, before it happens. */
export function countEntering(rows: ClientRows, membership: Membership, after: number): Promise<WouldChange> {
  return countChange(rows, membership, after, (until) => notYetIn(membership, after, until), sql`person.id`);
}

async function countChange(
  rows: ClientRows,
  membership: Membership,
  after: number,
  from: (until: SQL) => SQL,
  personId: SQL,
): Promise<WouldChange> {
  const window = windowBehind(after, membership);
  const { id } = membership.group.definition;
  const [definition = [], bounds = [], members = [], counts = []] = await rows.each([
    definitionOf(membership.group),
    window.query,
    sql`SELECT count(DISTINCT person_id) AS members FROM group_members WHERE client_id = ${thisClient} AND group_id = ${id}`,
    sql`SELECT count(*) AS rows, coalesce(sum(NOT EXISTS (SELECT 1 FROM group_members AS other WHERE other.group_id = ${id}
        AND other.person_id = ${personId} AND other.source <> 'rule')), 0) AS people
      ${from(window.until)}`,
  ]);
  return {
    definition: (definition[0] as unknown as GroupDefinition) ?? null,
    members: Number(members[0]?.members ?? 0),
    rows: Number(counts[0]?.rows ?? 0),
    people: Number(counts[0]?.people ?? 0),
    after: nextWindow(bounds[0], window),
  };
}

/** People whose row of source `rule` is no longer true. */
export function readLeaving(rows: ClientRows, membership: Membership, after: number): Promise<Page> {
  return readPage(
    rows,
    membership,
    after,
    (until) => sql`SELECT membership.person_id AS id ${noLongerTrue(membership, after, until)}
    ORDER BY membership.person_id LIMIT ${membership.chunkSize}`,
  );
}

/** People who belong to the group and have no row of source `rule`. */
export function readEntering(rows: ClientRows, membership: Membership, after: number): Promise<Page> {
  return readPage(
    rows,
    membership,
    after,
    (until) => sql`SELECT person.id ${notYetIn(membership, after, until)}
    ORDER BY person.id LIMIT ${membership.chunkSize}`,
  );
}

async function readPage(
  rows: ClientRows,
  membership: Membership,
  after: number,
  people: (until: SQL) => SQL,
): Promise<Page> {
  const window = windowBehind(after, membership);
  const [definition = [], bounds = [], found = []] = await rows.each([
    definitionOf(membership.group),
    window.query,
    people(window.until),
  ]);
  const personIds = found.map(({ id }) => Number(id));
  const last = personIds.at(-1);
  return {
    definition: (definition[0] as unknown as GroupDefinition) ?? null,
    personIds,
    after: last !== undefined && personIds.length === membership.chunkSize ? last : nextWindow(bounds[0], window),
  };
}

function nextWindow(bounds: { [name: string]: unknown } | undefined, window: Window): number | null {
  return bounds && Number(bounds.people) === window.size ? Number(bounds.until) : null;
}

/**
 * Some people enter: their rows, what the group's commands do, audit and search stand or fall together. Who enters is asked
 * again at the moment of writing; each of them is one row of the counts.
 */
export function enter({ group, statuses }: Membership, personIds: readonly number[], now: number): Unit<MemberCount> {
  const { id } = group.definition;
  return {
    ref: `group:${id}`,
    rows: personIds.length,
    writes: [
      {
        rows: sql`SELECT person.id, person.id AS person_id, NULL AS before
          FROM json_each(${JSON.stringify(personIds)}) AS one CROSS JOIN persons AS person ON person.id = one.value
          WHERE person.client_id = ${thisClient} AND person.auth_status IN (SELECT value FROM json_each(${JSON.stringify(statuses)}))
            AND NOT EXISTS (SELECT 1 FROM group_members AS own
              WHERE own.group_id = ${id} AND own.person_id = person.id AND own.source = 'rule')`,
        write: sql`INSERT INTO group_members (client_id, group_id, person_id, source, role, joined_at, created_at, updated_at)
          SELECT ${thisClient}, ${id}, person.id, 'rule', 'member', ${now}, ${now}, ${now}
          FROM persons AS person WHERE person.id IN ${touchedIds}`,
        count: "added",
        audit: { entity: "group", id, action: "member_added", after: { source: "rule" } },
        indexed: "person",
      },
      ...group.onEnter.map((command) => carryOut(command, now)),
    ],
  };
}

/** Some people leave; rows of other sources stay. */
export function leave({ group }: Membership, personIds: readonly number[], now: number): Unit<MemberCount> {
  const { id } = group.definition;
  const own = sql`client_id = ${thisClient} AND group_id = ${id} AND source = 'rule'`;
  return {
    ref: `group:${id}`,
    rows: personIds.length,
    writes: [
      {
        rows: sql`SELECT person_id AS id, person_id, '{"source":"rule"}' AS before FROM group_members
          WHERE ${own} AND person_id IN (SELECT value FROM json_each(${JSON.stringify(personIds)}))`,
        write: sql`DELETE FROM group_members WHERE ${own} AND person_id IN ${touchedIds}`,
        count: "removed",
        audit: { entity: "group", id, action: "member_removed" },
        indexed: "person",
      },
      ...group.onLeave.map((command) => carryOut(command, now)),
    ],
  };
}
