import type { Files } from "../../../../src/files/files.ts";
import type { Database } from "../../../../src/store/database.ts";
import { csv, element, enterprise, kept, memberOf, membership, otherXml, otto, xml } from "./documents.ts";
import type { Person } from "./person.ts";
import { adder, type Value } from "./rows.ts";

/**
 * A life in the suite: a row in every table whose rows can be a person's, and files. Deletion was due on `deletionOn`. `files`: all
 * of them, or for a neighbour just the certificate and one list.
 */
export async function live(
  database: Database,
  files: Files,
  clientId: number,
  person: Person,
  { deletionOn = "2026-03-01", files: which = "all" }: { deletionOn?: string | null; files?: "all" | "few" } = {},
): Promise<void> {
  const { id, username, given, family, email, externalId } = person;
  const statements: { sql: string; args: Value[] }[] = [];
  const add = adder(clientId, statements);
  const group = id + 1;
  add("persons", {
    id,
    external_id: externalId,
    username,
    given_name: given,
    family_name: family,
    email,
    locale: "de",
    attributes: JSON.stringify({ nickname: given }),
    ldap_dn: `cn=${given} ${family},dc=example`,
    import_source: "csv",
    enrolled_on: "2020-01-01",
    deletion_on: deletionOn,
    password_hash: "scrypt$hash",
    last_login_at: 5,
  });
  add("persons", {
    id: id + 1,
    username: `led${id}`,
    given_name: "Led",
    family_name: "Person",
    supervisor_id: id,
    deletion_requested_by: id,
    attributes: JSON.stringify({ department: "Sales" }),
    enrolled_on: "2020-01-01",
  });
  add("components", { id, kind: "course", title: "Course" });
  add("component_staff", { component_id: id, person_id: id, role: "tutor" });
  add("equivalence_rules", { id, name: "Rule", relation: "covers", triggers: "[]", target_component_id: id });
  add("coverage_entries", { rule_id: id, person_id: id, component_id: id, by: "[1]", since: "2026-01-01" }, false);
  add("report_views", { report_id: id, person_id: id, filters: JSON.stringify({ name: family }) });
  add("webhook_events", {
    provider: "shopify",
    delivery_id: `d${id}`,
    topic: "orders/paid",
    payload: JSON.stringify({ email: email.replace("@", "\\u0040"), name: given }),
    person_id: id,
    error: `no account for ${email}`,
    received_at: 0,
    state: "parked",
  });
  add("u_monitor_aicc", { id, session_id: `sid-${username}`, person_id: id, command: "putparam", logged_at: 0 });
  add("u_monitor_aicc_content", {
    monitor_id: id,
    direction: "request",
    body: encodeURIComponent(`name=${given}&mail=${email}`),
  });
  add("groups", { id: group, name: "Group" });
  add("group_members", { group_id: group, person_id: id, source: "xml", joined_at: 0 });
  add("group_members", { group_id: group, person_id: id + 1, source: "xml", joined_at: 0 });
  add("person_sessions", { person_id: id, started_at: 0, last_seen_at: 0 });
  add("push_devices", { person_id: id, transport: "fcm", token: `token-${id}`, keys: "{}" });
  add("xapi_auth_tokens", {
    token_hash: `hash-${id}`,
    person_id: id,
    media_id: 1,
    registration_uuid: "uuid",
    issued_at: 0,
    expires_at: 0,
  });
  add("component_preview_log", {
    component_id: 1,
    person_id: id,
    role: "tutor",
    data: JSON.stringify({ name: given }),
    last_updated_at: 0,
  });
  add("vc_accounts", {
    connector_id: 1,
    person_id: id,
    remote_user_id: `remote-${id}`,
    username,
    password_enc: "sealed",
  });
  add("vc_sessions", {
    id,
    component_id: 1,
    item_id: 1,
    connector_id: 1,
    remote_id: `s${id}`,
    host_email: "host@example.com",
    start_at: 0,
    end_at: 1,
  });
  add("lti_scores", { session_id: id, person_id: id, score_at: 0, activity_progress: "x", grading_progress: "x" });
  add("vc_attendance", {
    session_id: id,
    person_id: id,
    remote_email: email,
    join_key: `${email}|1`,
    joined_at: 0,
    left_at: 1,
    duration_s: 1,
  });
  add("vc_attendance", {
    session_id: id,
    person_id: null,
    remote_email: email,
    join_key: `${email}|2`,
    joined_at: 0,
    left_at: 1,
    duration_s: 1,
  });
  add("orders", {
    provider: "shopify",
    remote_id: `o${id}`,
    person_id: id,
    email,
    status: "paid",
    amount_minor: 100,
    currency: "EUR",
    placed_at: 0,
  });
  add("orders", {
    provider: "shopify",
    remote_id: `p${id}`,
    person_id: null,
    email: email.toUpperCase(),
    status: "paid",
    amount_minor: 100,
    currency: "EUR",
    placed_at: 0,
  });
  add("enrolment_exceptions", { component_id: 1, person_id: id, mode: "include" });
  add("report_subscriptions", { id, report_id: 1, person_id: id, weekdays: "[2]", format: "csv" });
  add("registrations", {
    id,
    component_id: 1,
    person_id: id,
    status: "passed",
    source: "migration",
    source_ref: `C-1|${externalId}|2026-01-01`,
  });
  add("avetmiss_activities", { registration_id: id, client_identifier: externalId, subject_identifier: "S" });
  add("avetmiss_activities", { registration_id: null, client_identifier: externalId, subject_identifier: "T" });
  add("item_progress", { registration_id: id, item_id: 1, status: "passed" });
  add("recert_periods", {
    registration_id: id,
    section_id: 1,
    cycle_no: 1,
    start_on: "2026-01-01",
    due_on: "2026-02-01",
    end_on: "2026-03-01",
  });
  add("program_status_update_log", {
    registration_id: id,
    person_id: id,
    component_id: 1,
    from_status: "booked",
    to_status: "completed",
    trigger: "logic",
    at: 0,
    run_id: 1,
  });
  add("attempts", { id, person_id: id, registration_id: id, media_id: 1, started_at: 0 });
  add("cmi_data", { attempt_id: id, element: "cmi.learner_name", value: `${family}, ${given}` });
  add("person_certifications", {
    id,
    person_id: id,
    certification_id: 1,
    period_no: 1,
    start_on: "2026-01-01",
    end_on: "2026-12-31",
  });
  add("certification_credits", {
    person_certification_id: id,
    source_ref: "r:1",
    amount: 1,
    credited_on: "2026-01-02",
  });
  add("skill_achievements", { person_id: id, skill_id: 1, level: 1, achieved_on: "2026-01-01", source_ref: "r:1" });
  add("person_skills", { person_id: id, skill_id: 1, current_level: 1 });
  add("tracking_events", { person_id: id, event: "launch", duration_s: 60, at: 0, day_on: "2026-02-28" });
  add("tracking_daily", { day_on: "2026-02-27", person_id: id, event: "launch", event_count: 2, duration_s: 100 });
  const message = (
    number: number,
    personId: number | null,
    to: string | null,
    body: string,
    status: string,
    about: number | null = null,
  ) =>
    add("messages", {
      id: id * 10 + number,
      about_person_id: about,
      created_run_id: 1,
      kind: "notification",
      channel: "mail",
      person_id: personId,
      to_address: to,
      subject: body,
      body,
      dedupe_key: `m${id}-${number}`,
      status,
      error: status === "error" ? `refused: 550 <${email}>` : null,
      queued_at: 0,
    });
  message(0, id, email, `Dear ${given} ${family}`, "sent");
  message(1, id, email, `Dear ${given} ${family}`, "to_forward");
  message(2, id, email, `Dear ${given} ${family}`, "error");
  message(3, id + 1, "led@example.com", `<p>${xml(`${family}, ${given}`)} has not begun</p>`, "sent", id);
  message(6, id + 1, "led@example.com", `${encodeURIComponent(`${given} ${family}`)} is late`, "to_forward", id);
  message(4, null, email, "The licence is exceeded", "sent");
  message(5, id + 1, "led@example.com", "No person is named here", "to_forward");
  add(
    "audit_log",
    {
      run_id: 1,
      person_id: null,
      entity: "person",
      entity_id: id,
      action: "update",
      before: JSON.stringify({ email }),
      after: JSON.stringify({ email: `x${email}` }),
      at: 0,
    },
    false,
  );
  add(
    "audit_log",
    {
      run_id: 1,
      person_id: id,
      entity: "group",
      entity_id: group,
      action: "member_added",
      after: JSON.stringify({ note: given }),
      at: 0,
    },
    false,
  );

  const root = `c/${clientId}/`;
  const row = `${externalId};${username};${given};${family};${email}`;
  const certificate = `${root}data/certificate/job/${username}_1.pdf`;
  const report = `${root}data/report/subscription/${id}/2026-02-27.csv`;
  const stored: Record<string, string | Uint8Array> = {
    [certificate]: `%PDF ${given} ${family}`,
    [report]: csv(kept),
    [`${root}data/report/subscription/${id}/2026-02-20.csv`]: csv(kept),
    [`${root}data/report/subscription/${id}99/2026-02-27_${id}.csv`]: csv(row, kept),
    [`${root}data/report/subscription/${id}99/2026-02-27_${id}9.csv`]: csv(kept),
    [`${root}data/certificate/job/rev_${id}_1_1_1_12_2026_01_01_5.pdf`]: `%PDF ${given} ${family}`,
    [`${root}import/user_csv/done/20260227_users${id}.csv`]: csv(kept, row, `P-19;x;Xaver;"two\nlines";`),
    [`${root}import/user_csv/done/20260227_users${id}.csv.result.csv`]: `"line";"ref";"result";"message"\r\n"3";"${externalId}";"failed";"${email} is refused"\r\n`,
    [`${root}import/user_csv/failed/20260227_${username}.csv`]: `${csv(row)}${externalId};"${given}`,
    [`${root}import/user_csv/next${id}.csv`]: csv(row, kept),
    [`${root}import/xml_group/done/20260227_groups${id}.xml`]: enterprise(
      element(externalId, person),
      element("P-18", otto),
      membership(memberOf(externalId), memberOf("P-18")),
    ),
    [`${root}import/xml_group/next${id}.xml`]: enterprise(
      element("P-18", otto),
      element("", person),
      membership(memberOf("P-18")),
    ),
    [`${root}import/xml_group/done/20260227_others${id}.xml`]: otherXml,
    [`${root}data/temp/upload${id}.txt`]: `by ${email}`,
  };
  const few = [certificate, `${root}import/user_csv/done/20260227_users${id}.csv`];
  for (const [key, content] of Object.entries(stored))
    if (which === "all" || few.includes(key)) await files.write(key, content);
  add("files", {
    id,
    key: certificate,
    kind: "certificate",
    ref_type: "issued_certificate",
    ref_id: id,
    size: 1,
    state: "ready",
    stored_at: 0,
  });
  add("files", {
    id: id + 1,
    key: report,
    kind: "report",
    ref_type: "report_subscription",
    ref_id: id,
    size: 1,
    state: "ready",
    stored_at: 0,
  });
  add("files", {
    id: id + 2,
    key: `${root}data/report/subscription/${id}99/2026-02-27_${id}.csv`,
    kind: "report",
    ref_type: "report_subscription",
    ref_id: id * 100 + 99,
    size: 1,
    state: "ready",
    stored_at: 0,
  });
  add("files", {
    id: id + 3,
    key: `${root}import/user_csv/dead${id}.csv`,
    kind: "import",
    size: 1,
    state: "failed",
    stored_at: 0,
  });
  add("files", {
    id: id + 4,
    key: `${root}data/temp/upload${id}.txt`,
    kind: "temp",
    ref_type: "person",
    ref_id: id,
    size: 1,
    state: "ready",
    stored_at: 0,
  });
  add("issued_certificates", {
    person_id: id,
    verification_code: `CODE${id}`,
    id,
    registration_id: id,
    certificate_id: 1,
    major_version: 1,
    status_number: 12,
    issued_on: "2026-01-01",
    file_id: id,
  });
  add("report_calls", { token_hash: `call-${id}`, report_id: 1, requested_by: id, requested_at: 0, expires_at: 0 });
  add("import_seen", { file_id: id + 3, key: `username:${username}` }, false);
  add("import_seen", { file_id: id + 3, key: `key:${externalId}` }, false);
  add("import_seen", { file_id: id + 3, key: `member:G\u001f${externalId}` }, false);
  add("import_seen", { file_id: id + 3, key: `later:0000000002:${JSON.stringify([id, username])}` }, false);
  add("import_seen", { file_id: id + 3, key: `note:0000000002:${JSON.stringify([externalId, "x", given])}` }, false);
  add("import_seen", { file_id: id + 3, key: 'note:0000000003:["P-18","x","y"]' }, false);
  add("import_seen", { file_id: id + 3, key: "username:other" }, false);
  await database.batch(statements, "write");
}
