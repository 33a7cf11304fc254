import { beforeEach, describe, expect, it } from "vitest";
import { listSubscriptionFiles } from "../../../../src/learning/reports/subscription-list.ts";
import { type Browser, type Stage, setStage } from "../../stage/stage.ts";

let stage: Stage;
let berlin: Browser;
let path: string;

beforeEach(async () => {
  stage = await setStage();
  berlin = await stage.signedIn("client_admin", stage.berlin);
  path = `/admin/reports/${stage.berlin}`;
  const report = (id: number, clientId: number, key: string, name: string) => ({
    sql: "INSERT INTO reports (id, client_id, key, name, definition, created_at, updated_at) VALUES (?, ?, ?, ?, '{}', 0, 0)",
    args: [id, clientId, key, name],
  });
  await stage.database.batch([
    report(1, stage.berlin, "skills", "Skills held"),
    report(2, stage.berlin, "persons", "Staff"),
    report(9, stage.newYork, "skills", "Elsewhere"),
    {
      sql: "INSERT INTO groups (id, client_id, name, created_at, updated_at) VALUES (7, ?, 'Welders', 0, 0), (8, ?, 'Others', 0, 0)",
      args: [stage.berlin, stage.newYork],
    },
    {
      sql: `INSERT INTO persons (id, client_id, username, username_key, given_name, family_name, auth_status, role, locale, auth_source,
          enrolled_on, created_at, updated_at)
        VALUES (5, ?, 'ada', 'ada', 'Ada', 'Lovelace', 'active', 'learner', 'en', 'local', '2026-01-01', 0, 0)`,
      args: [stage.berlin],
    },
  ]);
});

/** Ada's own subscription, as the suite leaves it. */
async function addOwn(id = 50): Promise<number> {
  await stage.database.execute({
    sql: `INSERT INTO report_subscriptions (id, client_id, report_id, audience, person_id, weekdays, format, locale, created_at, updated_at)
      VALUES (?, ?, 2, 'person', 5, '[2]', 'csv', 'en', 0, 0)`,
    args: [id, stage.berlin],
  });
  return id;
}

/** What a browser posts for a group's subscription on Mondays and Thursdays. */
function fields(changes: Record<string, string> = {}, weekdays: readonly string[] = ["", "5", "2"]): URLSearchParams {
  const form = new URLSearchParams({
    reportId: "1",
    audience: "group",
    groupId: "7",
    schedule: "weekdays",
    monthDay: "",
    format: "xlsx",
    filters: '{"states":["held"]}',
    skipWhenEmpty: "true",
    locale: "de",
    active: "true",
    ...changes,
  });
  for (const day of weekdays) form.append("weekdays", day);
  return form;
}

const rows = async () => {
  const found = await stage.database.execute("SELECT * FROM report_subscriptions ORDER BY id");
  return found.rows.map((row) => ({ ...row }));
};
const audit = async () => {
  const { rows } = await stage.database.execute(
    "SELECT action, entity_id, actor, before, after FROM audit_log WHERE entity = 'report_subscription' ORDER BY id",
  );
  return rows.map((row) => ({ ...row }));
};

describe("the subscriptions of a client", () => {
  it("are made for a group or everybody, and say who gets what and when", async () => {
    expect((await berlin.get(path)).text).toContain("No subscription matches.");
    expect(await berlin.post(`${path}/new`, fields())).toMatchObject({ status: 303 });
    await berlin.post(
      `${path}/new`,
      fields({ audience: "client", schedule: "monthly", monthDay: "31", filters: "" }, [""]),
    );
    const [group, everybody] = await rows();
    expect(group).toMatchObject({
      client_id: stage.berlin,
      report_id: 1,
      audience: "group",
      group_id: 7,
      person_id: null,
      schedule: "weekdays",
      weekdays: "[2,5]",
      month_day: null,
      format: "xlsx",
      filters: '{"states":["held"]}',
      skip_when_empty: 1,
      locale: "de",
      active: 1,
    });
    expect(everybody).toMatchObject({
      audience: "client",
      group_id: null,
      weekdays: "[]",
      month_day: 31,
      filters: null,
    });
    const { text } = await berlin.get(path);
    expect(text).toMatch(/Skills held.*everybody.*on day 31 of the month.*XLSX.*each recipient's own/);
    expect(text).toMatch(/Skills held.*Welders.*#7.*Mon, Thu.*the same for all/);
  });

  it("are filtered by report, recipients and state, a page at a time", async () => {
    await berlin.post(`${path}/new`, fields());
    await berlin.post(`${path}/new`, fields({ reportId: "2", audience: "client", filters: "", active: "false" }));
    await addOwn();
    const shown = async (query: string) =>
      [...(await berlin.get(path + query)).body.matchAll(/\/admin\/reports\/\d+\/(\d+)"/g)].map(([, id]) => Number(id));
    expect(await shown("")).toEqual([50, 2, 1]);
    expect(await shown("?report=2")).toEqual([50, 2]);
    expect(await shown("?report=2&state=off")).toEqual([2]);
    expect(await shown("?audience=group")).toEqual([1]);
    expect(await shown("?state=active")).toEqual([50, 1]);
    expect(await shown("?before=50")).toEqual([2, 1]);
  });

  it.each<[string, Record<string, string>, string[], string]>([
    ["another client's report", { reportId: "9" }, ["2"], "reportId"],
    ["another client's group", { groupId: "8" }, ["2"], "groupId"],
    ["no group", { groupId: "" }, ["2"], "groupId"],
    ["no day", {}, [""], "weekdays"],
    ["no day of the month", { schedule: "monthly" }, ["2"], "monthDay"],
    ["a day that no month has", { schedule: "monthly", monthDay: "32" }, ["2"], "monthDay"],
    ["filters that are no JSON", { filters: "held" }, ["2"], "filters"],
    ["a filter of another report", { filters: '{"kinds":["report"]}' }, ["2"], "filters"],
    ["a person", { audience: "person" }, ["2"], "audience"],
    ["a language that is none", { locale: "German!" }, ["2"], "locale"],
  ])(
    "with %s are refused, and the form comes back as it was, with the field named",
    async (_what, changes, days, field) => {
      const answer = await berlin.post(`${path}/new`, fields(changes, days));
      expect(answer.status).toBe(422);
      expect(answer.body).toContain(`href="#field-${field}"`);
      expect(answer.body).toMatch(/<option value="xlsx" selected/);
      expect(await rows()).toEqual([]);
    },
  );

  it("are changed as long as no other administrator was faster, and what changed is in the audit", async () => {
    await berlin.post(`${path}/new`, fields());
    const seen = String((await rows())[0]?.updated_at);
    stage.now += 1000;
    await berlin.post(`${path}/1`, fields({ format: "csv", active: "false", updatedAt: seen }));
    expect((await rows())[0]).toMatchObject({ format: "csv", active: 0, weekdays: "[2,5]" });
    const late = await berlin.post(`${path}/1`, fields({ format: "xlsx", updatedAt: seen }));
    expect([late.status, late.text]).toEqual([409, expect.stringContaining("changed meanwhile")]);
    const [made, changed] = await audit();
    expect(made).toMatchObject({ action: "create", entity_id: 1, actor: "client_admin-1@example.com" });
    expect(changed).toMatchObject({
      action: "update",
      before: '{"format":"xlsx","active":1}',
      after: '{"format":"csv","active":false}',
    });
  });

  it("of people are seen and deleted here, and changed by those people alone", async () => {
    const id = await addOwn();
    const shown = await berlin.get(`${path}/${id}`);
    expect(shown.text).toMatch(/Staff \(People\).*Ada Lovelace.*Mon.*CSV/);
    expect(shown.body).not.toContain('name="reportId"');
    const changed = await berlin.post(`${path}/${id}`, fields({ updatedAt: "0" }));
    expect([changed.status, (await rows())[0]?.audience]).toEqual([403, "person"]);
    expect(await berlin.post(`${path}/${id}/delete`)).toMatchObject({ status: 303 });
    expect(await rows()).toEqual([]);
    expect((await audit())[0]).toMatchObject({
      action: "delete",
      entity_id: id,
      before: expect.stringContaining('"personId":5'),
    });
  });

  it("say which files were made for whom lately", async () => {
    const id = await addOwn();
    expect((await berlin.get(`${path}/${id}`)).text).toContain("No file was made for it yet");
    await stage.database.execute({
      sql: `INSERT INTO files (client_id, key, kind, ref_type, ref_id, size, state, stored_at, created_at, updated_at) VALUES
        (?1, ?2 || '2026-11-02_5.csv', 'report', 'report_subscription', 50, 2048, 'deleted', 0, 0, 0),
        (?1, ?2 || '2026-11-09_99.csv', 'report', 'report_subscription', 50, 100, 'ready', 0, 0, 0),
        (?1, ?2 || 'other', 'report', 'report_subscription', 51, 1, 'ready', 0, 0, 0)`,
      args: [stage.berlin, `c/${stage.berlin}/data/report/subscription/50/`],
    });
    const { text } = await berlin.get(`${path}/${id}`);
    expect(text).toMatch(/no longer there #99.*stored.*Ada Lovelace #5.*deleted/);
    const files = await listSubscriptionFiles(stage.database, stage.berlin, 50, 1);
    expect(files.map(({ personId }) => personId)).toEqual([99]);
  });

  it("are read by those who may only read, and another client's are not there", async () => {
    await berlin.post(`${path}/new`, fields());
    const reader = await stage.signedIn("read_only", stage.berlin);
    const page = await reader.get(`${path}/1`);
    expect([page.status, page.text]).toEqual([200, expect.stringContaining("Welders")]);
    expect(page.body).not.toMatch(/<form[^>]*\/admin\/reports/);
    const other = await stage.signedIn("client_admin", stage.newYork);
    expect((await other.get(`/admin/reports/${stage.newYork}/1`)).status).toBe(404);
  });

  it("are not changed while the client's data is being moved", async () => {
    await berlin.post(`${path}/new`, fields());
    await stage.database.execute(
      `INSERT INTO client_moves (client_id, target_url, phase, started_at, moved_at) VALUES (${stage.berlin}, 'x', 'copying', 0, 0)`,
    );
    const seen = String((await rows())[0]?.updated_at);
    for (const [to, form] of [
      ["new", fields()],
      ["1", fields({ format: "csv", updatedAt: seen })],
      ["1/delete", new URLSearchParams()],
    ] as const) {
      expect((await berlin.post(`${path}/${to}`, form)).status).toBe(409);
    }
    expect(await rows()).toHaveLength(1);
    expect((await rows())[0]).toMatchObject({ format: "xlsx" });
  });
});
