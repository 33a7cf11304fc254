import { beforeEach, describe, expect, it } from "vitest";
import { type Stage, setStage } from "../stage/stage.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await setStage();
  await stage.database.execute(`UPDATE clients SET host = 'berlin.example.org' WHERE id = ${stage.berlin}`);
  await stage.database.execute(`UPDATE clients SET host = 'york.example.org:8443' WHERE id = ${stage.newYork}`);
  await stage.files.write(`c/${stage.berlin}/sitemaps/sitemap.xml`, "<index/>");
  await stage.files.write(`c/${stage.berlin}/sitemaps/sitemap-12.xml`, "<part/>");
  await stage.files.write(`c/${stage.newYork}/sitemaps/sitemap.xml`, "<other/>");
});

const get = (url: string, init: RequestInit = {}) => stage.app.request(url, init);

describe("a client's site maps are served at the root of its host", () => {
  it.each([
    ["https://berlin.example.org/sitemap.xml", "<index/>"],
    ["https://berlin.example.org/sitemap-12.xml", "<part/>"],
    ["https://york.example.org:8443/sitemap.xml", "<other/>"],
  ])("%s", async (url, content) => {
    const answer = await get(url);
    expect([answer.status, await answer.text()]).toEqual([200, content]);
    expect(answer.headers.get("content-type")).toBe("application/xml; charset=utf-8");
    expect(answer.headers.get("content-length")).toBe(String(content.length));
    expect(answer.headers.get("cache-control")).toBe("public, max-age=3600");
  });

  it.each([
    "https://berlin.example.org/sitemap-1.xml",
    "https://berlin.example.org/sitemap-0.xml",
    "https://berlin.example.org/sitemap-012.xml",
    "https://berlin.example.org/sitemap-12.xml.gz",
    "https://york.example.org/sitemap.xml",
    "https://elsewhere.example.org/sitemap.xml",
  ])("not %s", async (url) => {
    expect((await get(url)).status).toBe(404);
  });

  it("not those of a client that is not active", async () => {
    await stage.database.execute("UPDATE clients SET status = 'inactive'");
    expect((await get("https://berlin.example.org/sitemap.xml")).status).toBe(404);
  });

  it("a crawler that has the file is told so, and may ask for the head alone", async () => {
    const first = await get("https://berlin.example.org/sitemap.xml", { method: "HEAD" });
    expect([first.status, await first.text(), first.headers.get("content-length")]).toEqual([200, "", "8"]);
    const etag = first.headers.get("etag") ?? "";
    const second = await get("https://berlin.example.org/sitemap.xml", { headers: { "if-none-match": etag } });
    expect([second.status, await second.text()]).toEqual([304, ""]);
  });
});
