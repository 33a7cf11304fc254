import type { SQL } from "drizzle-orm";
import { beforeEach, describe, expect, it } from "vitest";
import { catalogue } from "../../src/processors/all.ts";
import type { QuietQuestion } from "../../src/processors/contract.ts";
import { parameterSchema } from "../../src/processors/parameters.ts";
import { storageUpdater } from "../../src/processors/platform/StorageUpdater.ts";
import type { Database } from "../../src/store/database.ts";
import { sql } from "../../src/store/sql.ts";
import { read, statement } from "../../src/store/statement.ts";
import { Stage } from "../harness/stage.ts";
import { insert } from "../learning/rows.ts";
import { movingFiles } from "./platform/update-steps.ts";

const NOON = Date.parse("2026-03-02T12:00:00Z");
const MINUTE = 60_000;
const DAY = 86_400_000;

let database: Database;
beforeEach(async () => {
  database = await Stage.fresh();
});

const add = (table: string, ...rows: Parameters<typeof insert>[2][]) => insert(database, table, ...rows);

type Asked = Partial<QuietQuestion> & { readonly given?: Record<string, unknown> };

/** What a processor is asked of clients 1 (Berlin) and 2 (São Paulo), at noon, with the parameters that are given. */
function questionOf(id: string, { given = {}, ...rest }: Asked = {}): SQL {
  const processor = catalogue.find(id);
  if (!processor?.quiet) throw new Error(`${id} declares no quiet`);
  const parameters = parameterSchema(processor).parse(given) as QuietQuestion["parameters"];
  const clients = sql`SELECT members.id AS client_id FROM clients members`;
  return processor.quiet({ now: NOON, release: "2", timeZone: "Europe/Berlin", parameters, clients, ...rest });
}

/** The clients that a processor names. */
async function named(id: string, asked?: Asked): Promise<number[]> {
  const rows = await read<{ client_id: number }>(database, questionOf(id, asked));
  return rows.map(({ client_id }) => client_id).sort();
}

/** The processors whose runs are spared while nothing waits. */
const polls = [
  "BuddyListHisotry",
  "CheckSolrAvailability",
  "ContentAutoUpdate",
  "MailMonitorStaggering",
  "PayPalStatusUpdate",
  "PushNotificationScheduler",
  "ShopifyProcessWebhookJob",
  "SolrIndexActualization",
  "StorageUpdater",
  "TeamExercisePublishCorrectionJob",
];

describe("quiet", () => {
  it("is declared by processors for clients and for the platform, as one query with one column", async () => {
    const polling = catalogue.all().filter((processor) => processor.quiet);
    expect(polling.map(({ id }) => id).sort()).toEqual(polls);
    for (const { id, scope } of polling) {
      expect(["client", "global"]).toContain(scope);
      expect(await named(id)).toBeInstanceOf(Array);
    }
  });

  it.each(polls)("of %s gets at everything but the clients themselves by an index", async (id) => {
    const { sql: text, args } = statement(questionOf(id));
    const plan = await database.execute({ sql: `EXPLAIN QUERY PLAN ${text}`, args });
    const details = plan.rows.map(({ detail }) => String(detail));
    const least = catalogue.find(id)?.scope === "global" ? 0 : 2;
    expect(details.filter((detail) => detail.startsWith("SEARCH")).length).toBeGreaterThan(least);
    // The steps of a release are listed in its code.
    expect(details.filter((detail) => /^SCAN (?!members |step )/.test(detail))).toEqual([]);
  });
});

describe("StorageUpdater names the platform", () => {
  const steps = [
    movingFiles("fonts", 10, "g/font/", "g/brand/font/"),
    movingFiles("logos", 20, "g/logo/", "g/brand/logo/"),
  ];
  const ask = async (given = steps) => {
    const { quiet } = storageUpdater(given);
    const question = { now: NOON, release: "2", timeZone: "UTC", parameters: {} as never };
    const asked = quiet?.({ ...question, clients: sql`SELECT 0 AS client_id` }) ?? sql``;
    return (await read<{ client_id: number }>(database, asked)).map(({ client_id }) => client_id);
  };
  const step = (id: string, state: string) =>
    database.execute(`INSERT INTO update_steps (id, position, state, attempts) VALUES ('${id}', 1, '${state}', 5)`);

  it("as long as a step of its release is not done, whatever has come of it", async () => {
    expect(await ask([])).toEqual([]);
    expect(await ask()).toEqual([0]);
    await step("fonts", "done");
    for (const state of ["pending", "running", "failed"]) {
      await step("logos", state);
      expect(await ask()).toEqual([0]);
      await database.execute("DELETE FROM update_steps WHERE id = 'logos'");
    }
    await step("logos", "done");
    await step("a step of an earlier release", "failed");
    expect(await ask()).toEqual([]);
  });
});

describe("ContentAutoUpdate names a client", () => {
  const ask = () => named("ContentAutoUpdate");
  /** A template (1 of client 1, 11 of client 2) in structure 3, and a course (2, 12) that follows it. */
  const following = async (client_id: number, course: Record<string, unknown> = {}, ticked = "1") => {
    const [template, id] = client_id === 1 ? [1, 2] : [11, 12];
    await add("components", {
      id: template,
      client_id,
      kind: "template",
      title: "Template",
      structure_version: 3,
    } as never);
    const synced = { template_id: template, template_version_synced: 2, planning_status: "released" };
    await add("components", { id, client_id, kind: "course", title: "Course", ...synced, ...course } as never);
    await add("meta_values", { client_id, component_id: id, meta_tag_id: 900_001, value: ticked } as never);
  };

  it("with a course that follows its template and is behind it, or has none", async () => {
    await following(1);
    await following(2, { template_version_synced: 3 });
    expect(await ask()).toEqual([1]);
    await database.execute("UPDATE components SET template_id = NULL WHERE id = 12");
    expect(await ask()).toEqual([1, 2]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["that is in line with its template", { template_version_synced: 3 }, "1"],
    ["that is completed", { planning_status: "completed" }, "1"],
    ["that is cancelled", { planning_status: "cancelled" }, "1"],
    ["that does not follow it", {}, "0"],
  ])("with no course %s", async (_, course, ticked) => {
    await following(1, course, ticked);
    expect(await ask()).toEqual([]);
  });
});

describe("TeamExercisePublishCorrectionJob names a client", () => {
  const ask = () => named("TeamExercisePublishCorrectionJob");
  const submission = async (client_id: number, correction_state: string, publish_at: number) => {
    await add("groups", { id: publish_at, client_id, kind: "group", name: "Team" } as never);
    const work = { client_id, component_id: 1, item_id: 1, team_group_id: publish_at, submitted_at: 1 };
    await add("exercise_submissions", { ...work, correction_state, publish_at } as never);
  };

  it("with a correction that is ready, from the instant at which it is to be published", async () => {
    await submission(1, "ready", NOON + 1);
    await submission(2, "published", NOON - DAY);
    expect(await ask()).toEqual([]);
    await submission(2, "ready", NOON);
    expect(await ask()).toEqual([2]);
  });

  it("with mail that an earlier run has left, or with a setting of mails that no run can use", async () => {
    await add("messages", { client_id: 1, status: "to_forward", channel: "mail", dedupe_key: "left" } as never);
    expect(await ask()).toEqual([1]);
    await add("settings", { client_id: 2, key: "mailMonitorStaggeringAmount", value: "-1" });
    expect(await ask()).toEqual([1, 2]);
  });
});

describe("MailMonitorStaggering names a client", () => {
  const amount = (value: unknown, client_id = 1) =>
    add("settings", { client_id, key: "mailMonitorStaggeringAmount", value: JSON.stringify(value) });
  const connector = (client_id: number, values: Record<string, unknown> = {}) =>
    add("connectors", { client_id, kind: "mail", name: "Mail", ...values } as never);
  let mails = 0;
  const mail = (client_id: number, status: string, values: Record<string, unknown> = {}) => {
    mails += 1;
    return add("messages", { client_id, status, channel: "mail", dedupe_key: `mail ${mails}`, ...values } as never);
  };
  const ask = () => named("MailMonitorStaggering");

  it("with a mail that waits, or is on its way", async () => {
    await amount(5, 0);
    await connector(1);
    await connector(2);
    expect(await ask()).toEqual([]);
    await mail(1, "to_forward");
    expect(await ask()).toEqual([1]);
    await mail(2, "sending");
    expect(await ask()).toEqual([1, 2]);
  });

  it("with neither a mail that was sent nor a message on another channel", async () => {
    await amount(0, 0);
    await connector(1);
    await connector(2);
    for (const status of ["sent", "error", "internal"]) await mail(1, status);
    await mail(1, "to_forward", { channel: "push" });
    expect(await ask()).toEqual([]);
  });

  it("only where the setting is given: without it every run sends its own mail", async () => {
    await connector(1);
    await mail(1, "to_forward");
    expect(await ask()).toEqual([]);
    await amount(1);
    expect(await ask()).toEqual([1]);
  });

  it.each([-1, 1.5, "5", null, 1_000_001])("whose setting is %j, which no run can use", async (value) => {
    await connector(1);
    await amount(5, 0);
    await amount(value);
    await connector(2);
    expect(await ask()).toEqual([1]);
  });

  it.each([
    ["none", null],
    ["one that is switched off", { active: 0 }],
    ["a disabled one", { state: "disabled" }],
  ])("with the setting and, of mail connectors, %s", async (_, values) => {
    await amount(5);
    if (values) await connector(1, values);
    expect(await ask()).toEqual([1]);
  });
});

describe("PushNotificationScheduler names a client", () => {
  const enabled = (value: string, client_id = 1) => add("settings", { client_id, key: "push.enabled", value } as never);
  const connector = (client_id: number, values: Record<string, unknown> = {}) =>
    add("connectors", { client_id, kind: "fcm", name: "Push", ...values } as never);
  let pushes = 0;
  const push = (client_id: number, status: string, values: Record<string, unknown> = {}) => {
    pushes += 1;
    const row = { client_id, status, channel: "push", dedupe_key: `push ${pushes}`, queued_at: NOON, ...values };
    return add("messages", row as never);
  };
  const ask = (asked: Asked = {}) => named("PushNotificationScheduler", asked);

  it.each(["fcm", "webpush"])("with a message that waits, and a connector of kind %s", async (kind) => {
    await enabled("true", 0);
    await connector(1, { kind });
    await connector(2, { kind });
    expect(await ask()).toEqual([]);
    await push(1, "to_forward");
    for (const status of ["sent", "error"]) await push(2, status);
    await push(2, "to_forward", { channel: "mail" });
    expect(await ask()).toEqual([1]);
  });

  it("where push is off only with messages that are too old, to the millisecond, or on their way", async () => {
    await push(1, "to_forward", { queued_at: NOON - DAY });
    expect(await ask()).toEqual([]);
    expect(await ask({ now: NOON + 1 })).toEqual([1]);
    expect(await ask({ given: { maxAgeHours: 23 } })).toEqual([1]);
    await push(2, "sending");
    expect(await ask()).toEqual([2]);
    await enabled("false");
    expect(await ask()).toEqual([2]);
  });

  it.each([
    ["none", null],
    ["one that is switched off", { active: 0 }],
    ["one for mail", { kind: "mail" }],
  ])("where push is on and, of its connectors, there is %s", async (_, values) => {
    await enabled("true");
    if (values) await connector(1, values);
    expect(await ask()).toEqual([1]);
  });

  it.each(["1", '"true"', "null", "no"])("whose setting is %s, which no run can use", async (value) => {
    await connector(1);
    await connector(2);
    await enabled(value);
    expect(await ask()).toEqual([1]);
  });
});

describe("BuddyListHisotry names a client", () => {
  const count = (client_id: number, takenAt: number, user_count: number) =>
    add("online_user_stats", { client_id, taken_at: takenAt, user_count });
  const session = async (client_id: number, lastSeenAt: number, values: Record<string, unknown> = {}) => {
    await add("persons", { id: client_id, client_id } as never);
    const row = { client_id, person_id: client_id, started_at: 0, last_seen_at: lastSeenAt, ...values };
    await add("person_sessions", row as never);
  };
  const ask = (asked: Asked = {}) => named("BuddyListHisotry", asked);
  const both = async (takenAt: number, users: number) => {
    await count(1, takenAt, users);
    await count(2, takenAt, users);
  };

  it("that was never counted, or whose last count is not 0", async () => {
    expect(await ask()).toEqual([1, 2]);
    await both(NOON - 15 * MINUTE, 0);
    expect(await ask()).toEqual([]);
    await count(2, NOON - MINUTE, 3);
    expect(await ask()).toEqual([2]);
  });

  it("where a person is online by the client's setting", async () => {
    await both(NOON - 15 * MINUTE, 0);
    await session(1, NOON - 30 * MINUTE);
    expect(await ask()).toEqual([1]);
    await add("settings", { client_id: 1, key: "session.timeoutMinutes", value: "29" } as never);
    expect(await ask()).toEqual([]);
    await session(2, NOON - MINUTE, { ended_at: NOON });
    expect(await ask()).toEqual([]);
  });

  it("whose setting no run can use", async () => {
    await both(NOON - 15 * MINUTE, 0);
    await add("settings", { client_id: 2, key: "session.timeoutMinutes", value: "0" } as never);
    expect(await ask()).toEqual([2]);
  });

  it("with a count that is as old as the job keeps it", async () => {
    await both(NOON - MINUTE, 0);
    await both(NOON - 10 * DAY, 0);
    expect(await ask({ given: { keepDays: 10 } })).toEqual([2]);
    expect(await ask({ given: { keepDays: 10 }, now: NOON + 1 })).toEqual([1, 2]);
    expect(await ask({ given: { keepDays: 12 } })).toEqual([]);
  });
});

describe("CheckSolrAvailability names a client", () => {
  const index = (client_id: number, values: Record<string, unknown> = {}) =>
    add("search_indexes", { client_id, ...values } as never);
  const checked = (client_id: number, release: string) =>
    add("processor_state", {
      client_id,
      processor: "CheckSolrAvailability",
      node_id: "",
      key: "checkedRelease",
      value: JSON.stringify(release),
    });
  const ask = () => named("CheckSolrAvailability", { release: "1.0" });

  it("with an active index that this release has not checked", async () => {
    await index(1);
    await index(2, { active: 0 });
    expect(await ask()).toEqual([1]);
    await checked(1, "0.9");
    expect(await ask()).toEqual([1]);
    await database.execute("DELETE FROM processor_state");
    await checked(1, "1.0");
    expect(await ask()).toEqual([]);
  });
});

describe("SolrIndexActualization names a client", () => {
  const index = (client_id: number, values: Record<string, unknown> = {}) =>
    add("search_indexes", { client_id, kind: "report", entity: "person", state: "ready", ...values } as never);
  const ask = () => named("SolrIndexActualization");

  it("with a report index that is ready and behind the client's changes", async () => {
    await index(1, { last_change_id: 4 });
    await index(2, { last_change_id: 4 });
    await add(
      "index_changes",
      { id: 4, entity: "person", entity_id: 1 },
      { id: 5, client_id: 2, entity: "person", entity_id: 1 },
    );
    expect(await ask()).toEqual([2]);
    await add("index_changes", { id: 6, entity: "person", entity_id: 1 });
    expect(await ask()).toEqual([1, 2]);
  });

  it.each([{ state: "unavailable" }, { active: 0 }, { kind: "search" }, { kind: "report_learning_path" }])(
    "not with one of %j",
    async (values) => {
      await index(1, values);
      await add("index_changes", { id: 6, entity: "person", entity_id: 1 });
      expect(await ask()).toEqual([]);
    },
  );
});
