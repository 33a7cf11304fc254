import { beforeEach, describe, expect, it } from "vitest";
import { passwordProblem } from "../../../../src/control/access/password-rules.ts";
import { browserNames } from "../../../../src/web/reader/browser-words.ts";
import { roughAddress } from "../../../../src/web/sign-in/address-group.ts";
import { type Answer, type Browser, type Stage, setStage } from "../../stage/stage.ts";

const LONG = "several plain words";
let stage: Stage;
let chief: Browser;

beforeEach(async () => {
  stage = await setStage();
  chief = await stage.signedIn("system_admin");
});

const chiefs = "system_admin-1@example.com";

async function signIn(email: string, password: string, userAgent = ""): Promise<Browser> {
  const browser = stage.stranger();
  const headers = { "user-agent": userAgent };
  await browser.send("/sign-in", { method: "POST", body: new URLSearchParams({ email, password }), headers });
  return browser;
}

const isSignedIn = async (browser: Browser) => (await browser.get("/admin/jobs")).status === 200;

/** The changes of accounts that were recorded, without what is the same in all. */
async function audited() {
  const { rows } = await stage.database.execute(
    "SELECT actor, action, entity_id, before, after FROM audit_log WHERE entity = 'admin' ORDER BY id",
  );
  return rows.map(({ actor, action, entity_id, before, after }) => ({
    actor,
    change: [action, entity_id, before === null ? null : JSON.parse(String(before)), JSON.parse(String(after))],
  }));
}

/** The one password that a page shows. */
const shownPassword = ({ body }: Answer) => /<code>([^<]+)<\/code>/.exec(body)?.[1] ?? "";

describe("your sessions", () => {
  it("are listed in words, this one marked, and can be ended one by one or all but this", async () => {
    const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    const [first, second, other] = [
      await signIn(chiefs, "secret", firefox),
      await signIn(chiefs, "secret"),
      await stage.signedIn("system_admin"),
    ];
    const page = await first.get("/admin/sessions");
    expect(page.text).toContain("Firefox on Linux (this one) signed in by password 192.0.2.x");
    const ids = [...page.body.matchAll(/\/admin\/sessions\/(\d+)\/end/g)].map(([, id]) => id);
    expect(ids).toHaveLength(2);

    expect((await other.post(`/admin/sessions/${ids[0]}/end`)).status).toBe(404);
    expect((await first.post(`/admin/sessions/${ids[0]}/end`)).location).toBe("/admin/sessions?notice=session-ended");
    expect([await isSignedIn(second), await isSignedIn(chief)].toSorted()).toEqual([false, true]);
    await first.post("/admin/sessions/end-others");
    expect([await isSignedIn(second), await isSignedIn(chief)]).toEqual([false, false]);
    expect([await isSignedIn(first), await isSignedIn(other)]).toEqual([true, true]);
  });

  it.each([
    ["Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/150.0 Safari/537.36 Edg/150.0", "Edge", "Windows"],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 20_0 like Mac OS X) AppleWebKit/605 Version/20.0 Safari/604.1",
      "Safari",
      "iPhone",
    ],
    ["Mozilla/5.0 (Linux; Android 17) AppleWebKit/537.36 Chrome/150.0 Mobile Safari/537.36", "Chrome", "Android"],
    ["curl/8.0", null, null],
  ])("name the browser of %s", (userAgent, browser, system) => {
    expect(browserNames(userAgent)).toEqual({ browser, system });
  });

  it.each([
    ["192.0.2.77", "192.0.2.x"],
    ["2001:db8:1:2:3::4", "2001:db8:1::"],
    ["", ""],
  ])("keep of the address %j no more than %j", (address, rough) => {
    expect(roughAddress(address)).toBe(rough);
  });
});

describe("changing the password", () => {
  const change = (fields: Record<string, string>, browser = chief) =>
    browser.post("/admin/account", { oldPassword: "secret", newPassword: LONG, repeated: LONG, ...fields });

  it("ends all sessions but goes on in this browser, and is recorded without the password", async () => {
    const elsewhere = await signIn(chiefs, "secret");
    expect((await change({})).location).toBe("/admin/account?notice=password-changed");
    expect([await isSignedIn(chief), await isSignedIn(elsewhere)]).toEqual([true, false]);
    expect(await isSignedIn(await signIn(chiefs, LONG))).toBe(true);
    expect(await isSignedIn(await signIn(chiefs, "secret"))).toBe(false);
    expect(await audited()).toEqual([{ actor: chiefs, change: ["update", 1, null, { password: "changed" }] }]);
  });

  it.each([
    [{ oldPassword: "" }, "Enter your present password"],
    [{ oldPassword: "guess" }, "This is not your present password"],
    [{ newPassword: "eleven char", repeated: "eleven char" }, "Use at least 12 characters"],
    [{ newPassword: "x".repeat(129), repeated: "x".repeat(129) }, "Use at most 128 characters"],
    [{ newPassword: chiefs.toUpperCase(), repeated: chiefs.toUpperCase() }, "Use another one than your e-mail address"],
    [{ repeated: "something different" }, "This differs from the new password"],
  ])("is refused for %j", async (fields, words) => {
    const answer = await change(fields);
    expect([answer.status, answer.text.includes(words)]).toEqual([422, true]);
    expect(answer.body).not.toMatch(/eleven char|guess|something different|several plain/);
    expect(await audited()).toEqual([]);
  });

  it("does not let the old one be guessed", async () => {
    for (let guess = 0; guess < 5; guess += 1) await change({ oldPassword: "guess" });
    expect((await change({})).status).toBe(429);
  });

  it("counts characters, not bytes", async () => {
    const account = { email: "a@b.c", name: "A" };
    const faces = "🐶🐱🐭🐹🐰🦊🐻🐼🐨🐯🦁🐮";
    expect(await passwordProblem([...faces].slice(1).join(""), account)).toBe("short");
    expect(await passwordProblem(faces, account)).toBeNull();
  });

  it.each([
    ["common", "qwerty123456"],
    ["common", "1qaz2wsx3edc"],
    ["common", "QWERTY123456"],
    ["common", "ｑｗｅｒｔｙ１２３４５６"],
    ["common", "Password2026!"],
    ["common", "!!!welcome123"],
    ["common", "w.e.l.c.o.m.e.2026"],
    ["common", "aaaaaaaaaaaa"],
    ["common", "abcabcabcabca"],
    ["common", "123456789012"],
    ["common", "987654321098"],
    ["common", "abcdefghijklm"],
    ["own", "ada.lovelace1815"],
    ["email", "ada@engines.example"],
    ["own", "Lovelace-2026!"],
    ["own", "Minutehand2026"],
    ["own", "minutehand ada"],
    [null, "several plain words"],
    [null, "ada has a horse that sings"],
    [null, "the minutehand of my kitchen clock"],
    [null, "bcdf-ghjk-mnpq-rstv"],
    [null, "correct battery staple"],
  ])("finds %s in %j", async (problem, password) => {
    expect(await passwordProblem(password, { email: "ada@engines.example", name: "Ada Lovelace" })).toBe(problem);
  });

  it("refuses a common one in words, and the old one stays", async () => {
    const fields = { oldPassword: "secret", newPassword: "password1234", repeated: "password1234" };
    const answer = await chief.post("/admin/account", fields);
    expect([answer.status, answer.text.includes("among the first that are guessed")]).toEqual([422, true]);
    expect(await isSignedIn(await signIn(chiefs, "secret"))).toBe(true);
  });
});

describe("the admins page", () => {
  const grace = { name: "Grace", email: "Grace@Example.com", role: "client_admin", clientId: "1" };
  const create = (fields: Record<string, string> = {}) => chief.post("/admin/admins/new", { ...grace, ...fields });

  it("creates an account whose password is shown once and opens nothing but the page that changes it", async () => {
    const made = await create();
    const password = shownPassword(made);
    expect(password).toMatch(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/);
    expect((await chief.get("/admin/admins")).body).not.toContain(password);
    const after = { email: "grace@example.com", name: "Grace", role: "client_admin", clientId: 1 };
    expect(await audited()).toEqual([{ actor: chiefs, change: ["create", 2, null, after] }]);

    const browser = await signIn("grace@example.com", password);
    expect((await browser.get("/admin/jobs")).location).toBe("/admin/account");
    expect((await browser.post("/admin/jobs/new/PlainJob", { name: "x" })).location).toBe("/admin/account");
    expect((await browser.get("/admin/account")).text).toContain("Another person knows your password");
    await browser.post("/admin/account", { oldPassword: password, newPassword: LONG, repeated: LONG });
    expect(await isSignedIn(browser)).toBe(true);
  });

  it.each([
    [{ email: chiefs }, 409, "Another account has this address already"],
    [{ email: "nobody" }, 422, "Enter an e-mail address"],
    [{ name: " " }, 422, "Enter a name"],
    [{ role: "god" }, 422, "Choose a role"],
    [{ clientId: "99" }, 422, "Choose a client, or all of them"],
    [{ role: "system_admin" }, 422, "A system admin serves all clients"],
  ])("refuses %j and keeps what was entered", async (fields: Record<string, string>, status, words) => {
    const answer = await create(fields);
    expect([answer.status, answer.text.includes(words)]).toEqual([status, true]);
    expect(answer.body).toContain(`value="${fields.email ?? grace.email}"`);
  });

  it("keeps the last active system admin, whatever is tried", async () => {
    const demoted = { name: "Chief", email: chiefs, role: "read_only", clientId: "0" };
    const kept = await chief.post("/admin/admins/1", demoted);
    expect([kept.status, kept.text.includes("last active system admin")]).toEqual([409, true]);
    expect((await chief.post("/admin/admins/1/switch", { active: "false" })).status).toBe(409);
    // A second one who is switched off does not count.
    await create({ role: "system_admin", clientId: "0" });
    await chief.post("/admin/admins/2/switch", { active: "false" });
    expect((await chief.post("/admin/admins/1", demoted)).status).toBe(409);
    await chief.post("/admin/admins/2/switch", { active: "true" });
    expect((await chief.post("/admin/admins/1", demoted)).status).toBe(303);
    expect((await chief.get("/admin/admins")).status).toBe(403);
  });

  it("changes, switches off, renews and unties, each recorded with before and after and felt at once", async () => {
    const browser = await stage.signedIn("read_only");
    const email = "read_only-2@example.com";
    await chief.post("/admin/admins/2", { name: "New", email, role: "client_admin", clientId: String(stage.berlin) });
    expect((await browser.get("/admin/jobs/new")).status).toBe(200);
    await chief.post("/admin/admins/2/switch", { active: "false" });
    expect(await isSignedIn(browser)).toBe(false);
    await chief.post("/admin/admins/2/switch", { active: "true" });
    expect(await isSignedIn(browser)).toBe(false);
    const password = shownPassword(await chief.post("/admin/admins/2/password"));
    expect((await (await signIn(email, password)).get("/admin/jobs")).location).toBe("/admin/account");
    await stage.database.execute(
      "UPDATE admins SET oidc_issuer = 'https://id.example', oidc_subject = 'x' WHERE id = 2",
    );
    await chief.post("/admin/admins/2/untie");
    const { rows } = await stage.database.execute("SELECT oidc_issuer, oidc_subject FROM admins WHERE id = 2");
    expect(rows).toMatchObject([{ oidc_issuer: null, oidc_subject: null }]);

    const record = await audited();
    expect(record.every(({ actor }) => actor === chiefs)).toBe(true);
    expect(JSON.stringify(record)).not.toContain(password);
    expect(record.map(({ change }) => change)).toEqual([
      [
        "update",
        2,
        { name: email, role: "read_only", clientId: 0 },
        { name: "New", role: "client_admin", clientId: 1 },
      ],
      ["update", 2, { active: true }, { active: false }],
      ["update", 2, { active: false }, { active: true }],
      ["update", 2, null, { password: "made anew", mustChangePassword: true }],
      ["update", 2, { oidcIssuer: "https://id.example" }, { oidcIssuer: null }],
    ]);
  });
});
