import { beforeEach, describe, expect, it } from "vitest";
import { addAdmin } from "../../../src/control/access/access.ts";
import { formOf } from "../stage/posted-form.ts";
import { type Answer, type Browser, type Stage, setStage } from "../stage/stage.ts";

const ada = { email: "ada@example.com", name: "Ada", role: "system_admin", clientId: 0 } as const;
const credentials = { email: ada.email, password: "secret" };

let stage: Stage;
let browser: Browser;
let jobId: number;

beforeEach(async () => {
  stage = await setStage();
  await addAdmin(stage.database, { ...ada, passwordHash: "plain secret" }, stage.now);
  jobId = await stage.addJob({ name: "Night", processor: "PlainJob", clientId: stage.berlin });
  browser = stage.stranger();
  await browser.post("/sign-in", credentials);
  stage.now += 3 * 3_600_000;
});

/** The hidden inputs of a page's form. */
function hiddenFields({ body }: Answer): URLSearchParams {
  const fields = new URLSearchParams();
  const text = (html = "") =>
    html
      .replaceAll("&#39;", "'")
      .replaceAll("&quot;", '"')
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&amp;", "&");
  const [form = ""] = /<form[^>]*action="(\/sign-in|\/admin[^"]*)"[\s\S]*?<\/form>/.exec(body) ?? [];
  for (const [, name, value] of form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)) {
    fields.append(text(name), text(value));
  }
  return fields;
}

/** Sends the sign-in page on, filled in. */
function signInAgain(page: Answer, password = "secret"): Promise<Answer> {
  const fields = hiddenFields(page);
  fields.set("email", ada.email);
  fields.set("password", password);
  return browser.post("/sign-in", fields);
}

const nameOf = async () => {
  const { rows } = await stage.database.execute("SELECT name FROM jobs");
  return rows.map(({ name }) => name);
};

describe("a form that is sent with an expired session", () => {
  const form = { name: 'New <"name">', clientId: "1", revision: "1", cron: "0 0 4 * * ?", intent: "save" };

  it("waits in the sign-in page, through a wrong password too, and comes back filled in; nothing is done before it is sent again", async () => {
    const asked = await browser.post(`/admin/jobs/${jobId}/edit`, form);
    expect([asked.status, asked.text.includes("Your session had expired")]).toEqual([401, true]);
    const wrong = await signInAgain(asked, "wrong");
    expect([wrong.status, hiddenFields(wrong).get("draft.field.cron")]).toEqual([401, "0 0 4 * * ?"]);

    const kept = await signInAgain(wrong);
    expect([kept.status, kept.text.includes("Your form was kept")]).toEqual([200, true]);
    expect(kept.text).toContain("filled in as you had it; nothing of it has been done yet");
    expect(await nameOf()).toEqual(["Night"]);
    const filled = formOf(kept);
    expect(filled.getAll("name")).toEqual(['New <"name">']);
    expect(filled.get("cron")).toBe("0 0 4 * * ?");
    filled.set("intent", "save");
    expect((await browser.post(`/admin/jobs/${jobId}/edit`, filled)).status).toBe(303);
    expect(await nameOf()).toEqual(['New <"name">']);
  });

  it("names the revision that it was drawn from, so that what others saved meanwhile is not overwritten", async () => {
    const asked = await browser.post(`/admin/jobs/${jobId}/edit`, form);
    const other = await stage.signedIn("system_admin");
    const theirs = formOf(await other.get(`/admin/jobs/${jobId}/edit`));
    theirs.set("name", "Theirs");
    theirs.set("intent", "save");
    expect((await other.post(`/admin/jobs/${jobId}/edit`, theirs)).status).toBe(303);
    const filled = formOf(await signInAgain(asked));
    filled.set("intent", "save");
    expect((await browser.post(`/admin/jobs/${jobId}/edit`, filled)).status).toBe(409);
    expect(await nameOf()).toEqual(["Theirs"]);
  });

  it("comes back on the page that it stood on, with its boxes ticked as they were", async () => {
    const page = `/admin/jobs/${jobId}/pause`;
    const headers = { referer: `http://localhost${page}` };
    const body = new URLSearchParams({ note: "Storm", until: "2026-11-25T18:00" });
    const asked = await browser.send(page, { method: "POST", body, headers });
    expect(formOf(await signInAgain(asked)).get("note")).toBe("Storm");

    stage.now += 13 * 3_600_000;
    const start = await browser.post(`/admin/jobs/${jobId}/start`, { clientId: "1", dryRun: "true" });
    const filled = formOf(await signInAgain(start));
    expect(filled.getAll("dryRun")).toEqual(["false", "true"]);
    const { rows } = await stage.database.execute("SELECT count(*) AS runs FROM runs");
    expect(rows[0]?.runs).toBe(0);
  });

  it("is kept as well where the browser has forgotten the session: it was closed, or signed out in another tab", async () => {
    await browser.post("/sign-out");
    const asked = await browser.post(`/admin/jobs/${jobId}/edit`, form);
    expect([asked.status, asked.text.includes("the form comes back")]).toEqual([401, true]);
    expect(formOf(await signInAgain(asked)).getAll("name")).toEqual(['New <"name">']);
  });

  it("is shown only to the account that filled it in", async () => {
    const bob = { email: "bob@example.com", name: "Bob", role: "system_admin", clientId: 0 } as const;
    await addAdmin(stage.database, { ...bob, passwordHash: "plain secret" }, stage.now);
    const asked = await browser.post(`/admin/jobs/${jobId}/edit`, form);
    const fields = hiddenFields(asked);
    fields.set("email", bob.email);
    fields.set("password", "secret");
    const answer = await browser.post("/sign-in", fields);
    expect(answer.text).toContain("Another account had filled in the form that was open here");
    expect(answer.text).not.toContain("New <");
  });

  it("is taken only as this application wrote it down", async () => {
    const asked = await browser.post(`/admin/jobs/${jobId}/edit`, form);
    for (const [name, value] of [
      ["draft.field.name", "Forged"],
      ["draft.path", "/admin/pauses/stop"],
      ["draft.owner", "2"],
      ["draft.field.more", "x"],
    ] as const) {
      const fields = hiddenFields(asked);
      fields.set(name, value);
      fields.set("email", ada.email);
      fields.set("password", "secret");
      const answer = await browser.post("/sign-in", fields);
      expect([name, answer.status, answer.text.includes("Forged")]).toEqual([name, 303, false]);
    }
  });

  it("of the holidays does nothing when it is opened again", async () => {
    const path = `/admin/clients/${stage.berlin}/holidays`;
    const asked = await browser.post(path, { days: "2026-12-24", intent: "add" });
    const kept = await signInAgain(asked);
    expect(formOf(kept).get("days")).toBe("2026-12-24");
    const { rows } = await stage.database.execute("SELECT count(*) AS days FROM calendars");
    expect(rows[0]?.days).toBe(0);
  });

  it("leaves passwords and secrets behind and says so", async () => {
    const secrets = { oldPassword: "hunter2", "secret.apiKey": "hunter2", accessToken: "hunter2", note: "Hello" };
    const asked = await browser.post("/admin/account", secrets);
    expect(asked.text).toContain("Passwords and secrets are not kept");
    const kept = await signInAgain(asked);
    expect([asked.body, kept.body].join()).not.toContain("hunter2");
    expect(kept.text).toContain("Hello");
    expect(kept.text).toContain("Passwords and secrets are not kept");
  });

  it("leaves files behind and leads to the page where they are chosen", async () => {
    const path = `/admin/files/${stage.berlin}`;
    const body = new FormData();
    body.set("file", new File(["first,last"], "people.csv"));
    body.set("note", "Hello");
    const headers = { referer: `http://localhost${path}` };
    const asked = await browser.send(path, { method: "POST", body, headers });
    expect([asked.status, asked.text.includes("Files are not kept")]).toEqual([401, true]);
    const kept = await signInAgain(asked);
    expect(kept.text).toContain("Hello");
    expect(kept.text).not.toContain("Send it now");
    expect(kept.body).toContain(`href="${path}"`);
  });

  it("of more than 64 kB is not carried along, and that is said", async () => {
    const asked = await browser.post(`/admin/jobs/${jobId}/edit`, { ...form, note: "x".repeat(65 * 1024) });
    expect(asked.text).toContain("too large to be kept");
    const kept = await signInAgain(asked);
    expect(kept.text).toContain("Please fill it in again");
    expect(kept.text).not.toContain("Send it now");
  });

  it("without fields leads back to the page that it stood on", async () => {
    const headers = { referer: "http://localhost/admin/runs?state=failed" };
    const asked = await browser.send("/admin/runs/1/cancel", { method: "POST", body: new URLSearchParams(), headers });
    expect(asked.location).toBe("/sign-in?next=%2Fadmin%2Fruns%3Fstate%3Dfailed");
  });
});

it.each(["https://evil.example/admin", "/sign-out", "//evil.example/admin", "/language"])(
  "A carried form goes nowhere but into the manager: %j",
  async (path) => {
    const answer = await browser.post("/sign-in", { ...credentials, "draft.path": path, "draft.field.name": "x" });
    expect([answer.status, answer.location]).toEqual([303, "/admin/now"]);
  },
);
