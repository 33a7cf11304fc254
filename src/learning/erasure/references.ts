import type { SQL } from "drizzle-orm";
import type { ClientRows } from "../../store/rows.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import type { ErasedPerson } from "./person.ts";

/** What a person's own rows are called in references such as `registration:17 course:4`, with their tables. */
const objects: Readonly<Record<string, { readonly table: string; readonly columns: readonly string[] }>> = {
  person: { table: "persons", columns: ["id"] },
  registration: { table: "registrations", columns: ["person_id"] },
  message: { table: "messages", columns: ["person_id", "about_person_id"] },
  mail: { table: "messages", columns: ["person_id", "about_person_id"] },
  attempt: { table: "attempts", columns: ["person_id"] },
  order: { table: "orders", columns: ["person_id"] },
  certificate: { table: "issued_certificates", columns: ["person_id"] },
  issued_certificate: { table: "issued_certificates", columns: ["person_id"] },
  report: { table: "report_subscriptions", columns: ["person_id"] },
  subscription: { table: "report_subscriptions", columns: ["person_id"] },
  certification: { table: "person_certifications", columns: ["person_id"] },
  webhook: { table: "webhook_events", columns: ["person_id"] },
};

/** `registration:17` as it stands in a reference. */
const OBJECT = /(?<![^\s|])([a-z_]+):(\d{1,15})(?![^\s|:,])/g;
/** Between the name of a file and the key of a row: `users.csv:12 P-17`, and without a line `groups.xml P-17 in uni|G`. */
const BEFORE_KEY = /(?::\d+|\.[a-z0-9]{1,8}) /gi;

/** What the key of a reference can be: a name may look like the end of a name. */
function keysIn(reference: string): string[] {
  return [
    reference,
    ...[...reference.matchAll(BEFORE_KEY)].map(({ index, 0: end }) => reference.slice(index + end.length)),
  ];
}

/** Tells for references of failures, log lines and effects, and for keys in result files, which person each is about. */
export class References {
  readonly #rows: ClientRows;
  readonly #people: readonly ErasedPerson[];
  /** By external id or username, and by external id alone. */
  readonly #byKey = new Map<string, number>();
  readonly #byExternalId = new Map<string, number>();

  constructor(rows: ClientRows, people: readonly ErasedPerson[]) {
    this.#rows = rows;
    this.#people = people;
    for (const { id, keys, username, usernameKey, externalId } of people) {
      for (const key of keys) {
        this.#byKey.set(key, id);
        if (key === username) this.#byKey.set(usernameKey, id);
        if (key === externalId) this.#byExternalId.set(key, id);
      }
    }
  }

  /** The person that each reference is about; those of others are missing. */
  async personsOf(references: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const wanted = new Map<string, Set<number>>();
    for (const reference of references) {
      for (const [, type = "", id] of reference.matchAll(OBJECT)) {
        if (Object.hasOwn(objects, type)) wanted.set(type, (wanted.get(type) ?? new Set()).add(Number(id)));
      }
    }
    const [owners, byKey] = [await this.#owners(wanted), await this.personsOfKeys(references.flatMap(keysIn))];
    const found = new Map<string, number>();
    for (const reference of references) {
      const owner = [...reference.matchAll(OBJECT)].map(([, type, id]) => owners.get(`${type}:${Number(id)}`));
      const known = [...keysIn(reference).map((key) => byKey.get(key)), ...owner];
      const person = known.find((one) => one !== undefined);
      if (person !== undefined) found.set(reference, person);
    }
    return found;
  }

  /**
   * The person of each key by which a row of an import file is known: `P-17`; from XML files `uni|P-17`, and `P-17 in uni|group` for
   * a member. Groups have keys of that form too: a key that is a group's is no person's.
   */
  async personsOfKeys(keys: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>();
    const maybeGroups = new Set<string>();
    for (const key of keys) {
      const member = key.includes(" in ");
      const form = (member ? key.slice(0, key.indexOf(" in ")) : key).trim();
      const bar = form.indexOf("|");
      const id = this.#byKey.get(form) ?? (bar < 0 ? undefined : this.#byExternalId.get(form.slice(bar + 1)));
      if (id === undefined) continue;
      found.set(key, id);
      if (!member) maybeGroups.add(key);
    }
    if (maybeGroups.size === 0) return found;
    const forms = JSON.stringify([...maybeGroups].flatMap((key) => [key.trim(), `|${key.trim()}`]));
    const groups = await this.#rows.all<{ external_id: string }>(sql`SELECT external_id FROM groups
      WHERE client_id = ${thisClient} AND source IN ('manual', 'xml', 'ldap', 'csv')
        AND external_id IN (SELECT value FROM json_each(${forms}))`);
    const isGroup = new Set(groups.map(({ external_id }) => external_id.replace(/^\|/, "")));
    for (const key of maybeGroups) if (isGroup.has(key.trim())) found.delete(key);
    return found;
  }

  async #owners(wanted: ReadonlyMap<string, ReadonlySet<number>>): Promise<ReadonlyMap<string, number>> {
    const types = [...wanted.keys()];
    const owners = new Map<string, number>();
    if (types.length === 0) return owners;
    const people = sql`(SELECT value FROM json_each(${JSON.stringify(this.#people.map(({ id }) => id))}))`;
    const queries = types.map((type) => {
      const { table, columns } = objects[type] as (typeof objects)[string];
      const ids = JSON.stringify([...(wanted.get(type) ?? [])]);
      const owner = sql.join(
        columns.map(
          (column) => sql`CASE WHEN ${sql.identifier(column)} IN ${people} THEN ${sql.identifier(column)} END`,
        ),
        sql`, `,
      );
      const first: SQL = columns.length === 1 ? owner : sql`coalesce(${owner})`;
      return sql`SELECT id, ${first} AS owner FROM ${sql.identifier(table)}
        WHERE client_id = ${thisClient} AND id IN (SELECT value FROM json_each(${ids})) AND ${first} IS NOT NULL`;
    });
    for (const [index, found] of (await this.#rows.each(queries)).entries()) {
      for (const { id, owner } of found) owners.set(`${types[index]}:${id}`, Number(owner));
    }
    return owners;
  }
}
