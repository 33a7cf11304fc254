import type { Files } from "../../../../src/files/files.ts";
import type { Database } from "../../../../src/store/database.ts";
import { csv, kept, workbook } from "./documents.ts";
import type { Person } from "./person.ts";
import { adder, type Value } from "./rows.ts";

/**
 * Rows of others, rules, contents, configuration and files that name a person: none is the person's, so all stay as they are.
 * @returns how many columns of rows name the person
 */
export async function beMentioned(database: Database, files: Files, clientId: number, person: Person): Promise<number> {
  const { id, username, given, family, email, externalId } = person;
  const full = `${given} ${family}`;
  const statements: { sql: string; args: Value[] }[] = [];
  const add = adder(clientId, statements);
  const other = id + 500;
  add("persons", {
    id: other,
    username: `other${id}`,
    username_key: `other${id}`,
    given_name: "Other",
    family_name: "Person",
    attributes: JSON.stringify({ head: full, department: "Sales" }),
    enrolled_on: "2020-01-01",
  });
  add("groups", {
    id: other,
    name: `Team of ${full}`,
    rule: JSON.stringify({ attr: "head", op: "eq", value: full }),
    source: "xml",
    external_id: "T",
  });
  add("components", { id: other, kind: "course", title: "Ethics", description: `Ask ${email}` });
  add("vc_sessions", {
    id: other,
    component_id: 1,
    item_id: 1,
    connector_id: 1,
    remote_id: `s${other}`,
    host_email: email.toUpperCase(),
    start_at: 0,
    end_at: 1,
  });
  add("exercise_submissions", {
    component_id: 1,
    item_id: 1,
    team_group_id: other,
    submitted_at: 0,
    correction: JSON.stringify({ remark: `Well done, ${full}!` }),
  });
  add("messages", {
    id: other * 10,
    created_run_id: 1,
    kind: "notification",
    channel: "mail",
    person_id: other,
    to_address: "other@example.com",
    subject: `${family}, ${given} is new`,
    body: "Say hello",
    dedupe_key: `m${other}`,
    status: "to_forward",
    queued_at: 0,
  });
  add("settings", { key: "x.note", value: JSON.stringify(email) });
  add("texts", { key: "x.note", locale: "de", value: `Fragen an ${full}`, version: 1 });
  await database.batch(statements, "write");
  const root = `c/${clientId}/`;
  const row = `${externalId};${username};${given};${family};${email}`;
  await files.write(`${root}data/report/subscription/${id}98/2026-02-27.csv`, csv(row, kept));
  await files.write(`${root}data/report/subscription/${id}97/2026-02-27.xlsx`, workbook([family, "Sales", given]));
  await files.write(`${root}log/20260227.log`, `1 ${username} signed in\n`);
  await files.write(
    `${root}import/user_csv/full_${id}.csv`,
    `sourcedId;username;givenName;familyName;email;supervisorSourcedId;attr.head\r\nP-18;other;Otto;Other;${email};${externalId};${full}\r\n`,
  );
  return 9;
}
