import { describe, expect, it } from "vitest";
import { isOwnOrigin } from "../../../src/web/http/origin.ts";
import { setStage } from "../stage/stage.ts";

describe("a change asked for", () => {
  it.each([
    ["by our own page", { "sec-fetch-site": "same-origin" }, true],
    ["by the address bar or a bookmark", { "sec-fetch-site": "none" }, true],
    ["by a neighbour's page on the same site", { "sec-fetch-site": "same-site" }, false],
    ["by another site's page", { "sec-fetch-site": "cross-site" }, false],
    [
      "by another site's page that shows our origin",
      { "sec-fetch-site": "cross-site", origin: "https://here.example" },
      false,
    ],
    ["by an old browser's own page", { origin: "https://here.example" }, true],
    ["by an old browser's other page", { origin: "https://evil.example" }, false],
    ["by an old browser's http page of our own name", { origin: "http://here.example" }, false],
    ["by an old browser's https page of another name", { origin: "https://here.example.evil.example" }, false],
    ["from another port", { origin: "https://here.example:8443" }, false],
    ["by a page without an origin", { origin: "null" }, false],
    ["by a program", {}, true],
  ])("%s is judged", (_name, headers, isOwn) => {
    const request = new Request("https://here.example/admin/jobs/1/delete", { method: "POST", headers });
    expect(isOwnOrigin(request)).toBe(isOwn);
  });

  it("by another site reaches no page, not even with a session", async () => {
    const stage = await setStage();
    const browser = await stage.signedIn("system_admin");
    const jobId = await stage.addJob({ name: "Night", processor: "PlainJob" });
    const answer = await browser.send(`/admin/jobs/${jobId}/delete`, {
      method: "POST",
      headers: { "sec-fetch-site": "cross-site" },
    });
    expect([answer.status, answer.body.includes("another site's page")]).toEqual([403, true]);
    expect((await browser.get(`/admin/jobs/${jobId}`)).status).toBe(200);
  });

  it.each(["http://localhost.evil.example", "https://localhost", "null"])(
    "of the origin %s reaches no page without Sec-Fetch-Site either",
    async (origin) => {
      const stage = await setStage();
      const { cookies } = await stage.signedIn("system_admin");
      const cookie = [...cookies].map((pair) => pair.join("=")).join("; ");
      const init = { method: "POST", headers: { cookie, origin }, body: new URLSearchParams() };
      const answer = await stage.app.request("http://localhost/admin/pauses/stop", init);
      expect(answer.status).toBe(403);
      expect((await stage.database.execute("SELECT 1 FROM settings WHERE key = 'stopped'")).rows).toEqual([]);
    },
  );

  it("by reading is always allowed", () => {
    const headers = { "sec-fetch-site": "cross-site", origin: "https://evil.example" };
    expect(isOwnOrigin(new Request("https://here.example/admin/jobs", { headers }))).toBe(true);
  });
});
