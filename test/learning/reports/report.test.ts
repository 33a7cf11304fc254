import { beforeEach, describe, expect, it } from "vitest";
import {
  definitionSchema,
  type ReportKey,
  readReport,
  reportPages,
  reportSources,
} from "../../../src/learning/reports/report.ts";
import { readVisiblePeople, type Subscriber, selectStaff } from "../../../src/learning/reports/scope.ts";
import type { Cell } from "../../../src/learning/reports/sources/column.ts";
import { selectRows } from "../../../src/learning/reports/sources/source.ts";
import { reportKeys } from "../../../src/learning/schema/reports.ts";
import { clientRows } from "../../../src/store/rows.ts";
import { boundStatement, type Query } from "../../../src/store/statement.ts";
import { freshFileDatabase } from "../../harness/database/file-database.ts";
import { insert } from "../rows.ts";

let database: Awaited<ReturnType<typeof freshFileDatabase>>;
const scene = { today: "2026-03-02", timeZone: "Europe/Berlin" };
const at = (local: string) => Date.parse(local);

beforeEach(async () => {
  database = await freshFileDatabase(["store", "learning"]);
});

/** All rows of a report; `people` null: everybody's. */
async function rowsOf(
  key: ReportKey,
  options: { definition?: unknown; filters?: unknown; people?: readonly number[] | null; locale?: string } = {},
): Promise<(readonly Cell[])[]> {
  const { definition = {}, filters = {}, people = null, locale = "en" } = options;
  const read = readReport(
    { key, definition: JSON.stringify(definition), filters: JSON.stringify(filters) },
    locale,
    scene,
  );
  if ("failure" in read) throw new Error(read.failure.message);
  const found: (readonly Cell[])[] = [];
  for await (const page of reportPages(clientRows(database, 1, 1), read.report, people)) found.push(...page);
  return found;
}

/** Two people with something of everything, and a stranger of client 2. */
async function fill() {
  await insert(
    database,
    "persons",
    {
      id: 1,
      username: "ada",
      external_id: "P-1",
      email: "ada@example.com",
      role: "supervisor",
      last_login_at: at("2026-02-01T08:00:00Z"),
    },
    {
      id: 2,
      username: "bo",
      given_name: "Bo",
      family_name: "Ek",
      supervisor_id: 1,
      auth_status: "passive",
      enrolled_on: "2025-06-01",
    },
    { id: 3, client_id: 2, username: "cy", given_name: "Cy", family_name: "Stranger" },
  );
  await insert(
    database,
    "components",
    { id: 1, title: "Fire safety" },
    { id: 2, title: "Leadership", kind: "learning_path" },
    { id: 3, client_id: 2, title: "Elsewhere" },
  );
  await insert(
    database,
    "registrations",
    {
      id: 1,
      component_id: 2,
      person_id: 2,
      status: "in_progress",
      progress_pct: 40,
      current_level: 2,
      due_on: "2026-03-10",
      booked_at: at("2026-02-28T23:30:00Z"),
    },
    {
      id: 2,
      component_id: 1,
      person_id: 2,
      status: "passed",
      due_on: "2026-03-01",
      completed_at: at("2026-03-01T10:00:00Z"),
      score_scaled: 0.9,
    },
    { id: 3, component_id: 1, person_id: 1, status: "booked", booked_at: at("2026-01-05T10:00:00Z") },
    { id: 4, client_id: 2, component_id: 3, person_id: 3 },
  );
  await insert(database, "skills", { id: 1 }, { id: 2, client_id: 2 });
  await insert(
    database,
    "person_skills",
    { id: 1, person_id: 2, skill_id: 1, current_level: 2, valid_until_on: "2026-12-31" },
    { id: 2, person_id: 1, skill_id: 1, current_level: 0, display_state: "expired", valid_until_on: "2026-01-31" },
    { id: 3, client_id: 2, person_id: 3, skill_id: 2 },
  );
  await insert(database, "certifications", { id: 1 }, { id: 2, client_id: 2 });
  await insert(
    database,
    "person_certifications",
    { id: 1, person_id: 2, certification_id: 1, period_no: 2, amount: 12.5 },
    {
      id: 2,
      person_id: 2,
      certification_id: 1,
      period_no: 1,
      start_on: "2025-01-01",
      end_on: "2025-12-31",
      amount: 20,
      status: "fulfilled",
      is_current: 0,
    },
    { id: 3, client_id: 2, person_id: 3, certification_id: 2 },
  );
  await insert(
    database,
    "messages",
    { id: 1, person_id: 2, queued_at: 2000, to_address: "bo@example.com", subject: "Late" },
    { id: 2, person_id: 1, queued_at: 1000, status: "error", error: "refused: no", subject: "Early" },
    { id: 3, person_id: null, queued_at: 1000, kind: "license", subject: "Without a person" },
    { id: 4, client_id: 2, person_id: 3, subject: "Secret" },
  );
}

describe("the rows of a report", () => {
  beforeEach(fill);

  it.each([
    [
      "registrations",
      [
        ["Byron", "Ada", "ada", "Fire safety", "course", "booked", at("2026-01-05T10:00:00Z"), null, null, null],
        [
          "Ek",
          "Bo",
          "bo",
          "Leadership",
          "learning_path",
          "in_progress",
          at("2026-02-28T23:30:00Z"),
          "2026-03-10",
          null,
          40,
        ],
        ["Ek", "Bo", "bo", "Fire safety", "course", "passed", null, "2026-03-01", at("2026-03-01T10:00:00Z"), null],
      ],
    ],
    ["learning_paths", [["Ek", "Bo", "bo", "Leadership", "in_progress", 40, 2, "2026-03-10", null, null]]],
    [
      "certification_status",
      [
        ["Ek", "Bo", "bo", "Nurse", 2, "2026-01-01", "2026-12-31", 12.5, 20, "in_progress", 1],
        ["Ek", "Bo", "bo", "Nurse", 1, "2025-01-01", "2025-12-31", 20, 20, "fulfilled", 0],
      ],
    ],
    [
      "skills",
      [
        ["Byron", "Ada", "ada", "Welding", 0, 3, "2026-01-31", "expired"],
        ["Ek", "Bo", "bo", "Welding", 2, 3, "2026-12-31", "held"],
      ],
    ],
    [
      "persons",
      [
        [
          1,
          "P-1",
          "ada",
          "Byron",
          "Ada",
          "ada@example.com",
          "supervisor",
          "active",
          "2020-01-01",
          at("2026-02-01T08:00:00Z"),
          null,
        ],
        [2, null, "bo", "Ek", "Bo", null, "learner", "passive", "2025-06-01", null, "Ada Byron"],
      ],
    ],
    [
      "mail_monitor",
      [
        [1000, "notification", "mail", null, "Byron", "Ada", "Early", "error", 0, null, "refused: no"],
        [1000, "license", "mail", null, null, null, "Without a person", "sent", 0, null, null],
        [2000, "notification", "mail", "bo@example.com", "Ek", "Bo", "Late", "sent", 0, null, null],
      ],
    ],
  ] as const)("%s are all of the client's, and no other client's", async (key, expected) => {
    expect(await rowsOf(key)).toEqual(expected);
  });

  it.each([
    ["registrations", 3],
    ["learning_paths", 1],
    ["certification_status", 2],
    ["skills", 2],
    ["persons", 2],
    ["mail_monitor", 3],
  ] as const)("%s about some people are theirs only", async (key, all) => {
    expect(await rowsOf(key, { people: [] })).toEqual([]);
    expect(await rowsOf(key, { people: [3] })).toEqual([]);
    const theirs = await Promise.all([[1], [2]].map((people) => rowsOf(key, { people })));
    const both = await rowsOf(key, { people: [1, 2, 3] });
    expect(both).toEqual(theirs.flat());
    expect(both).toHaveLength(key === "mail_monitor" ? all - 1 : all);
  });

  it.each([
    ["registrations", {}, [3, 1, 2]],
    ["registrations", { status: ["passed", "booked"] }, [3, 2]],
    ["registrations", { kinds: ["learning_path"] }, [1]],
    ["registrations", { components: [1, 9] }, [3, 2]],
    ["registrations", { groups: [1] }, [1, 2]],
    ["registrations", { due: { from: "2026-03-01", to: "2026-03-01" } }, [2]],
    ["registrations", { due: { fromDays: 0 } }, [1]],
    ["registrations", { due: { toDays: -1 } }, [2]],
    ["registrations", { due: { from: "2026-03-02", toDays: 8 } }, [1]],
    ["registrations", { due: { from: "2026-03-02", toDays: 7 } }, []],
    ["registrations", { booked: { from: "2026-03-01" } }, [1]],
    ["registrations", { booked: { to: "2026-02-28" } }, [3]],
    ["registrations", { completed: { fromDays: -1, toDays: 0 } }, [2]],
    ["registrations", { status: ["passed"], components: [2] }, []],
    ["learning_paths", { status: ["in_progress"], components: [2], due: { from: "2026-03-10" } }, [1]],
    ["learning_paths", { completed: { toDays: 0 } }, []],
    ["learning_paths", { groups: [2] }, []],
    ["learning_paths", { booked: { toDays: 0 } }, [1]],
    ["learning_paths", { booked: { fromDays: 1 } }, []],
    ["certification_status", { current: true }, [1]],
    ["certification_status", { current: false, status: ["fulfilled"], certifications: [1] }, [2]],
    ["certification_status", { end: { from: "2026-01-01" }, groups: [1] }, [1]],
    ["skills", { states: ["expired"] }, [2]],
    ["skills", { skills: [1], validUntil: { from: "2026-03-02" }, groups: [1] }, [1]],
    ["persons", { status: ["active", "deleted"] }, [1]],
    ["persons", { roles: ["learner"], enrolled: { from: "2025-01-01" } }, [2]],
    ["persons", { groups: [1] }, [2]],
    ["mail_monitor", { status: ["error"] }, [2]],
    ["mail_monitor", { kinds: ["license"], channels: ["mail"] }, [3]],
    ["mail_monitor", { queued: { from: "1970-01-02" } }, []],
  ] as const)(
    "%s with the filters %j, of the definition or of the subscription, are %j",
    async (key, filters, expected) => {
      await insert(database, "groups", { id: 1 }, { id: 2 });
      await insert(
        database,
        "group_members",
        { group_id: 1, person_id: 2 },
        { group_id: 1, person_id: 2, source: "rule" },
      );
      const id = { persons: "person_id", mail_monitor: "message_id" }[key as string];
      const columns = id ? [id] : undefined;
      const ids = async (options: Parameters<typeof rowsOf>[1]) => {
        if (columns) return (await rowsOf(key, options)).map(([one]) => one);
        // Reports without an id of their rows are told by their rows.
        const all = await rowsOf(key, {});
        const order = { registrations: [3, 1, 2], learning_paths: [1], certification_status: [1, 2], skills: [2, 1] };
        const rows = (await rowsOf(key, options)).map((row) => JSON.stringify(row));
        return all.flatMap((row, index) =>
          rows.includes(JSON.stringify(row)) ? [order[key as keyof typeof order][index]] : [],
        );
      };
      const shown = columns ? { columns } : {};
      expect(await ids({ definition: { ...shown, filters } })).toEqual(expected);
      expect(await ids({ definition: shown, filters })).toEqual(expected);
    },
  );

  it("are those that pass both the definition's filters and the subscription's", async () => {
    const definition = { columns: ["status"], filters: { status: ["passed", "in_progress"] } };
    expect(await rowsOf("registrations", { definition, filters: { status: ["booked", "passed"] } })).toEqual([
      ["passed"],
    ]);
  });
});

describe("the columns of a report", () => {
  const read = (key: ReportKey, definition: unknown, locale: string) => {
    const found = readReport({ key, definition: JSON.stringify(definition), filters: "{}" }, locale, scene);
    return "report" in found ? found.report.columns.map(({ heading }) => heading) : found.failure;
  };

  it("are those of its definition, in that order, under its own headings where it has some", () => {
    const definition = { columns: ["status", { column: "component", heading: "Training" }, "status"] };
    expect(read("registrations", definition, "en")).toEqual(["Status", "Training", "Status"]);
    expect(read("registrations", { columns: ["due_on", "component"] }, "de-CH")).toEqual(["Fällig", "Kurs"]);
    expect(read("registrations", { columns: ["due_on", "component"] }, "fr")).toEqual(["Due", "Course"]);
  });

  it.each(reportKeys)("of %s can all be read, and its usual ones are among them", async (key) => {
    await fill();
    const { columns, defaults } = reportSources[key];
    expect(Object.keys(columns)).toEqual(expect.arrayContaining([...defaults]));
    const rows = await rowsOf(key, { definition: { columns: Object.keys(columns) } });
    expect(rows[0]).toHaveLength(Object.keys(columns).length);
    for (const { en, de } of Object.values(columns))
      expect([en, de].every((heading) => heading.trim() !== "")).toBe(true);
    expect(definitionSchema(key).safeParse({}).success).toBe(true);
  });

  it("never hold a message's body: it has links that open without a login", () => {
    expect(Object.keys(reportSources.mail_monitor.columns)).not.toContain("body");
  });

  it.each([
    ["registrations", { columns: [] }, "{}", "definition.columns"],
    ["registrations", { columns: ["salary"] }, "{}", "definition.columns.0"],
    ["registrations", { columns: [{ column: "status", heading: "" }] }, "{}", "definition.columns.0"],
    ["registrations", { colums: ["status"] }, "{}", "definition"],
    ["registrations", { filters: { status: ["lost"] } }, "{}", "definition.filters.status.0"],
    ["registrations", {}, '{"status":"booked"}', "filters.status"],
    ["registrations", {}, '{"due":{}}', "filters.due"],
    ["registrations", {}, '{"due":{"from":"2026-02-30"}}', "filters.due.from"],
    ["registrations", {}, '{"due":{"from":"2026-02-28","fromDays":1}}', "filters.due"],
    ["registrations", {}, '{"due":{"to":"2026-02-28","toDays":1}}', "filters.due"],
    ["registrations", {}, '{"components":[]}', "filters.components"],
    ["registrations", {}, '{"states":["held"]}', "filters"],
    ["persons", {}, "{", "filters: enter JSON"],
    ["persons", {}, "[]", "filters"],
  ] as const)("of %s are refused whole as %j with filters %s, naming %s", (key, definition, filters, field) => {
    const found = readReport({ key, definition: JSON.stringify(definition), filters }, "en", scene);
    expect(found).toMatchObject({ failure: { code: "bad_report", message: expect.stringContaining(field) } });
  });

  it("are refused when the definition is no JSON", () => {
    const found = readReport({ key: "persons", definition: "columns", filters: "{}" }, "en", scene);
    expect(found).toMatchObject({ failure: { message: "definition: enter JSON" } });
  });
});

describe("whose rows a subscriber sees", () => {
  // 1 leads 2 and 3, 3 leads 4, 4 leads 5; 6 and 7 lead each other; 8 has no supervisor; 9 is of another client.
  beforeEach(() =>
    insert(
      database,
      "persons",
      { id: 1 },
      { id: 2, supervisor_id: 1 },
      { id: 3, supervisor_id: 1 },
      { id: 4, supervisor_id: 3 },
      { id: 5, supervisor_id: 4 },
      { id: 6 },
      { id: 7, supervisor_id: 6 },
      { id: 8 },
      { id: 9, client_id: 2, supervisor_id: 1 },
    ),
  );
  const visible = (id: number, role: Subscriber["role"]) => readVisiblePeople(clientRows(database, 1, 1), { id, role });

  it.each([
    ["learner", 4, [4]],
    ["tutor", 4, [4]],
    ["supervisor", 1, [2, 3, 4, 5]],
    ["supervisor", 3, [4, 5]],
    ["supervisor", 8, []],
    ["client_admin", 8, null],
    ["system_admin", 8, null],
  ] as const)("as %s (person %i): %j", async (role, id, expected) => {
    expect(await visible(id, role)).toEqual(expected);
  });

  it("ends where supervisors lead each other, and is never a supervisor himself", async () => {
    await database.execute("UPDATE persons SET supervisor_id = 7 WHERE id = 6");
    expect(await visible(6, "supervisor")).toEqual([7]);
    expect(await visible(7, "supervisor")).toEqual([6]);
  });
});

describe("pages", () => {
  it.each(reportKeys)("of %s lose no row and repeat none, for everybody and for people by the hundred", async (key) => {
    const count = 700;
    const numbers = JSON.stringify(Array.from({ length: count }, (_, index) => index + 1));
    const each = (statement: string) => ({ sql: `${statement} FROM json_each(?)`, args: [numbers] });
    await insert(database, "components", { id: 1, kind: "learning_path" });
    await insert(database, "skills", { id: 1 });
    await insert(database, "certifications", { id: 1 });
    const person = "1 + (value * 11) % 700";
    await database.batch(
      [
        each(
          "INSERT INTO persons (id, client_id, username, username_key, given_name, family_name, enrolled_on, created_at, updated_at) SELECT value, 1, 'u' || value, 'u' || value, 'A', 'B', '2026-01-01', 0, 0",
        ),
        ...[1, 2, 3, 4, 5, 6].map((cycle) =>
          each(
            `INSERT INTO registrations (client_id, component_id, person_id, cycle_no, status, created_at, updated_at) SELECT 1, 1, ${person}, ${cycle}, 'booked', 0, 0`,
          ),
        ),
        ...[1, 2, 3, 4, 5, 6].map((cycle) =>
          each(
            `INSERT INTO person_certifications (client_id, person_id, certification_id, period_no, start_on, end_on, created_at, updated_at) SELECT 1, ${person}, 1, ${cycle}, '2026-01-01', '2026-12-31', 0, 0`,
          ),
        ),
        each(
          "INSERT INTO person_skills (client_id, person_id, skill_id, current_level, created_at, updated_at) SELECT 1, value, 1, 1, 0, 0",
        ),
        ...[1, 2, 3, 4, 5, 6].map((round) =>
          each(
            `INSERT INTO messages (client_id, created_run_id, kind, channel, person_id, subject, body, dedupe_key, status, queued_at, created_at, updated_at) SELECT 1, 0, 'logic', 'mail', ${person}, 's', 'b', '${round}|' || value, 'sent', value % 3, 0, 0`,
          ),
        ),
      ],
      "write",
    );
    const definition = { columns: ["person_id"] };
    const everybody = await rowsOf(key, { definition });
    const expected = key === "persons" || key === "skills" ? count : 6 * count;
    expect(everybody).toHaveLength(expected);
    const people = Array.from({ length: count }, (_, index) => index + 1);
    const theirs = (await rowsOf(key, { definition, people })).map(([id]) => Number(id));
    expect(theirs).toHaveLength(expected);
    expect(theirs).toEqual(theirs.toSorted((a, b) => a - b));
    const counted = Map.groupBy(everybody, ([id]) => id);
    expect([...counted.values()].map((rows) => rows.length)).toEqual(
      Array.from({ length: count }, () => expected / count),
    );
  });

  const plan = async (asked: Query) => {
    const { sql, args } = boundStatement(asked, 1, 1);
    const { rows } = await database.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args });
    return rows.map(({ detail }) => String(detail));
  };
  const asked = (key: ReportKey, people: readonly number[] | null) => {
    const all = { due: { toDays: 5 }, status: ["booked"] };
    const read = readReport(
      { key, definition: JSON.stringify(key.startsWith("r") ? { filters: all } : {}), filters: "{}" },
      "en",
      scene,
    );
    if ("failure" in read) throw new Error(read.failure.message);
    return selectRows({ ...read.report, people, after: { at: 5, id: 7 }, limit: 10 });
  };

  it.each([
    ["registrations", /SEARCH row USING INDEX registrations_person \(client_id=\? AND person_id>\?\)/],
    ["learning_paths", /SEARCH row USING INDEX registrations_person \(client_id=\? AND person_id>\?\)/],
    ["certification_status", /SEARCH row USING INDEX person_certifications_person \(client_id=\? AND person_id>\?\)/],
    ["skills", /SEARCH row USING INDEX person_skills_person \(client_id=\? AND person_id>\?\)/],
    ["persons", /SEARCH row USING (COVERING )?INDEX persons_client \(client_id=\? AND id>\?\)/],
    ["mail_monitor", /SEARCH row USING INDEX messages_queued \(client_id=\? AND queued_at>\?\)/],
  ] as const)("of %s go on where the last one ended, without sorting all rows", async (key, index) => {
    const lines = await plan(asked(key, null));
    expect(lines.join("\n")).toMatch(index);
    expect(lines.join("\n")).not.toMatch(/SCAN (?!json_each|\(subquery)|TEMP B-TREE FOR ORDER BY/);
  });

  it.each([
    ["registrations", /SEARCH row USING INDEX registrations_person \(client_id=\? AND person_id=\?\)/],
    ["learning_paths", /SEARCH row USING INDEX registrations_person \(client_id=\? AND person_id=\?\)/],
    ["certification_status", /SEARCH row USING INDEX person_certifications_person \(client_id=\? AND person_id=\?/],
    ["skills", /SEARCH row USING INDEX person_skills_person \(client_id=\? AND person_id=\?/],
    [
      "persons",
      /SEARCH row USING (INTEGER PRIMARY KEY \(rowid=\?\)|(COVERING )?INDEX persons_client \(client_id=\? AND id=\? AND rowid[=>]\?\))/,
    ],
    ["mail_monitor", /SEARCH row USING INDEX messages_person \(client_id=\? AND person_id=\?/],
  ] as const)("of %s about some people look these up", async (key, index) => {
    const lines = await plan(asked(key, [1, 2, 3]));
    expect(lines.join("\n")).toMatch(index);
    // Sorting those few people themselves is all that is ever sorted.
    expect(lines.join("\n")).not.toMatch(
      key === "persons" ? /SCAN (?!json_each|\(subquery)/ : /SCAN (?!json_each|\(subquery)|TEMP B-TREE FOR ORDER BY/,
    );
  });

  it("of a supervisor's staff are found by supervisor, level by level", async () => {
    const lines = (await plan(selectStaff(1))).join("\n");
    expect(lines).not.toMatch(/SCAN (?!staff)/);
    expect(lines).toMatch(/SEARCH below USING COVERING INDEX persons_/);
  });
});
