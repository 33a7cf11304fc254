import { usernameKey } from "../../src/learning/username.ts";
import type { Database } from "../../src/store/database.ts";

type Value = string | number | null;

/** What a row of a test has unless the test says otherwise. */
const defaults: Readonly<Record<string, Readonly<Record<string, Value>>>> = {
  persons: { username: "", given_name: "Ada", family_name: "Byron", enrolled_on: "2020-01-01" },
  components: { kind: "course", title: "Fire safety", planning_status: "released" },
  registrations: { status: "booked" },
  groups: { name: "Group" },
  group_members: { source: "manual", joined_at: 0 },
  skills: { name: "Welding", max_level: 3 },
  person_skills: { current_level: 1 },
  certificates: { kind: "component", name: "Course certificate", template: "{}" },
  issued_certificates: { major_version: 1, status_number: 12, issued_on: "2026-02-01" },
  certifications: { name: "Nurse", format: "points", required_amount: 20, duration_months: 12 },
  person_certifications: { period_no: 1, start_on: "2026-01-01", end_on: "2026-12-31" },
  recert_sections: { section_no: 1, start_mode: "relative", due_days: 10, end_days: 20 },
  recert_periods: { cycle_no: 1, start_on: "2026-01-01", due_on: "2026-03-02", end_on: "2026-04-01", state: "open" },
  syllabus_items: { kind: "folder", added_at: 0 },
  notification_rules: {
    name: "Rule",
    anchor: "due",
    statuses: '["booked","in_progress"]',
    subject_key: "n.subject",
    body_key: "n.body",
  },
  messages: {
    created_run_id: 0,
    kind: "notification",
    channel: "mail",
    subject: "Subject",
    body: "Body",
    status: "sent",
    queued_at: 0,
  },
  texts: { version: 1, locale: "en" },
  reports: { key: "registrations", name: "All registrations" },
  report_subscriptions: { weekdays: "[1,2,3,4,5,6,7]", format: "csv" },
  files: { kind: "certificate", size: 1, state: "ready", stored_at: 0 },
  catalogue_items: { title: "Catalogue", added_at: 0 },
  media: { kind: "document", title: "Leaflet" },
  index_changes: { op: "upsert", at: 0 },
  search_indexes: { name: "catalogue", kind: "search", entity: "catalogue", backend: "fts", collection: "suite" },
  search_documents: { build_id: 0, title: "Old", text: "", words_format: 2 },
  meta_values: {},
};

/** Tables whose rows have no times of their own. */
const timeless = new Set(["index_changes", "meta_values", "processor_state"]);

/** Inserts rows of client 1 (or the one that a row names); people without a username get one of their id. */
export async function insert(
  database: Pick<Database, "batch">,
  table: string,
  ...rows: readonly Readonly<Record<string, Value>>[]
): Promise<void> {
  const statements = rows.map((given) => {
    const row: Record<string, Value> = {
      client_id: 1,
      ...(timeless.has(table) ? {} : { created_at: 0, updated_at: 0 }),
      ...defaults[table],
      ...given,
    };
    if (table === "persons") {
      if (row.username === "") row.username = `person${row.id}`;
      row.username_key ??= usernameKey(String(row.username));
    }
    if (table === "messages" && row.dedupe_key === undefined) row.dedupe_key = `test|${row.id}`;
    const names = Object.keys(row);
    return {
      sql: `INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`,
      args: Object.values(row),
    };
  });
  await database.batch(statements, "write");
}
