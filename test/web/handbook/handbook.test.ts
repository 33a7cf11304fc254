import { describe, expect, it } from "vitest";
import { pages } from "../../../src/handbook/pages.ts";
import { HandbookSearch, MOST_FOUND, MOST_WORDS } from "../../../src/web/handbook/search.ts";
import { setStage } from "../stage/stage.ts";

const search = new HandbookSearch(pages);
const pathsFor = (words: string) => search.find({ words }).found.map(({ path }) => path);

describe("the search of the handbook", () => {
  it.each([
    ["lease", "/handbook/developers/words#lease"],
    ["LEASE", "/handbook/developers/words#lease"],
    ["dry run", "/handbook/developers/words#dry-run"],
    ["skipped duplicate", "/handbook/developers/states#why-a-run-was-skipped"],
    ["delivery_unknown", "/handbook/developers/processor#if-it-sends-mail"],
    ["checkp", "/handbook/developers/words#checkpoint"],
    ["erasure column", "/handbook/developers/processor#if-it-needs-a-new-table-or-column"],
  ])("finds %j where it is explained", (words, path) => {
    expect(pathsFor(words)).toContain(path);
  });

  it("puts the heading that is the word itself first", () => {
    expect(pathsFor("lease")[0]).toBe("/handbook/developers/words#lease");
    expect(pathsFor("effect")[0]).toMatch(/words#effect$|contract#effects$/);
  });

  it.each(["", "  ", "?!", "nosuchword", "lease nosuchword"])("finds nothing for %j", (words) => {
    expect(search.find({ words })).toMatchObject({ found: [], total: 0 });
  });

  it("gives the best places only, and says how many there are", () => {
    const { found, total } = search.find({ words: "run" });
    expect(found.length).toBe(MOST_FOUND);
    expect(total).toBeGreaterThan(MOST_FOUND);
  });

  it("looks for the first words of a long query only, and says so", () => {
    const words = Array.from({ length: MOST_WORDS }, () => "lease").join(" ");
    expect(search.find({ words }).shortened).toBe(false);
    const many = Array.from({ length: MOST_WORDS + 1 }, (_, index) => `w${index}`).join(" ");
    expect(search.find({ words: many }).shortened).toBe(true);
  });
});

describe("the handbook in the manager", () => {
  it("is linked from the navigation, and leads through all its pages", async () => {
    const stage = await setStage();
    const browser = await stage.signedIn("read_only", stage.berlin);
    expect((await browser.get("/admin/jobs")).body).toContain('<a href="/handbook"');
    for (const { path, title } of pages) {
      const { status, body } = await browser.get(`/handbook${path && `/${path}`}`);
      expect([path, status, body.includes('<article class="handbook" lang="en">')]).toEqual([path, 200, true]);
      if (path.includes("/")) expect(body).toContain(`<h1 lang="en">${title}</h1>`);
    }
  });

  it("answers a search without JavaScript, and shows what was asked for as text", async () => {
    const stage = await setStage();
    const browser = await stage.signedIn("system_admin");
    const found = await browser.get("/handbook?q=lease");
    expect(found.body).toContain('<a href="/handbook/developers/words#lease">');
    const none = await browser.get(`/handbook?q=${encodeURIComponent("<b>nosuchword</b>")}`);
    expect([none.status, none.body.includes("<b>nosuch")]).toEqual([200, false]);
    expect(none.text).toContain("Nothing in the handbook has all of these words.");
  });

  it("has its frame in German, and says that its pages are in English", async () => {
    const stage = await setStage();
    const browser = await stage.signedIn("system_admin");
    browser.cookies.set("locale", "de");
    expect((await browser.get("/handbook")).text).toContain("Die Seiten des Handbuchs sind auf Englisch.");
    expect((await browser.get("/handbook?q=lease")).text).toMatch(/\d+ Stellen im Handbuch/);
    expect((await browser.get("/handbook/developers")).body).toMatch(/<h1>Für Entwickler<\/h1>/);
  });

  it.each(["/handbook/nothing", "/handbook/developers/nothing", "/handbook/developers/words/more"])(
    "has no page at %s",
    async (path) => {
      const stage = await setStage();
      const browser = await stage.signedIn("system_admin");
      expect((await browser.get(path)).status).toBe(404);
    },
  );

  it("shows HTML of a Markdown file as text", () => {
    for (const { path, html } of pages)
      expect([path, /<(script|style|iframe|img|form)\b/.test(html)]).toEqual([path, false]);
  });
});
