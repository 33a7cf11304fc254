import { beforeEach, describe, expect, it } from "vitest";
import { WhatsNew as processor } from "../../../src/processors/communication/WhatsNew.ts";
import { plansFor } from "../../harness/plans.ts";
import { DAY } from "../../harness/stage.ts";
import { Stage } from "../stage.ts";
import { NOON } from "./mailing.ts";

type Values = Readonly<Record<string, string | number | null>>;

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.set(processor);
  await stage.insert("settings", { client_id: 1, key: "mailMonitorStaggeringAmount", value: "5" });
});

/** The client has been told of news before, so that no run is its first. */
const notFirst = () =>
  stage.database.execute(
    "INSERT INTO processor_state (processor, client_id, node_id, key, value) VALUES ('WhatsNew', 1, '', 'openBatch', '0')",
  );
const person = (id: number, values: Values = {}) =>
  stage.insert("persons", { id, email: `p${id}@example.com`, locale: "en", ...values });
const component = (id: number, values: Values = {}) =>
  stage.insert("components", { id, title: `Course ${id}`, notify_on_new_content: 1, ...values });
const booked = (person_id: number, component_id: number, values: Values = {}) =>
  stage.insert("registrations", { person_id, component_id, booked_at: 1000, ...values });
const item = (id: number, values: Values = {}) =>
  stage.insert("syllabus_items", { id, component_id: 1, title: `Item ${id}`, added_at: NOON - DAY, ...values });
const entry = (id: number, values: Values = {}) =>
  stage.insert("catalogue_items", { id, title: `Entry ${id}`, added_at: NOON - DAY, ...values });

/** Recipient and text of every digest. */
const mails = () =>
  stage.rows<{ person_id: number; body: string; subject: string; dedupe_key: string }>(
    "SELECT person_id, subject, body, dedupe_key FROM messages ORDER BY person_id, id",
  );
/** The titles that each person was told of. */
const told = async () =>
  Object.fromEntries(
    (await mails()).map(({ person_id, body }) => [
      person_id,
      [...body.matchAll(/^- (.+?)(?: \(.*\))?$/gm)].map(([, title]) => title),
    ]),
  );
/** Ids of what a run has announced, by table. */
const announced = async (table: string, by = "> 0") =>
  (await stage.rows(`SELECT id FROM ${table} WHERE announced_run_id ${by} ORDER BY id`)).map(({ id }) => id);

describe("new content of a syllabus", () => {
  beforeEach(notFirst);

  it("is an item that can be seen, of a released or fixed component that announces it; the others wait", async () => {
    await component(1);
    await component(2, { planning_status: "fixed" });
    for (const [index, planning_status] of ["planned", "completed", "cancelled"].entries())
      await component(3 + index, { planning_status });
    await component(6, { notify_on_new_content: 0 });
    await component(7, { client_id: 2 });
    await item(1);
    for (let id = 2; id <= 6; id += 1) await item(id, { component_id: id });
    await item(7, { component_id: 7, client_id: 2 });
    await item(11, { removed_at: 5 });
    await item(12, { visible: 0 });
    await item(13, { announced_run_id: 0 });
    await item(20, { title: "Hidden folder", visible: 0 });
    await item(21, { parent_id: 20 });
    await item(22, { parent_id: 21 });
    await item(30, { title: "Removed folder", removed_at: 5 });
    await item(31, { parent_id: 30 });
    await item(40, { title: "Folder" });
    await item(41, { parent_id: 40 });
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { items: 4, changed: 4 } });
    expect(await announced("syllabus_items")).toEqual([1, 2, 40, 41]);

    // What becomes visible later is not lost, though it was added before.
    await stage.database.execute("UPDATE syllabus_items SET visible = 1 WHERE id = 20");
    expect(await stage.play()).toMatchObject({ counts: { items: 3 } });
    expect(await announced("syllabus_items")).toEqual([1, 2, 20, 21, 22, 40, 41]);
  });

  it("is told to active people with a booked or begun registration that is older than it, and to no other person", async () => {
    await component(1);
    await component(2);
    await item(1);
    await item(2, { added_at: NOON - 1 });
    const people: readonly [string, Values, Values][] = [
      ["booked", {}, {}],
      ["begun", {}, { status: "in_progress" }],
      ["booked between the two", {}, { booked_at: NOON - DAY }],
      ["booked after both", {}, { booked_at: NOON - 1 }],
      ["never booked", {}, { booked_at: null }],
      ["who waits", {}, { status: "waiting_list" }],
      ["who passed", {}, { status: "passed" }],
      ["passive", { auth_status: "passive" }, {}],
      ["who opted out", { whats_new_opt_out: 1 }, {}],
      ["booked elsewhere", {}, { component_id: 2 }],
    ];
    for (const [index, [, values, registration]] of people.entries()) {
      await person(index + 1, values);
      await booked(index + 1, 1, registration);
    }
    expect(await stage.play({ parameters: { chunkSize: 3 } })).toMatchObject({ counts: { items: 2, digests: 3 } });
    expect(await told()).toEqual({ 1: ["Item 1", "Item 2"], 2: ["Item 1", "Item 2"], 3: ["Item 2"] });
  });

  it("is told once to a person with several registrations, by component", async () => {
    await component(1, { title: "Beta" });
    await component(2, { title: "Alpha" });
    await person(1);
    await person(2);
    await booked(1, 1, { status: "in_progress" });
    await booked(1, 1, { cycle_no: 2 });
    await booked(1, 2);
    await booked(2, 2);
    await item(1);
    await item(2, { component_id: 2 });
    expect(await stage.play({ parameters: { chunkSize: 1 } })).toMatchObject({
      counts: { digests: 2, changed: 4, scanned: 4 },
    });
    expect(await told()).toEqual({ 1: ["Item 2", "Item 1"], 2: ["Item 2"] });
    expect(await stage.play()).toMatchObject({ state: "no_action" });
  });

  it("is titled by its medium or component where it has no title, and links to the component", async () => {
    await component(1, { title: "Safety" });
    await component(2, { title: "Led to" });
    await stage.insert("media", { id: 1, kind: "document", title: "A film" });
    await item(1, { kind: "media", media_id: 1, title: null, position: 1 });
    await item(2, { kind: "component", ref_component_id: 2, title: null, position: 2 });
    await person(1);
    await booked(1, 1);
    await stage.play();
    const list = (link: string) => `- A film (Safety)\n  ${link}\n- Led to (Safety)\n  ${link}`;
    expect((await mails())[0]).toMatchObject({
      subject: "New at north: 2",
      body: `Hello Ada Byron,\n\nthis is new for you:\n\n${list("https://north.example.org/components/1")}\n`,
    });

    await item(3);
    await stage.insert("settings", { client_id: 1, key: "whatsNew.contentPath", value: '"/#/learn?id={component}"' });
    await stage.database.execute("UPDATE settings SET value = '\"/learn?id={component}\"' WHERE key LIKE 'whatsNew%'");
    await stage.play();
    expect((await mails())[1]?.body).toContain("https://north.example.org/learn?id=1\n");

    await item(4);
    await stage.database.execute("UPDATE clients SET host = NULL");
    await stage.play();
    expect((await mails())[2]?.body).not.toContain("http");
  });

  it("of a component about which no mail is wanted is marked and told to no person", async () => {
    await component(1);
    await stage.insert("meta_values", { component_id: 1, meta_tag_id: 10132, value: "0" });
    await item(1);
    await entry(1, { component_id: 1 });
    await person(1);
    await booked(1, 1);
    expect(await stage.play()).toMatchObject({ counts: { items: 2 } });
    expect(await mails()).toEqual([]);
    expect(await announced("syllabus_items")).toEqual([1]);
  });
});

describe("new content of the catalogue", () => {
  beforeEach(notFirst);

  it("is a visible entry whose component, if any, is released or fixed, and is told to everybody", async () => {
    await component(1, { notify_on_new_content: 0 });
    await component(2, { planning_status: "planned" });
    await entry(1);
    await entry(2, { component_id: 1 });
    await entry(3, { component_id: 2 });
    await entry(4, { visible: 0 });
    await entry(5, { parent_id: 4 });
    await entry(6, { client_id: 2 });
    for (let id = 1; id <= 3; id += 1) await person(id);
    await person(4, { auth_status: "inactive" });
    await person(5, { whats_new_opt_out: 1 });
    await person(6, { client_id: 2 });
    expect(await stage.play({ parameters: { chunkSize: 2 } })).toMatchObject({ counts: { items: 2, digests: 3 } });
    expect(await announced("catalogue_items")).toEqual([1, 2]);
    expect(await told()).toEqual({ 1: ["Entry 1", "Entry 2"], 2: ["Entry 1", "Entry 2"], 3: ["Entry 1", "Entry 2"] });
    expect((await mails())[0]?.body).toContain("- Entry 1\n  https://north.example.org/catalogue/1\n");
  });

  it("comes behind what is new in a person's own courses; of more than 50 the digest says how many more there are", async () => {
    await component(1);
    await item(1);
    for (let id = 1; id <= 51; id += 1) await entry(id, { title: `Entry ${String(id).padStart(2, "0")}` });
    await person(1);
    await person(2, { locale: "de" });
    await booked(1, 1);
    await stage.play();
    const lists = await told();
    expect(lists[1]).toHaveLength(51);
    expect(lists[1]?.slice(0, 2)).toEqual(["Item 1", "Entry 01"]);
    expect(lists[1]?.slice(-2)).toEqual(["Entry 49", "and 2 more"]);
    expect(lists[2]?.slice(-2)).toEqual(["Entry 50", "und 1 weitere"]);
  });
});

describe("the first run of a client", () => {
  it.each([
    ["7 days before, to the millisecond", "2026-02-23T12:00:01Z", {}, [1]],
    ["a millisecond earlier", "2026-02-23T12:00:00.999Z", {}, []],
    ["days as the job says", "2026-02-28T12:00:00Z", { firstRunDays: 2 }, []],
  ])("tells of what was added %s", async (_, added, given, expected) => {
    await entry(1, { added_at: Date.parse(added) });
    await person(1);
    expect(await stage.play({ parameters: given })).toMatchObject({
      counts: { changed: expected.length === 0 ? 1 : 2 },
    });
    expect(await announced("catalogue_items")).toEqual(expected);
    expect(await announced("catalogue_items", "= 0")).toEqual(expected.length === 0 ? [1] : []);
    expect(await mails()).toHaveLength(expected.length);
  });

  it("is the only one that passes over what is old", async () => {
    await stage.play();
    await entry(1, { added_at: 5 });
    await person(1);
    expect(await stage.play()).toMatchObject({ counts: { items: 1, digests: 1 } });
  });

  it("changes nothing in a dry run, and counts no more than it would", async () => {
    await entry(1, { added_at: 5 });
    await entry(2);
    await person(1);
    expect(await stage.play({ dryRun: true })).toMatchObject({ counts: { items: 1, changed: 2 } });
    expect(await announced("catalogue_items", "IS NOT NULL")).toEqual([]);
    expect(await stage.rows("SELECT * FROM processor_state WHERE processor = 'WhatsNew'")).toEqual([]);
  });
});

describe("a batch of which not everybody was told", () => {
  beforeEach(notFirst);

  it("is taken up by the next run under its own number, before its own", async () => {
    await entry(1);
    await person(1);
    await stage.database.execute("UPDATE clients SET host = 'https://north.example.org/'");
    const failed = await stage.play();
    expect(failed).toMatchObject({ state: "failed", reason: "invalid_configuration", counts: { items: 1 } });
    await entry(2);
    await stage.database.execute("UPDATE clients SET host = 'north.example.org'");
    const { id } = await stage.play();
    expect((await mails()).map(({ dedupe_key }) => dedupe_key)).toEqual([
      `whatsnew|${failed.id}|1`,
      `whatsnew|${id}|1`,
    ]);
    expect((await mails()).map(({ body }) => /Entry \d/.exec(body)?.[0])).toEqual(["Entry 1", "Entry 2"]);
    expect(await stage.play()).toMatchObject({ state: "no_action" });
  });

  it("is worked through by runs that stop at maxRows", async () => {
    for (let id = 1; id <= 3; id += 1) await entry(id);
    for (let id = 1; id <= 3; id += 1) await person(id);
    const parameters = { maxRows: 2, chunkSize: 1 };
    for (const state of ["partial", "partial", "partial"])
      expect(await stage.play({ parameters })).toMatchObject({ state });
    await stage.play({ parameters });
    expect(Object.keys(await told())).toEqual(["1", "2", "3"]);
    expect(new Set((await mails()).map(({ dedupe_key }) => dedupe_key.split("|")[1])).size).toBe(1);
  });
});

describe("the mail", () => {
  beforeEach(notFirst);

  it("is a mail of kind whats_new; a person without an address is skipped", async () => {
    await entry(1);
    await person(1);
    await person(2, { email: " " });
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { digests: 1, skipped: 1 } });
    expect(await stage.rows("SELECT kind, channel, to_address, status FROM messages")).toEqual([
      { kind: "whats_new", channel: "mail", to_address: "p1@example.com", status: "to_forward" },
    ]);
  });

  it("has the client's text in the person's locale, else in the default locale; its list is HTML in HTML", async () => {
    await stage.texts("en", {
      "message.whats_new.subject": "{count} new",
      "message.whats_new.body": "<p>{givenName}</p>{items}",
    });
    await stage.texts("de", {
      "message.whats_new.subject": "{count} neu",
      "message.whats_new.body": "Liste:\n{items}",
    });
    await entry(1, { title: "A <b>\n& c" });
    await person(1, { given_name: "<i>" });
    await person(2, { locale: "de-AT" });
    await person(3, { locale: "fr" });
    await stage.play();
    const link = "https://north.example.org/catalogue/1";
    const html = `<ul><li><a href="${link}">A &lt;b&gt; &amp; c</a></li></ul>`;
    expect((await mails()).map(({ subject, body }) => [subject, body])).toEqual([
      ["1 new", `<p>&lt;i&gt;</p>${html}`],
      ["1 neu", `Liste:\n- A <b> & c\n  ${link}`],
      ["1 new", `<p>Ada</p>${html}`],
    ]);
  });

  it("has the shipped text while the client's cannot be used, which is one failure for each locale", async () => {
    await stage.texts("en", { "message.whats_new.subject": "{count}", "message.whats_new.body": "{list}" });
    await entry(1);
    for (let id = 1; id <= 3; id += 1) await person(id);
    const run = await stage.play({ parameters: { chunkSize: 2 } });
    expect(run).toMatchObject({ state: "partial", counts: { digests: 3, failed: 1 } });
    expect(await stage.rows("SELECT ref, code FROM failures")).toEqual([{ ref: "text:en", code: "bad_text" }]);
    expect((await mails())[0]?.body).toContain("Hello Ada Byron");
  });

  it("of an earlier run that was not sent goes out first", async () => {
    await stage.database.execute("DELETE FROM settings");
    await stage.server();
    await stage.add({ id: 1, kind: "whats_new", queued_at: 5 });
    await entry(1);
    await person(1);
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { sent: 2 } });
  });
});

it("reaches its rows by indexes, whatever is stored", async () => {
  await notFirst();
  await component(1);
  await item(1);
  await person(1);
  await booked(1, 1);
  const plans: string[] = [];
  for (const [index, alias] of ["taught", "item", "entry", "one", "person", "earlier"].entries()) {
    plans.push(...(await plansFor(stage.database, alias, () => stage.play())));
    await item(100 + index);
  }
  expect(plans.filter((plan) => plan.startsWith("SCAN"))).toEqual([]);
  expect(plans).toContain("SEARCH taught USING INDEX components_announcing (client_id=? AND id>?)");
});
