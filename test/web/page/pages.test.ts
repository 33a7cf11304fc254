import { beforeEach, describe, expect, it } from "vitest";
import { assets } from "../../../src/web/page/assets.ts";
import { style } from "../../../src/web/page/style.css.ts";
import { type Browser, type Stage, setStage } from "../stage/stage.ts";

let stage: Stage;
let admin: Browser;
beforeEach(async () => {
  stage = await setStage();
  admin = await stage.signedIn("system_admin");
});

describe("every answer", () => {
  it.each([
    ["a page", "/admin/jobs"],
    ["the sign-in", "/sign-in"],
    ["an address that is none", "/nowhere"],
    ["a page that is none", "/admin/nowhere"],
  ])("allows only our own script file, no frame and nothing from elsewhere: %s", async (_name, path) => {
    const { headers, body } = await admin.get(path);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/unsafe|https?:/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("same-origin");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(body.match(/<script[^>]*>[^<]*/g)).toEqual([`<script src="${assets.script.path}" defer="">`]);
    expect(body).not.toMatch(/<style| style=| on[a-z]+=|https?:\/\/(?!www\.w3\.org)/);
  });

  it("of a fault of ours says so without its words, and reports them", async () => {
    await stage.database.execute("DROP TABLE jobs");
    const answer = await admin.get("/admin/jobs");
    expect([answer.status, answer.text.includes("fault of Minutehand")]).toEqual([500, true]);
    expect(answer.text).not.toContain("no such table");
    expect(String(stage.faults[0])).toContain("no such table: jobs");
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
  });
});

describe("the style sheet", () => {
  it("is one file of at most 20 kB that a browser may keep for ever, under an address of its content", async () => {
    const answer = await stage.stranger().get(assets.style.path);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/css; charset=utf-8"]);
    expect(answer.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(style.length).toBeLessThan(20 * 1024);
    expect(style).not.toMatch(/url\(|@import/);
    expect((await stage.stranger().get("/assets/style.000000000000.css")).status).toBe(404);
  });
});

describe("the script", () => {
  it("is one file of at most 12 kB, kept like the style sheet", async () => {
    const answer = await stage.stranger().get(assets.script.path);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/javascript; charset=utf-8"]);
    expect(answer.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(answer.body.length).toBeLessThan(12 * 1024);
  });
});

describe("what is not there", () => {
  it.each([
    "/admin/jobs/999",
    "/admin/jobs/x",
    "/admin/jobs/0",
    "/admin/jobs/1e3",
    "/admin/jobs/999/edit",
    "/admin/jobs/999/start",
    "/admin/jobs/999/delete",
    "/admin/jobs/new/NoSuchJob",
    "/admin/runs/999",
    "/admin/runs/99999999999999999999",
    "/admin/files/999",
    "/admin/files/0",
    "/admin/mailbox",
    "/admin/shop",
  ])("is said to be not there: %s", async (path) => {
    const answer = await admin.get(path);
    expect([answer.status, answer.text.includes("There is no such")]).toEqual([404, true]);
  });
});

describe("a form", () => {
  it("that is no form is refused", async () => {
    const answer = await admin.send("/admin/jobs/new/PlainJob", { method: "POST", body: "{}" });
    expect([answer.status, answer.text.includes("application/x-www-form-urlencoded")]).toEqual([415, true]);
  });

  it("that is too long is refused", async () => {
    const answer = await admin.post("/admin/jobs/new/PlainJob", { name: "x".repeat(300_000) });
    expect([answer.status, answer.text.includes("at most 256 kB")]).toEqual([413, true]);
  });
});

it("A notice says nothing but our own words", async () => {
  expect((await admin.get("/admin/jobs?notice=job-deleted")).text).toContain("The job was deleted.");
  expect((await admin.get("/admin/jobs?notice=Call+0900")).text).not.toContain("0900");
  expect((await admin.get("/admin/jobs?notice=toString")).body).not.toContain('role="status"');
});

it("The identifier of the manager's menu entry leads to it", async () => {
  expect((await admin.get("/admin/m_jobs")).location).toBe("/admin/jobs");
  expect((await admin.get("/admin")).location).toBe("/admin/now");
  expect((await admin.get("/")).location).toBe("/admin/now");
});
