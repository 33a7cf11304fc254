import { type SQL, sql } from "drizzle-orm";
import { thisClient } from "../../store/statement.ts";

/** What becomes of a row that belongs to a person who is deleted: it stays, goes, or loses what these assignments clear. */
export type Fate = "keep" | "delete" | { readonly set: (now: number) => SQL; readonly clears: string };

/** How a column is cleaned in anybody's row that names the person. `key`: it becomes another one; `row`: the whole row goes. */
export type Cleaning = "text" | "json" | "address, or NULL" | "address, or blank" | "key" | "row";

/**
 * What a table knows of people. Every column of text stands in one of `personal`, `searched`, `words`, `keys` and
 * `administration`, every column with the id of a person in `people`; a test holds that against the database.
 */
export interface TableFacts {
  /** SQL condition: the row belongs to this person. */
  readonly owner?: (personId: number) => SQL;
  readonly anonymise?: Fate;
  readonly remove?: Fate;
  /** Columns with ids of people. */
  readonly people?: string;
  /** Columns with the owner's own data: they go with the row or are cleared. */
  readonly personal?: string;
  /** Columns in which a row of anybody may name the person. */
  readonly searched?: Readonly<Record<string, Cleaning>>;
  /** Columns of our own words, ids, days, keys and hashes: no name can stand there. */
  readonly words?: string;
  /** Columns by which other systems, files or configuration know the row. A changed key is a broken link: they are not searched. */
  readonly keys?: string;
  /** Columns that say which administrator did something, or how administrators have set up the platform. They are not searched. */
  readonly administration?: string;
}

const own = (personId: number) => sql`person_id = ${personId}`;
const ofPerson = (table: string, personId: number) =>
  sql`(SELECT id FROM ${sql.identifier(table)} WHERE client_id = ${thisClient} AND person_id = ${personId})`;
const through = (column: string, table: string) => (personId: number) =>
  sql`${sql.identifier(column)} IN ${ofPerson(table, personId)}`;

/** Rows that are of no use to anybody once the person is gone. */
const goes = { owner: own, people: "person_id", anonymise: "delete", remove: "delete" } as const;
/** The records of learning: they stay where people are anonymised. */
const stays = { owner: own, people: "person_id", anonymise: "keep", remove: "delete" } as const;

/**
 * Every table of the sets `store` and `learning`, and what DeleteUsersJob does with it (spec 2.2.3), in the order in which rows
 * can go. What is kept of runs (`failures`, `effects`, `checkpoints`, and `runs` and `run_logs` of the control set) is cleaned
 * by `redactRunHistory`.
 */
export const personalData: Readonly<Record<string, TableFacts>> = {
  lease_guard: {},
  checkpoints: { words: "counts", searched: { cursor: "json", outcome: "json" } },
  effects: { words: "key state", searched: { outcome: "json" } },
  failures: { words: "code", searched: { ref: "text", message: "text" } },
  departures: {},
  processor_state: { words: "processor node_id key value" },
  audit_log: {
    owner: (personId) => sql`(person_id = ${personId} OR (entity = 'person' AND entity_id = ${personId}))`,
    people: "person_id",
    anonymise: { set: () => sql`before = NULL, after = NULL`, clears: "before after" },
    remove: { set: () => sql`before = NULL, after = NULL`, clears: "before after" },
    searched: { before: "json", after: "json" },
    words: "entity action",
    // An administrator's address.
    administration: "actor",
  },

  messages: {
    ...goes,
    anonymise: {
      // What waits must not be sent to nobody.
      set: () => sql`to_address = NULL, subject = '', body = '', provider_message_id = NULL,
        error = CASE WHEN status = 'to_forward' THEN 'deleted: The person was deleted' END,
        status = CASE WHEN status = 'to_forward' THEN 'error' ELSE status END`,
      clears: "to_address subject body error",
    },
    searched: { to_address: "address, or NULL", subject: "text", body: "text", error: "text" },
    words: "kind channel dedupe_key status provider_message_id",
  },
  push_devices: { ...goes, personal: "token keys", words: "transport" },
  person_sessions: goes,
  xapi_auth_tokens: { ...goes, personal: "token_hash registration_uuid" },
  component_preview_log: { ...goes, personal: "data", words: "role" },
  vc_accounts: { ...goes, personal: "remote_user_id username password_enc pending_password_enc" },
  vc_attendance: {
    ...goes,
    anonymise: { set: () => sql`remote_email = '', join_key = 'deleted-' || id`, clears: "remote_email join_key" },
    searched: { remote_email: "address, or blank", join_key: "key" },
  },
  vc_sessions: {
    searched: { host_email: "address, or NULL" },
    words: "remote_id remote_occurrence_id attendance_state",
  },
  // What was paid for stays on the books.
  orders: {
    owner: own,
    people: "person_id",
    anonymise: { set: () => sql`email = ''`, clears: "email" },
    remove: { set: () => sql`email = '', person_id = NULL`, clears: "email" },
    searched: { email: "address, or blank" },
    words: "provider remote_id status currency items",
  },

  group_members: { ...goes, words: "source role" },
  enrolment_exceptions: { ...goes, words: "mode" },
  report_subscriptions: { ...goes, personal: "filters", words: "weekdays format locale" },
  report_calls: {
    owner: (personId) => sql`requested_by = ${personId}`,
    people: "requested_by",
    anonymise: "delete",
    remove: "delete",
    personal: "token_hash",
    words: "state",
  },

  // What a package keeps of an attempt holds the learner's name, comments and answers, in a form of its own.
  cmi_data: {
    owner: through("attempt_id", "attempts"),
    anonymise: "delete",
    remove: "delete",
    personal: "element value",
  },
  attempts: stays,
  item_progress: {
    owner: through("registration_id", "registrations"),
    anonymise: "keep",
    remove: "delete",
    words: "status source",
  },
  recert_periods: {
    owner: through("registration_id", "registrations"),
    anonymise: "keep",
    remove: "delete",
    words: "start_on due_on end_on state achieved_on",
  },
  // Its file is gone, and must not be made again.
  issued_certificates: {
    owner: through("registration_id", "registrations"),
    anonymise: { set: (now) => sql`file_id = NULL, file_deleted_at = coalesce(file_deleted_at, ${now})`, clears: "" },
    remove: "delete",
    words: "issued_on",
  },
  program_status_update_log: { ...stays, words: "from_status to_status trigger" },
  registrations: {
    ...stays,
    words: "status source source_ref due_on cancel_reason prerequisite_status next_due_on",
  },
  certification_credits: {
    owner: through("person_certification_id", "person_certifications"),
    anonymise: "keep",
    remove: "delete",
    words: "source_ref credited_on",
  },
  person_certifications: { ...stays, words: "start_on end_on status" },
  skill_achievements: { ...stays, words: "achieved_on expires_on source_ref state" },
  person_skills: { ...stays, words: "valid_until_on display_state" },
  // The totals stay, as nobody's.
  tracking_events: { ...stays, remove: { set: () => sql`person_id = 0`, clears: "" }, words: "event day_on" },
  tracking_daily: { ...stays, words: "day_on event" },
  exercise_submissions: { searched: { correction: "json" }, words: "result correction_state" },

  // A key is a name that somebody gave to a file; the person's own files go, with their rows.
  files: { words: "kind ref_type etag sha256 state access_token_hash", keys: "key" },
  import_seen: { searched: { key: "row" } },
  persons: {
    owner: (personId) => sql`id = ${personId}`,
    people: "supervisor_id deletion_requested_by",
    anonymise: {
      set: () => sql`username = 'deleted-' || id, username_key = 'deleted-' || id, given_name = 'deleted', family_name = 'deleted', email = NULL, attributes = '{}',
        external_id = NULL, ldap_dn = NULL, import_source = NULL, supervisor_id = NULL, password_hash = NULL,
        password_changed_at = NULL, must_change_password = 0, last_login_at = NULL, deletion_on = NULL,
        deletion_requested_by = NULL, auth_status = 'deleted'`,
      clears:
        "username username_key given_name family_name email attributes external_id ldap_dn import_source password_hash",
    },
    remove: "delete",
    personal: "external_id username username_key given_name family_name email ldap_dn import_source password_hash",
    // Of other people too: an attribute may name their head of department.
    searched: { attributes: "json" },
    words: "locale time_zone auth_source auth_status role enrolled_on termination_on deletion_on",
  },

  certificates: { searched: { name: "text", template: "json" }, words: "kind" },
  certification_links: {},
  certifications: { searched: { name: "text" }, words: "format start_mode common_start_mmdd" },
  components: {
    searched: { title: "text", description: "text", location: "text", prerequisites: "json", completion_rule: "json" },
    words: "kind language planning_status time_zone path_mode",
    keys: "external_id type_key",
  },
  enrolment_rules: { words: "enrolment_status active_from_on due_mode due_on due_mmdd recert_mode change_to" },
  groups: {
    searched: { name: "text", description: "text", rule: "json", on_enter: "json", on_leave: "json" },
    words: "kind source",
    keys: "external_id",
  },
  import_configs: { searched: { name: "text" }, words: "kind last_sha256", keys: "location options mapping" },
  index_changes: { words: "entity op" },
  license_limits: { words: "metric alert_state" },
  media: {
    searched: { title: "text", description: "text", launch: "json" },
    words: "kind language status",
    keys: "external_id provider_item_id",
  },
  media_versions: { searched: { metadata: "json" }, words: "metadata_hash file_prefix" },
  meta_values: { searched: { value: "text" } },
  notification_rules: {
    searched: { name: "text", component_filter: "json" },
    words: "anchor audience statuses channels subject_key body_key",
  },
  online_user_stats: {},
  recert_sections: { words: "start_mode start_on" },
  reports: { searched: { name: "text", definition: "json" }, words: "key" },
  skills: { searched: { name: "text" } },
  syllabus_items: { searched: { unlock_rule: "json" }, words: "kind" },
};

/**
 * The same for the set `control`, which knows administrators and no people: only what runs and connectors report may name one.
 * An administrator's own account is another matter, even if it is the same human being.
 */
export const controlData: Readonly<Record<string, Pick<TableFacts, "searched" | "words" | "administration">>> = {
  access_log: { words: "kind address", administration: "actor subject" },
  admin_sessions: { words: "token_hash address method", administration: "user_agent" },
  admins: { words: "password_hash role", administration: "email name oidc_issuer oidc_subject" },
  blackouts: { administration: "note created_by" },
  calendars: { words: "day", administration: "name" },
  client_moves: { words: "phase position source_token_enc target_token_enc", administration: "source_url target_url" },
  clients: {
    words: "key status time_zone default_locale deletion_mode database_token_enc",
    administration: "name host license_alert_email database_url",
  },
  connectors: {
    searched: { last_error: "text" },
    words: "kind state secret_enc access_token_enc refresh_token_enc",
    administration: "name base_url config",
  },
  heavy_permits: { words: "pool" },
  job_stats: { words: "last_state durations fates" },
  job_totals: { words: "last_state durations fates" },
  jobs: {
    words: "processor cron time_zone parameters load policies after_condition",
    administration: "name description created_by updated_by",
  },
  meta_tags: { words: "value_type enum_values", administration: "name" },
  nodes: { words: "id location_hint release" },
  oidc_nonces: { words: "nonce_hash", administration: "issuer" },
  run_logs: { searched: { message: "text", data: "json" }, words: "level" },
  platform_keys: { words: "name key_enc" },
  runs: {
    searched: { message: "text", errors: "json" },
    words: "node_id kind processor load parameters policies time_zone state reason as_of counts",
    administration: "job_name requested_by",
  },
  settings: { words: "key", administration: "value" },
  sign_in_attempts: { words: "key" },
  texts: { words: "key locale", administration: "value" },
  ticks: { words: "source" },
  triggers: { words: "node_id time_zone skipping_reason", administration: "pause_note" },
};
