import type { SQL } from "drizzle-orm";
import type { ClientRows } from "../../store/rows.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { isRemoved } from "../syllabus/removed.ts";
import { componentColumns, metaTagOf, personColumns } from "./attributes.ts";
import type { Facts } from "./evaluate.ts";
import { type References, referencesOf } from "./references.ts";
import type { Rule } from "./schema.ts";
import { personAttributeValue } from "./sql.ts";

/** A registration of a person, as rules see it. */
interface RegistrationFact {
  readonly id: number;
  readonly component: number;
  readonly status: string;
  readonly progress: number | null;
  readonly completedAt: number | null;
}

/** A person's progress with an item. */
interface ItemFact {
  readonly registration: number;
  readonly item: number;
  readonly status: string;
  readonly score: number | null;
  readonly doneAt: number | null;
}

/** Facts while they are put together. */
interface Gathered extends Facts {
  readonly values: Map<string, string | number | null>;
  readonly groups: Set<number>;
  readonly skills: Map<number, number>;
  readonly covered: Set<number>;
  readonly coveredAt: Map<number, number>;
  readonly registrations: RegistrationFact[];
  readonly items: ItemFact[];
  readonly certifications: { certification: number; status: string }[];
}

const noFacts = (): Gathered => ({
  values: new Map(),
  groups: new Set(),
  skills: new Map(),
  covered: new Set(),
  coveredAt: new Map(),
  registrations: [],
  items: [],
  certifications: [],
});

const list = (values: Iterable<string | number>) => sql`(SELECT value FROM json_each(${JSON.stringify([...values])}))`;

/** What counts for people. */
export interface PersonFactsOptions {
  /** Whether covered components count: the client's setting `equivalences.enabled`. */
  readonly coverage: boolean;
  /** Only this registration's item progress counts, as learning logic wants it; default: any registration's. */
  readonly registrationId?: number;
}

/**
 * What some rules ask about people: one round trip, whatever their number. A person who is not of this client has no entry.
 * Names of attributes that no person has are found by `selectUnknownAttributes`; here they are values that are not there.
 */
export async function readPersonFacts(
  rows: ClientRows,
  personIds: readonly number[],
  rules: readonly Rule[],
  { coverage, registrationId }: PersonFactsOptions,
): Promise<Map<number, Facts>> {
  const progressOf = registrationId === undefined ? sql`1` : sql`registrations.id = ${registrationId}`;
  return gather(rows, personIds, rules, coverage, progressOf);
}

/** A registration for which rules are evaluated. */
export interface AskingRegistration {
  readonly id: number;
  readonly componentId: number;
  readonly personId: number;
}

/**
 * What rules of learning logic (unlock and completion rules) ask about, by registration: one round trip, whatever their number. Only the
 * registration's own progress with items counts, and on its own component only itself: an earlier cycle's success completes no later one.
 *
 * @param coverage as {@link PersonFactsOptions.coverage}
 */
export async function readRegistrationFacts(
  rows: ClientRows,
  registrations: readonly AskingRegistration[],
  rules: readonly Rule[],
  coverage: boolean,
): Promise<Map<number, Facts>> {
  const people = [...new Set(registrations.map(({ personId }) => personId))];
  const progressOf = sql`registrations.id IN ${list(registrations.map(({ id }) => id))}`;
  const gathered = await gather(rows, people, rules, coverage, progressOf);
  return new Map(
    registrations.map(({ id, componentId, personId }) => {
      const facts = gathered.get(personId) ?? noFacts();
      const items = facts.items.filter((one) => one.registration === id);
      const own = facts.registrations.filter((one) => one.component !== componentId || one.id === id);
      return [id, { ...facts, items, registrations: own }];
    }),
  );
}

async function gather(
  rows: ClientRows,
  personIds: readonly number[],
  rules: readonly Rule[],
  coverage: boolean,
  progressOf: SQL,
): Promise<Map<number, Gathered>> {
  const asked = referencesOf(rules);
  const people = list(personIds);
  const own = (table: string) =>
    sql`${sql.identifier(table)}.client_id = ${thisClient} AND ${sql.identifier(table)}.person_id IN ${people}`;
  const [found = [], groups = [], skills = [], registrations = [], covered = [], items = [], certifications = []] =
    await rows.each([
      sql`SELECT ${values(personSelection(asked))} FROM persons WHERE client_id = ${thisClient} AND id IN ${people}`,
      sql`SELECT DISTINCT person_id, group_id FROM group_members WHERE ${own("group_members")} AND group_id IN ${list(asked.groups)}`,
      sql`SELECT person_id, skill_id, current_level FROM person_skills WHERE ${own("person_skills")} AND skill_id IN ${list(asked.skills)}`,
      sql`SELECT id, person_id, component_id, status, progress_pct, completed_at FROM registrations
        WHERE ${own("registrations")} AND component_id IN ${list(asked.components)}`,
      sql`SELECT person_id, component_id, (SELECT max(giving.completed_at) FROM json_each(coverage_entries."by") AS one
          CROSS JOIN registrations AS giving ON giving.id = one.value) AS covered_at FROM coverage_entries
        WHERE ${own("coverage_entries")} AND component_id IN ${list(coverage ? asked.components : [])}`,
      sql`SELECT registrations.person_id, item_progress.registration_id, item_progress.item_id, item_progress.status,
          item_progress.score_scaled, coalesce(item_progress.completed_at, item_progress.last_at) AS done_at
        FROM registrations JOIN item_progress ON item_progress.registration_id = registrations.id
        WHERE ${own("registrations")} AND item_progress.item_id IN ${list(asked.items)} AND ${progressOf}
          AND NOT ${isRemoved(sql`item_progress.item_id`)}`,
      sql`SELECT person_id, certification_id, status FROM person_certifications
        WHERE ${own("person_certifications")} AND is_current = 1 AND certification_id IN ${list(asked.certifications)}`,
    ]);
  const gathered = new Map<number, Gathered>();
  for (const row of found) {
    const facts = noFacts();
    gathered.set(Number(row.id), facts);
    for (const name of asked.attributes) facts.values.set(name, row[`value ${name}`] ?? null);
  }
  for (const row of groups) gathered.get(Number(row.person_id))?.groups.add(Number(row.group_id));
  for (const row of skills)
    gathered.get(Number(row.person_id))?.skills.set(Number(row.skill_id), Number(row.current_level));
  for (const row of registrations) {
    gathered.get(Number(row.person_id))?.registrations.push({
      id: Number(row.id),
      component: Number(row.component_id),
      status: String(row.status),
      progress: numberOrNull(row.progress_pct),
      completedAt: numberOrNull(row.completed_at),
    });
  }
  for (const row of covered) {
    const facts = gathered.get(Number(row.person_id));
    const [component, at] = [Number(row.component_id), numberOrNull(row.covered_at)];
    facts?.covered.add(component);
    if (at !== null) facts?.coveredAt.set(component, Math.min(at, facts.coveredAt.get(component) ?? at));
  }
  for (const row of items) {
    gathered.get(Number(row.person_id))?.items.push({
      registration: Number(row.registration_id),
      item: Number(row.item_id),
      status: String(row.status),
      score: numberOrNull(row.score_scaled),
      doneAt: numberOrNull(row.done_at),
    });
  }
  for (const row of certifications) {
    const one = { certification: Number(row.certification_id), status: String(row.status) };
    gathered.get(Number(row.person_id))?.certifications.push(one);
  }
  return gathered;
}

function numberOrNull(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}

/** What some rules ask about components; one that is not of this client has no entry. */
export async function readComponentFacts(
  rows: ClientRows,
  componentIds: readonly number[],
  rules: readonly Rule[],
): Promise<Map<number, Facts>> {
  const asked = [...referencesOf(rules).attributes];
  const tags = asked.flatMap((name) => metaTagOf(name) ?? []);
  const components = list(componentIds);
  const columns = asked.flatMap((name) => {
    const column = componentColumns.get(name);
    return column ? [{ name, value: columnValue(column.column, column.kind) }] : [];
  });
  const [found = [], values_ = []] = await rows.each([
    sql`SELECT ${values(columns)} FROM components WHERE client_id = ${thisClient} AND id IN ${components}`,
    sql`SELECT component_id, meta_tag_id, value FROM meta_values
      WHERE client_id = ${thisClient} AND component_id IN ${components} AND meta_tag_id IN ${list(tags)}`,
  ]);
  const gathered = new Map<number, Gathered>();
  for (const row of found) {
    const facts = noFacts();
    gathered.set(Number(row.id), facts);
    for (const tag of tags) facts.values.set(`meta.${tag}`, null);
    for (const { name } of columns) facts.values.set(name, row[`value ${name}`] ?? null);
  }
  for (const row of values_)
    gathered.get(Number(row.component_id))?.values.set(`meta.${row.meta_tag_id}`, row.value ?? null);
  return gathered;
}

interface Selected {
  readonly name: string;
  readonly value: SQL;
}

function personSelection(asked: References): Selected[] {
  return [...asked.attributes].map((name) => {
    const column = personColumns.get(name);
    return {
      name,
      value: column ? columnValue(column.column, column.kind) : personAttributeValue(sql`attributes`, name),
    };
  });
}

function columnValue(column: string, kind: "text" | "instant"): SQL {
  return kind === "instant" ? sql`${sql.identifier(column)}` : sql`CAST(${sql.identifier(column)} AS TEXT)`;
}

/** The row's id, and what was selected as `value <name>`: no name of an attribute can stand for a column of ours. */
function values(selected: readonly Selected[]): SQL {
  const parts = selected.map(({ name, value }) => sql`, ${value} AS ${sql.identifier(`value ${name}`)}`);
  return sql`id${sql.join(parts)}`;
}
