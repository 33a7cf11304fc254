import type { TableFacts } from "./facts.ts";

const CONTENT = "content and its rules; people are named in it only by mention";
const RULES = "rules and configuration that administrators write; people are named in it only by mention";
const RUNS = "of runs; cleaned by redactRunHistory where a row is about the person";
const UNNAMED = "counts and marks of the suite; no person is named";

/**
 * Every table of the sets `store` and `learning`, and which of its columns can name a person. A table without `unbound` has its
 * rows bound to people in `bindings`. A test holds both against the database, so that no new table or column can be forgotten.
 */
export const storeTables: Readonly<Record<string, TableFacts>> = {
  lease_guard: { unbound: UNNAMED },
  departures: { unbound: UNNAMED },
  fences: { unbound: UNNAMED },
  touched: { unbound: "rows of the step under way; it is empty between two steps", words: "before" },
  checkpoints: { unbound: RUNS, words: "cursor counts outcome marks" },
  effects: { unbound: RUNS, words: "key state outcome" },
  failures: { unbound: RUNS, words: "ref code message" },
  processor_state: { unbound: UNNAMED, words: "processor node_id key value" },
  // `actor` is an administrator's account, also where the same human being is a person.
  audit_log: { texts: "before after", words: "actor entity action" },

  messages: {
    texts: "to_address subject body error provider_message_id",
    words: "kind channel dedupe_key status",
  },
  push_devices: { texts: "token keys", words: "transport target_kind" },
  person_sessions: {},
  xapi_auth_tokens: { texts: "token_hash registration_uuid", words: "launch" },
  component_preview_log: { texts: "data", words: "role" },
  vc_accounts: { texts: "remote_user_id username password_enc pending_password_enc" },
  vc_attendance: { texts: "remote_email join_key" },
  vc_sessions: {
    unbound: "a meeting of a component; its host is a mention",
    texts: "host_email",
    words: "remote_id remote_occurrence_id attendance_state remote_kind",
  },
  vc_templates: { unbound: CONTENT, texts: "name folder", words: "remote_id status" },
  lti_scores: { words: "activity_progress grading_progress" },
  coverage_entries: { words: "by since" },
  report_views: { texts: "filters columns" },
  component_staff: { words: "role" },
  report_subscriptions: { texts: "filters", words: "audience schedule weekdays format locale" },
  report_calls: { texts: "token_hash", words: "state" },
  enrolment_exceptions: { words: "mode" },
  group_members: { words: "source role" },
  u_monitor_aicc: { texts: "session_id", words: "command" },
  u_monitor_aicc_content: { texts: "body", words: "direction" },
  orders: { texts: "email", words: "provider remote_id status currency items error" },
  webhook_events: {
    texts: "payload error",
    words: "provider delivery_id event_id topic source subject proof state",
  },
  // What a package keeps of an attempt holds the learner's name, comments and answers, in a form of its own.
  cmi_data: { texts: "element value" },
  attempts: {},
  item_progress: { words: "status source" },
  recert_periods: { words: "start_on due_on end_on state achieved_on prior" },
  program_status_update_log: { words: "from_status to_status trigger" },
  // The title is the component's.
  issued_certificates: { texts: "verification_code", words: "issued_on title" },
  avetmiss_activities: {
    texts: "client_identifier",
    words: `training_organisation_id delivery_location_id subject_identifier program_identifier activity_start_on activity_end_on
      delivery_mode outcome_identifier_national outcome_identifier_rto funding_source_national`,
  },
  certification_credits: { texts: "source_ref", words: "credited_on" },
  person_certifications: { words: "start_on end_on status" },
  skill_achievements: { texts: "source_ref", words: "achieved_on expires_on state" },
  person_skills: { words: "valid_until_on display_state" },
  tracking_events: { words: "event day_on" },
  tracking_daily: { words: "day_on event" },
  registrations: {
    texts: "source_ref",
    words: "status source due_on cancel_reason prerequisite_status next_due_on",
  },
  import_seen: { texts: "key" },
  persons: {
    texts:
      "external_id username username_key given_name family_name email ldap_dn import_source password_hash attributes",
    words: `locale time_zone auth_source auth_status role enrolled_on termination_on deletion_on passive_reason activated_on`,
  },

  // A person's own files go with their rows, before all other rows; another's key may be a name that a person gave to a file.
  files: {
    unbound:
      "the person's own rows go with their objects (selectFilesOf); a file of others is named as its owner likes",
    texts: "key",
    words: "kind ref_type etag sha256 state access_token_hash fingerprint",
  },
  erased_people: { unbound: "hashes that cannot be read back", words: "key_hash" },
  exercise_submissions: {
    unbound: "a team's work; its members are named only by mention",
    texts: "correction",
    words: "result correction_state",
  },
  catalogue_items: { unbound: CONTENT, texts: "title product_handle", words: "product_id variant_id currency" },
  certificates: { unbound: CONTENT, texts: "name template", words: "kind" },
  certification_links: { unbound: CONTENT },
  certifications: { unbound: CONTENT, texts: "name", words: "format start_mode common_start_mmdd" },
  components: {
    unbound: CONTENT,
    texts: "external_id title description location prerequisites completion_rule",
    words: "kind type_key language planning_status time_zone path_mode",
  },
  enrolment_rules: {
    unbound: RULES,
    words: "enrolment_status active_from_on due_mode due_on due_mmdd recert_mode change_to",
  },
  equivalence_rules: { unbound: RULES, texts: "name", words: "relation triggers" },
  groups: { unbound: RULES, texts: "external_id name description rule on_enter on_leave", words: "kind source" },
  import_configs: { unbound: RULES, texts: "name location options mapping", words: "kind last_sha256" },
  index_changes: { unbound: UNNAMED, words: "entity op" },
  license_limits: { unbound: UNNAMED, words: "metric alert_state" },
  media: {
    unbound: CONTENT,
    texts: "external_id title description launch",
    words: "kind language status provider_item_id",
  },
  media_versions: { unbound: CONTENT, texts: "metadata", words: "metadata_hash file_prefix" },
  meta_values: { unbound: CONTENT, texts: "value" },
  notification_rules: {
    unbound: RULES,
    texts: "name component_filter",
    words: "anchor audience statuses channels subject_key body_key",
  },
  online_user_stats: { unbound: UNNAMED },
  profile_skills: { unbound: CONTENT },
  recert_sections: { unbound: CONTENT, words: "start_mode start_on next_from late" },
  reports: { unbound: RULES, texts: "name definition", words: "key" },
  // A document about a person is bound; one of a course or a medium is a copy of that row.
  search_documents: { texts: "title text columns", words: "locale groups" },
  search_indexes: { unbound: UNNAMED, texts: "name", words: "kind entity backend collection state built_with" },
  skill_grants: { unbound: CONTENT },
  skills: { unbound: CONTENT, texts: "name" },
  syllabus_items: { unbound: CONTENT, texts: "unlock_rule title", words: "kind" },
};

const ADMINISTRATORS = "administrators and what they set up; an administrator's account is no person of a client";
const SCHEDULE = "of the schedule; no person is named but administrators";

/**
 * Every table of the set `control`, which knows no people. What runs write there is cleaned by `redactRunHistory`; in `texts` of
 * others, mentions are looked for.
 */
export const controlTables: Readonly<Record<string, TableFacts>> = {
  // A file's own name stands there only where an administrator has asked for it; rows go by their age.
  access_log: { unbound: ADMINISTRATORS, words: "kind actor address subject" },
  admin_sessions: { unbound: ADMINISTRATORS, words: "token_hash user_agent address method" },
  admins: { unbound: ADMINISTRATORS, words: "email name password_hash role oidc_issuer oidc_subject" },
  // The name is that of another system, as an administrator calls it.
  api_tokens: { unbound: ADMINISTRATORS, words: "token_hash name" },
  blackouts: { unbound: SCHEDULE, words: "note created_by" },
  calendars: { unbound: SCHEDULE, words: "day name" },
  client_moves: { unbound: UNNAMED, words: "source_url source_token_enc target_url target_token_enc phase position" },
  clients: {
    unbound: ADMINISTRATORS,
    texts: "name license_alert_email",
    words: "key status time_zone default_locale host deletion_mode database_url database_token_enc",
  },
  connectors: {
    unbound: ADMINISTRATORS,
    texts: "name base_url config last_error",
    words: "kind secret_enc access_token_enc refresh_token_enc state",
  },
  heavy_permits: { unbound: UNNAMED, words: "pool" },
  job_stats: { unbound: UNNAMED, words: "last_state durations fates" },
  job_totals: { unbound: UNNAMED, words: "last_state durations fates" },
  jobs: {
    unbound: SCHEDULE,
    words: "name description processor cron time_zone parameters load policies after_condition created_by updated_by",
  },
  meta_tags: { unbound: UNNAMED, words: "name value_type enum_values" },
  nodes: { unbound: UNNAMED, words: "id location_hint release" },
  oidc_nonces: { unbound: ADMINISTRATORS, words: "nonce_hash issuer" },
  person_searches: { unbound: RULES, texts: "name config" },
  platform_keys: { unbound: UNNAMED, words: "name key_enc" },
  quiet_groups: { unbound: SCHEDULE, words: "time_zone cron transitions" },
  quiet_looks: { unbound: UNNAMED },
  quiet_memberships: { unbound: UNNAMED },
  run_logs: { unbound: RUNS, words: "level message data" },
  runs: {
    unbound: RUNS,
    words: `node_id kind processor job_name load parameters policies time_zone state reason message claimant requested_by as_of counts errors`,
  },
  settings: { unbound: RULES, texts: "value", words: "key" },
  sign_in_attempts: { unbound: ADMINISTRATORS, words: "key" },
  texts: { unbound: RULES, texts: "value", words: "key locale" },
  ticks: { unbound: UNNAMED, words: "source" },
  triggers: { unbound: SCHEDULE, words: "node_id time_zone pause_note skipping_reason" },
  // An error of a release's own step; steps name files by their keys, not people.
  update_steps: { unbound: UNNAMED, words: "id state error" },
};
