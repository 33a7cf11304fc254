import type { Client } from "@libsql/client";
import { strToU8, unzipSync, zipSync } from "fflate";
import type { Files } from "../../../src/files/files.ts";
import { usernameKey } from "../../../src/learning/username.ts";

type Value = string | number | null;

/** Somebody whose names stand in no other text. */
export interface Person {
  readonly id: number;
  readonly username: string;
  readonly given: string;
  readonly family: string;
  readonly email: string;
  readonly externalId: string;
}

export const zaphira: Person = {
  id: 11,
  username: "zquell",
  given: "Zaphíra",
  family: "Quellmann-Östberg",
  email: "zaphira.quell@example.com",
  externalId: "P-17",
};

/** A workbook with one row of cells, each a string of its own in the shared table, as spreadsheet programs write it. */
export function workbook(cells: readonly string[]): Uint8Array {
  const shared = cells.map((cell) => `<si><t>${cell}</t></si>`).join("");
  const row = cells.map((_, index) => `<c t="s"><v>${index}</v></c>`).join("");
  return zipSync(
    {
      "xl/sharedStrings.xml": strToU8(`<sst>${shared}</sst>`),
      "xl/worksheets/sheet1.xml": strToU8(`<worksheet><sheetData><row>${row}</row></sheetData></worksheet>`),
    },
    { mtime: "2026-01-01T12:00:00" },
  );
}

/**
 * A life in the suite: a row in every table that can know a person, texts of others that name this one, and files. Deletion was
 * due on `deletionOn`. `files`: all of them, or for a neighbour just the certificate and one list.
 */
export async function live(
  database: Client,
  files: Files,
  clientId: number,
  person: Person,
  { deletionOn = "2026-03-01", files: which = "all" }: { deletionOn?: string | null; files?: "all" | "few" } = {},
): Promise<void> {
  const { id, username, given, family, email, externalId } = person;
  const statements: { sql: string; args: Value[] }[] = [];
  const add = (table: string, row: Record<string, Value>, timed = true) => {
    const whole: Record<string, Value> = {
      client_id: clientId,
      ...row,
      ...(timed ? { created_at: 0, updated_at: 0 } : {}),
    };
    if (table === "persons") whole.username_key = usernameKey(String(whole.username));
    const names = Object.keys(whole);
    statements.push({
      sql: `INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`,
      args: Object.values(whole),
    });
  };
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
    attributes: JSON.stringify({ head: `${given} ${family}`, department: "Sales" }),
    enrolled_on: "2020-01-01",
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
    host_email: email.toUpperCase(),
    start_at: 0,
    end_at: 1,
  });
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
  add("registrations", { id, component_id: 1, person_id: id, status: "passed" });
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
  add("exercise_submissions", {
    component_id: 1,
    item_id: 1,
    team_group_id: group,
    submitted_at: 0,
    correction: JSON.stringify({ remark: `Well done, ${given} ${family}!` }),
  });
  const message = (number: number, personId: number | null, to: string | null, body: string, status: string) =>
    add("messages", {
      id: id * 10 + number,
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
  message(3, id + 1, "led@example.com", `${family.toUpperCase()}, ${given} has not begun`, "sent");
  message(4, null, email, "The licence is exceeded", "sent");
  message(5, id + 1, "led@example.com", "Nobody is named here", "to_forward");
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
  add(
    "audit_log",
    {
      run_id: 1,
      person_id: null,
      entity: "order",
      entity_id: 1,
      action: "update",
      after: JSON.stringify({ payer: `${given} ${family}`, amount: 7 }),
      at: 0,
    },
    false,
  );

  const root = `c/${clientId}/`;
  const csv = (...lines: string[]) =>
    `sourcedId;username;givenName;familyName;email\r\n${lines.map((line) => `${line}\r\n`).join("")}`;
  const row = `${externalId};${username};${given};${family};${email}`;
  const kept = "P-18;other;Otto;Other;otto@example.com";
  const certificate = `${root}data/certificate/job/${username}_1.pdf`;
  const report = `${root}data/report/subscription/${id}/2026-02-27.csv`;
  const stored: Record<string, string | Uint8Array> = {
    [certificate]: `%PDF ${given} ${family}`,
    [report]: csv(kept),
    [`${root}data/report/subscription/${id}/2026-02-20.csv`]: csv(kept),
    [`${root}data/report/subscription/${id}99/2026-02-27.csv`]: csv(row, kept),
    [`${root}data/report/subscription/${id}98/2026-02-27.xlsx`]: workbook([family, "Sales", given]),
    [`${root}data/report/subscription/${id}97/2026-02-27.xlsx`]: workbook(["Other", "Sales", "Otto"]),
    [`${root}import/user_csv/done/20260227_users${id}.csv`]: csv(
      kept,
      row,
      `P-19;x;"${given}";"two\nlines ${family}";`,
    ),
    [`${root}import/user_csv/done/20260227_users${id}.csv.result.csv`]: `line;ref;result;message\r\n"3";"${externalId}";"failed";"${email} is refused"\r\n`,
    [`${root}import/user_csv/next${id}.csv`]: csv(row, kept),
    [`${root}import/xml_group/done/20260227_groups${id}.xml`]: `<person><userid>x</userid><name><n><family>${family}</family>\n<given>${given}</given></n></name></person>`,
    [`${root}import/xml_group/done/20260227_others${id}.xml`]: "<person><userid>other</userid></person>",
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
    key: `${root}data/report/subscription/${id}98/2026-02-27.xlsx`,
    kind: "report",
    ref_type: "report_subscription",
    ref_id: id * 100 + 98,
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
  add("issued_certificates", {
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
  add("import_seen", { file_id: id + 3, key: "username:other" }, false);
  await database.batch(statements, "write");
}

/** What an earlier run of client 1 (id 1) has left in its errors, logs and outcomes. */
export async function leaveHistory(database: Client, clientId: number, person: Person): Promise<void> {
  const { username, given, family, email } = person;
  await database.batch(
    [
      {
        sql: `INSERT INTO runs (id, job_id, client_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, time_zone, state,
            message, errors, created_at) VALUES (?, 9, ?, 'manual', 0, 0, 'UserImport', 'Import', 'light', '{}', 'UTC', 'failed', ?, ?, 0)`,
        args: [
          900 + clientId,
          clientId,
          `550 <${email}>`,
          JSON.stringify([{ ref: `users.csv:2 ${username}`, code: "x", message: `${given} ${family}` }]),
        ],
      },
      {
        sql: "INSERT INTO run_logs (run_id, at, level, message, data) VALUES (?, 0, 'info', ?, ?)",
        args: [900 + clientId, `Would do: mail to ${email}`, JSON.stringify({ who: username })],
      },
      {
        sql: "INSERT INTO failures (run_id, step, ref, code, message) VALUES (?, 1, ?, 'x', ?)",
        args: [900 + clientId, `users.csv:2 ${username}`, `${given} ${family}`],
      },
      {
        sql: "INSERT INTO effects (run_id, key, state, outcome, intended_at) VALUES (?, 'mail:1:1', 'done', ?, 0)",
        args: [900 + clientId, JSON.stringify({ message: email })],
      },
    ],
    "write",
  );
}

/**
 * Every column and every file in which somebody is still found: `messages.body: Dear ...`. It looks at every column of every table
 * of all three sets (of this client's rows, where a table has clients), at every file with its content and its key, and into
 * workbooks. Found counts more than in spec 2.2.3: the address, the user name, the given name or the family name, each by itself,
 * in any case, also within a longer word. So nobody else's data may hold one of these.
 */
export async function traces(database: Client, files: Files, person: Person, within = "c/1/"): Promise<string[]> {
  const needles = [person.username, person.given, person.family, person.email].map((one) => one.toLowerCase());
  const found: string[] = [];
  const look = (where: string, text: string) => {
    const lower = text.toLowerCase();
    const needle = needles.find((one) => lower.includes(one) || lower.includes(JSON.stringify(one).slice(1, -1)));
    if (needle) found.push(`${where}: ${text.slice(0, 200)}`);
  };
  const tables = await database.execute(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*'",
  );
  for (const { name } of tables.rows) {
    const rows = await database.execute(`SELECT * FROM "${name}"`);
    for (const row of rows.rows) {
      if (row.client_id !== undefined && row.client_id !== Number(within.slice(2, -1))) continue;
      for (const column of rows.columns) look(`${name}.${column}`, String(row[column] ?? ""));
    }
  }
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await files.list(within, cursor ?? null);
    for (const { key } of page.entries) {
      look("key", key);
      const bytes = new Uint8Array(await new Response(await files.read(key)).arrayBuffer());
      if (!key.endsWith(".xlsx")) look(key, new TextDecoder().decode(bytes));
      else for (const part of Object.values(unzipSync(bytes))) look(key, new TextDecoder().decode(part));
    }
    cursor = page.cursor;
  }
  return found;
}
