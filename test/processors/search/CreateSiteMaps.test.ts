import { SaxesParser } from "saxes";
import { beforeEach, describe, expect, it } from "vitest";
import { CreateSiteMaps as processor } from "../../../src/processors/search/CreateSiteMaps.ts";
import { SitemapFile } from "../../../src/processors/search/sitemap.ts";
import { plansFor } from "../../harness/plans.ts";
import { Stage } from "../stage.ts";

const FOLDER = "c/1/sitemaps/";
/** Of an item, at client 1's host. */
const ADDRESS = /^https:\/\/learn\.example\.org\/catalogue\/[1-9][0-9]*$/;
const NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9";

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.set(processor);
  await stage.database.execute("UPDATE clients SET host = 'learn.example.org', sitemap_enabled = 1 WHERE id = 1");
});

interface Parsed {
  readonly root: string;
  readonly entries: readonly { readonly loc: string; readonly lastmod: string }[];
}

/** Reads a file of the protocol with a strict parser. */
function parse(xml: string): Parsed {
  const parser = new SaxesParser({ xmlns: true });
  const path: string[] = [];
  const entries: { loc: string; lastmod: string }[] = [];
  let root = "";
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ local, uri }) => {
    expect(uri).toBe(NAMESPACE);
    if (path.length === 0) root = local;
    if (path.length === 1) entries.push({ loc: "", lastmod: "" });
    path.push(local);
  });
  parser.on("text", (text) => {
    const entry = entries.at(-1);
    const name = path.at(-1);
    if (path.length === 3 && entry && (name === "loc" || name === "lastmod")) entry[name] += text;
  });
  parser.on("closetag", () => void path.pop());
  parser.write(xml).close();
  return { root, entries };
}

const content = async (name: string) => new TextDecoder().decode((await stage.file(FOLDER + name)) ?? new Uint8Array());
const names = async (folder = FOLDER) =>
  (await stage.files.list(folder)).entries.map(({ key }) => key.slice(folder.length));
const listed = async () =>
  parse(await content("sitemap-1.xml")).entries.map(({ loc }) => Number(loc.slice(loc.lastIndexOf("/") + 1)));

const item = (id: number, more: Readonly<Record<string, string | number | null>> = {}) =>
  stage.insert("catalogue_items", { id, title: `Item ${id}`, is_public: 1, added_at: 0, ...more });

describe("site maps list", () => {
  it("public visible folders and offers below folders that all are, whose component is public and released or fixed", async () => {
    await stage.insert(
      "components",
      ...["planned", "released", "fixed", "completed", "cancelled"].map((planning_status, index) => ({
        id: index + 1,
        planning_status,
        is_public: 1,
      })),
      { id: 6, planning_status: "released", is_public: 0 },
      { id: 7, planning_status: "released", is_public: 1, client_id: 2 },
    );
    await item(1);
    await item(2, { visible: 0 });
    await item(3, { is_public: 0 });
    await item(11, { parent_id: 1 });
    await item(12, { parent_id: 2 });
    await item(13, { parent_id: 3 });
    await item(111, { parent_id: 11 });
    await item(121, { parent_id: 12 });
    await item(131, { parent_id: 13 });
    for (const component of [1, 2, 3, 4, 5, 6, 7])
      await item(20 + component, { component_id: component, parent_id: 111 });
    await item(30, { client_id: 2 });
    await item(31, { parent_id: 30 });
    const run = await stage.play();
    expect(run).toMatchObject({ state: "ok", counts: { urls: 5, parts: 1 } });
    expect(await listed()).toEqual([1, 11, 22, 23, 111]);
    expect(await names("c/2/sitemaps/")).toEqual([]);
  });

  it("each with its address at the client's host and its last change, of item or component, never in the future", async () => {
    const now = stage.clock.now() + 1000;
    await stage.insert("components", { id: 1, is_public: 1, updated_at: Date.parse("2026-02-03T04:05:06.789Z") });
    await item(1, { updated_at: Date.parse("2026-01-01T00:00:00Z"), component_id: 1 });
    await item(2, { updated_at: now + 86_400_000 });
    await stage.play();
    expect(parse(await content("sitemap-1.xml"))).toEqual({
      root: "urlset",
      entries: [
        { loc: "https://learn.example.org/catalogue/1", lastmod: "2026-02-03T04:05:06Z" },
        { loc: "https://learn.example.org/catalogue/2", lastmod: new Date(now).toISOString().replace(".000", "") },
      ],
    });
    expect(parse(await content("sitemap.xml"))).toMatchObject({
      root: "sitemapindex",
      entries: [
        { loc: "https://learn.example.org/sitemap-1.xml", lastmod: new Date(now).toISOString().replace(".000", "") },
      ],
    });
  });

  it("from a page of ids, and each item's folders by their ids, however many items there are", async () => {
    await item(1);
    await item(2, { parent_id: 1 });
    const plans = await plansFor(stage.database, "(i|c|f|catalogue_items|components)", () => stage.play());
    expect(plans.filter((plan) => !/^SEARCH .*(\(client_id=\? AND id>\?\)|\(rowid=\?\))/.test(plan))).toEqual([]);
    expect(plans.length).toBeGreaterThan(2);
  });

  it("50,000 addresses each at most, with an index that is written behind the last part", async () => {
    const ids = JSON.stringify(Array.from({ length: 50_001 }, (_, index) => index + 1));
    await stage.database.execute({
      sql: `INSERT INTO catalogue_items (id, client_id, title, is_public, added_at, created_at, updated_at)
        SELECT value, 1, 'Item', 1, 0, 0, 0 FROM json_each(?)`,
      args: [ids],
    });
    const order: string[] = [];
    const watching = {
      ...stage.files,
      write: (...args: Parameters<typeof stage.files.write>) => {
        order.push(args[0]);
        return stage.files.write(...args);
      },
    };
    const run = await stage.play({}, { filesFor: () => watching });
    expect(run).toMatchObject({ state: "ok", counts: { urls: 50_001, parts: 2, changed: 3 } });
    expect(order).toEqual(["sitemap-1.xml", "sitemap-2.xml", "sitemap.xml"].map((name) => FOLDER + name));
    const [first, second] = [parse(await content("sitemap-1.xml")), parse(await content("sitemap-2.xml"))];
    expect(new Set([...first.entries, ...second.entries].map(({ loc }) => loc)).size).toBe(50_001);
    expect([first.entries.length, second.entries.length]).toEqual([50_000, 1]);
    // Addresses of the client's own host, each file at its root; ASCII, so UTF-8 as declared.
    expect([...first.entries, ...second.entries].filter(({ loc }) => !ADDRESS.test(loc))).toEqual([]);
    expect(parse(await content("sitemap.xml")).entries.map(({ loc }) => loc)).toEqual([
      "https://learn.example.org/sitemap-1.xml",
      "https://learn.example.org/sitemap-2.xml",
    ]);
    for (const name of await names()) {
      const text = await content(name);
      expect(text).toMatch(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n[\t\n\x20-\x7e]*$/);
      expect(text.length).toBeLessThanOrEqual(52_428_800);
    }
  });
});

describe("a run", () => {
  it("overwrites all files, deletes parts that are no more, and keeps rows of those that are there", async () => {
    for (const name of ["sitemap.xml", "sitemap-1.xml", "sitemap-2.xml", "sitemap-10.xml"])
      await stage.files.write(FOLDER + name, "old");
    await stage.files.write("c/1/sitemaps.txt", "stays");
    await stage.insert("files", { id: 1, key: `${FOLDER}sitemap-2.xml`, kind: "sitemap" });
    await item(1);
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { urls: 1, parts: 1, deleted: 2, bytes: 6 } });
    expect(await names()).toEqual(["sitemap-1.xml", "sitemap.xml"]);
    expect(await stage.file("c/1/sitemaps.txt")).not.toBeNull();
    const rows = await stage.rows("SELECT key, kind, state, etag FROM files ORDER BY key");
    const etag = (await stage.files.head(`${FOLDER}sitemap-1.xml`))?.etag;
    expect(rows).toMatchObject([
      { key: `${FOLDER}sitemap-1.xml`, kind: "sitemap", state: "ready", etag },
      { key: `${FOLDER}sitemap-2.xml`, state: "deleted" },
      { key: `${FOLDER}sitemap.xml`, state: "ready" },
    ]);
    await stage.files.write(`${FOLDER}sitemap-1.xml`, "overwritten by another program");
    expect(await stage.play()).toMatchObject({ state: "no_action", counts: { urls: 1, parts: 1 } });
    expect((await stage.files.head(`${FOLDER}sitemap-1.xml`))?.etag).toBe(etag);
    await item(2);
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { urls: 2, parts: 1, changed: 1 } });
  });

  it.each([
    ["not enabled", async () => stage.database.execute("UPDATE clients SET sitemap_enabled = 0, host = NULL")],
    ["without anything to list", async () => stage.database.execute("UPDATE catalogue_items SET visible = 0")],
  ])("%s removes site maps, and does nothing where there are none", async (_, change) => {
    await item(1);
    await stage.play();
    await change();
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { deleted: 2 } });
    expect(await names()).toEqual([]);
    expect(await stage.play()).toMatchObject({ state: "no_action" });
  });

  it.each([
    [null, "true", 1],
    [null, null, 0],
    [0, "true", 0],
    [1, "false", 1],
  ])("the client (%j) decides before the setting (%j)", async (own, setting, parts) => {
    await item(1);
    await stage.database.execute({ sql: "UPDATE clients SET sitemap_enabled = ?", args: [own] });
    if (setting) await stage.insert("settings", { client_id: 0, key: "sitemap.enabled", value: setting });
    expect((await stage.play()).counts.parts ?? 0).toBe(parts);
  });

  it.each([null, "no host"])(
    "of a client with the host %j fails as invalid_configuration and leaves what is there",
    async (host) => {
      await item(1);
      await stage.files.write(`${FOLDER}sitemap.xml`, "old");
      await stage.database.execute({ sql: "UPDATE clients SET host = ?", args: [host] });
      const run = await stage.play();
      expect(run).toMatchObject({ state: "failed", reason: "invalid_configuration" });
      expect(run.message).toContain("host");
      expect(await content("sitemap.xml")).toBe("old");
    },
  );

  it("that is a dry run writes and deletes nothing, and counts", async () => {
    await item(1);
    await stage.files.write(`${FOLDER}sitemap-2.xml`, "old");
    expect(await stage.play({ dryRun: true })).toMatchObject({ counts: { urls: 1, parts: 1, deleted: 1 } });
    expect(await names()).toEqual(["sitemap-2.xml"]);
  });

  it("is weekly, behind the search index", () => {
    expect(processor).toMatchObject({ suggestedCron: "0 0 22 ? * 7", load: "light", after: ["CreateSolrIndex"] });
  });
});

describe("a file of the protocol", () => {
  const entry = (loc: string) => ({ loc, changedAt: 0 });

  it("escapes what XML wants escaped", () => {
    const file = new SitemapFile("urlset", 0);
    const loc = new URL("https://a.example/x?a=1&b='<\">\u00e9").href;
    file.add(entry(`${loc}&'"<>`));
    expect(parse(file.text()).entries[0]?.loc).toBe(`${loc}&'"<>`);
    expect(file.text()).toMatch(/&amp;b=.*&amp;&apos;&quot;&lt;&gt;/);
    expect(file.text()).toContain("%C3%A9");
  });

  it("is full with as many entries, or as many bytes, as it may have", () => {
    const byCount = new SitemapFile("urlset", 0, { urls: 2, bytes: 10_000 });
    expect([1, 2, 3].map((id) => byCount.add(entry(`https://a.example/${id}`)))).toEqual([true, true, false]);
    const whole = byCount.text().length;
    for (const [bytes, fits] of [
      [whole, true],
      [whole - 1, false],
    ] as const) {
      const byBytes = new SitemapFile("urlset", 0, { urls: 9, bytes });
      byBytes.add(entry("https://a.example/1"));
      expect(byBytes.add(entry("https://a.example/2"))).toBe(fits);
      expect(new TextEncoder().encode(byBytes.text()).length).toBeLessThanOrEqual(bytes);
    }
  });

  it("takes no address of 2,048 characters", () => {
    const file = new SitemapFile("urlset", 0);
    expect(file.add(entry(`https://a.example/${"x".repeat(2047 - 18)}`))).toBe(true);
    expect(() => file.add(entry(`https://a.example/${"x".repeat(2048 - 18)}`))).toThrow(RangeError);
  });
});
