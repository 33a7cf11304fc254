import { usernameKey } from "../../../src/learning/username.ts";
import type { Database } from "../../../src/store/database.ts";

/** A value that a test gives a column. */
type Value = string | number | null;
type Values = Readonly<Record<string, Value>>;

const defaults: Readonly<Record<string, Values>> = {
  persons: { username: "", given_name: "Ada", family_name: "Byron", enrolled_on: "2020-01-01" },
  groups: { name: "Group" },
  group_members: { source: "manual", joined_at: 0 },
  components: { kind: "course", title: "Course", planning_status: "released" },
  registrations: { status: "booked" },
  enrolment_rules: { enrolment_status: "booked" },
  enrolment_exceptions: { mode: "include" },
  media: { kind: "scorm12", title: "Medium" },
  syllabus_items: { kind: "media", added_at: 0 },
  attempts: { started_at: 0 },
};

/** The rows of one client's learning suite, written by tests: what is left out has a plain default. */
export class Suite {
  readonly database: Database;
  readonly clientId: number;
  #people = 0;

  constructor(database: Database, clientId = 1) {
    this.database = database;
    this.clientId = clientId;
  }

  /** Inserts a row. Returns its id. */
  async insert(table: string, values: Values = {}): Promise<number> {
    const row: Record<string, Value> = { ...defaults[table], client_id: this.clientId, ...values };
    if (table !== "meta_values") Object.assign(row, { created_at: 0, updated_at: 0, ...values });
    if (table === "persons") {
      if (row.username === "") row.username = `user${++this.#people}`;
      row.username_key ??= usernameKey(String(row.username));
    }
    const names = Object.keys(row);
    const result = await this.database.execute({
      sql: `INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")}) RETURNING rowid`,
      args: Object.values(row),
    });
    return Number(Object.values(result.rows[0] ?? {})[0]);
  }

  person(values: Values = {}): Promise<number> {
    return this.insert("persons", values);
  }

  /** A number of active people. Returns their ids. */
  async people(count: number): Promise<number[]> {
    const ids: number[] = [];
    for (let index = 0; index < count; index += 1) ids.push(await this.person());
    return ids;
  }

  /** A group with these members. */
  async group(members: readonly number[] = [], values: Values = {}): Promise<number> {
    const id = await this.insert("groups", values);
    for (const person_id of members) await this.join(id, person_id);
    return id;
  }

  join(group_id: number, person_id: number, values: Values = {}): Promise<number> {
    return this.insert("group_members", { group_id, person_id, ...values });
  }

  async leave(group_id: number, person_id: number): Promise<void> {
    await this.database.execute({
      sql: "DELETE FROM group_members WHERE group_id = ? AND person_id = ?",
      args: [group_id, person_id],
    });
  }

  course(values: Values = {}): Promise<number> {
    return this.insert("components", values);
  }

  template(values: Values = {}): Promise<number> {
    return this.insert("components", { kind: "template", title: "Template", ...values });
  }

  path(values: Values = {}): Promise<number> {
    return this.insert("components", { kind: "learning_path", title: "Learning path", ...values });
  }

  /** Gives a component a meta value. */
  async meta(component_id: number, meta_tag_id: number, value = "1"): Promise<void> {
    await this.insert("meta_values", { component_id, meta_tag_id, value });
  }

  rule(component_id: number, group_id: number, values: Values = {}): Promise<number> {
    return this.insert("enrolment_rules", { component_id, group_id, ...values });
  }

  except(component_id: number, person_id: number, mode: "include" | "exclude"): Promise<number> {
    return this.insert("enrolment_exceptions", { component_id, person_id, mode });
  }

  registration(component_id: number, person_id: number, values: Values = {}): Promise<number> {
    return this.insert("registrations", { component_id, person_id, ...values });
  }

  async update(table: string, id: number, values: Values): Promise<void> {
    const sets = Object.keys(values).map((name) => `${name} = ?`);
    await this.database.execute({
      sql: `UPDATE ${table} SET ${sets.join(", ")} WHERE id = ?`,
      args: [...Object.values(values), id],
    });
  }

  /** Defines a setting of this client. */
  async setting(key: string, value: unknown): Promise<void> {
    await this.insert("settings", { key, value: JSON.stringify(value) });
  }

  async rows(sql: string, ...args: Value[]): Promise<Record<string, unknown>[]> {
    const result = await this.database.execute({ sql, args });
    return result.rows.map((row) => Object.fromEntries(result.columns.map((column) => [column, row[column]])));
  }

  /** The registrations on a component in the order of people and cycles, with these columns. */
  async on(componentId: number, columns = "person_id, status"): Promise<Record<string, unknown>[]> {
    return this.rows(
      `SELECT ${columns} FROM registrations WHERE client_id = ? AND component_id = ? ORDER BY person_id, cycle_no`,
      this.clientId,
      componentId,
    );
  }
}
