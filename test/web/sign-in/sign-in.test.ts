import { describe, expect, it } from "vitest";
import { addAdmin } from "../../../src/control/access/access.ts";
import { hashPassword, verifyPassword } from "../../../src/control/access/password.ts";
import { addressGroup } from "../../../src/web/sign-in/address-group.ts";
import { Browser, setStage } from "../stage/stage.ts";

const ada = { email: "Ada@Example.com", name: "Ada", role: "system_admin", clientId: 0 } as const;

async function stageWithAda() {
  const stage = await setStage();
  await addAdmin(stage.database, { ...ada, passwordHash: "plain secret" }, stage.now);
  return stage;
}

describe("signing in", () => {
  it("leads on to what was asked for, with a session that only its hash is stored of", async () => {
    const stage = await stageWithAda();
    const browser = stage.stranger();
    const asked = await browser.get("/admin/runs?state=failed");
    expect([asked.status, asked.location]).toEqual([303, "/sign-in?next=%2Fadmin%2Fruns%3Fstate%3Dfailed"]);
    const form = await browser.get(asked.location ?? "");
    expect(form.body).toContain('name="next" value="/admin/runs?state=failed"');

    const answer = await browser.post("/sign-in", {
      email: " ada@EXAMPLE.com ",
      password: "secret",
      next: "/admin/runs?state=failed",
    });
    expect([answer.status, answer.location]).toEqual([303, "/admin/runs?state=failed"]);
    const [cookie] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/^minutehand=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    const stored = await stage.database.execute("SELECT token_hash FROM admin_sessions");
    expect(String(stored.rows[0]?.token_hash)).toMatch(/^[0-9a-f]{64}$/);
    expect((await browser.get("/admin/jobs")).status).toBe(200);
  });

  it("uses a __Host- cookie that is Secure over https", async () => {
    const stage = await stageWithAda();
    const browser = new Browser(stage.app, "https://minutehand.example");
    const answer = await browser.post("/sign-in", { email: "ada@example.com", password: "secret" });
    expect(answer.headers.getSetCookie()[0]).toMatch(
      /^__Host-minutehand=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    expect(answer.headers.get("strict-transport-security")).toBe("max-age=31536000");
    expect((await browser.get("/admin/jobs")).status).toBe(200);
  });

  it("is refused over plain http from anywhere but this machine, before the password is looked at", async () => {
    const stage = await stageWithAda();
    const browser = new Browser(stage.app, "http://minutehand.example");
    const answer = await browser.post("/sign-in", { email: "ada@example.com", password: "secret" });
    expect([answer.status, answer.headers.get("set-cookie")]).toEqual([400, null]);
    expect((await browser.get("/sign-in")).text).toContain("Signing in needs https");
  });

  it.each([
    ["a wrong password", "ada@example.com", "hunter2"],
    ["an unknown account", "nobody@example.com", "swordfish"],
  ])("of %s is refused in the same words, and keeps the address entered", async (_name, email, password) => {
    const stage = await stageWithAda();
    const answer = await stage.stranger().post("/sign-in", { email, password });
    expect(answer.status).toBe(401);
    expect(answer.text).toContain("E-mail address or password is wrong");
    expect(answer.body).toContain(`value="${email}"`);
    expect(answer.body).not.toContain(password);
  });

  it("of an account that is switched off is refused like a wrong password, and ends its sessions", async () => {
    const stage = await stageWithAda();
    const browser = stage.stranger();
    await browser.post("/sign-in", { email: "ada@example.com", password: "secret" });
    await stage.database.execute("UPDATE admins SET active = 0");
    expect((await browser.get("/admin/now")).location).toBe("/sign-in");
    const answer = await browser.post("/sign-in", { email: "ada@example.com", password: "secret" });
    expect([answer.status, answer.text.includes("E-mail address or password is wrong")]).toEqual([401, true]);
  });

  it("checks a password of the product's own strength for an unknown account too", async () => {
    const checked: string[] = [];
    const stage = await setStage({
      verifyPassword: (password, hash) => {
        checked.push(hash.split("$").slice(0, 4).join("$"));
        return verifyPassword(password, hash);
      },
    });
    const passwordHash = await hashPassword("secret", new Uint8Array(16));
    await addAdmin(stage.database, { ...ada, passwordHash }, stage.now);
    for (const email of ["ada@example.com", "nobody@example.com"]) {
      await stage.stranger().post("/sign-in", { email, password: "wrong" });
    }
    expect(checked).toEqual(["scrypt$15$8$3", "scrypt$15$8$3"]);
    const right = await stage.stranger().post("/sign-in", { email: "ada@example.com", password: "secret" });
    expect(right.status).toBe(303);
  });

  it("gives a new token each time and ends the session that the browser came with", async () => {
    const stage = await stageWithAda();
    const browser = stage.stranger();
    await browser.post("/sign-in", { email: "ada@example.com", password: "secret" });
    const first = browser.cookies.get("minutehand") ?? "";
    await browser.post("/sign-in", { email: "ada@example.com", password: "secret" });
    expect(browser.cookies.get("minutehand")).not.toBe(first);
    const thief = stage.stranger();
    thief.cookies.set("minutehand", first);
    expect((await thief.get("/admin/now")).location).toBe("/sign-in");
  });

  it("is throttled after five failures of an account, with the time to wait, and works again after it", async () => {
    const stage = await stageWithAda();
    for (let failures = 0; failures < 5; failures += 1) {
      expect((await stage.stranger().post("/sign-in", { email: "ada@example.com", password: "wrong" })).status).toBe(
        401,
      );
    }
    const blocked = await stage.stranger().post("/sign-in", { email: "ada@example.com", password: "secret" });
    expect([blocked.status, blocked.headers.get("retry-after")]).toEqual([429, "15"]);
    expect(blocked.text).toContain("Try again in 15 s");
    stage.now += 15_000;
    const right = await stage.stranger().post("/sign-in", { email: "ada@example.com", password: "secret" });
    expect(right.status).toBe(303);
  });

  it("does not block everybody where the host knows no addresses", async () => {
    const stage = await setStage({ clientAddress: () => "" });
    await addAdmin(stage.database, { ...ada, passwordHash: "plain secret" }, stage.now);
    for (let failures = 0; failures < 25; failures += 1) {
      await stage.stranger().post("/sign-in", { email: `nobody${failures}@example.com`, password: "wrong" });
    }
    const right = await stage.stranger().post("/sign-in", { email: "ada@example.com", password: "secret" });
    expect(right.status).toBe(303);
  });

  it.each([
    ["", "Enter your e-mail address and your password"],
    ["x".repeat(1025), "too long"],
  ])("without a usable password is refused early", async (password, message) => {
    const stage = await stageWithAda();
    const answer = await stage.stranger().post("/sign-in", { email: "ada@example.com", password });
    expect([answer.status, answer.text.includes(message)]).toEqual([400, true]);
  });

  it.each([
    "https://evil.example/admin",
    "//evil.example/admin",
    "/\\evil.example/admin",
    "\\\\evil.example",
    "/administrator",
    "/sign-out",
    "javascript:alert(1)",
    "/admin/../sign-out",
    "",
  ])("never leads to %j", async (next) => {
    const stage = await stageWithAda();
    const answer = await stage.stranger().post("/sign-in", { email: "ada@example.com", password: "secret", next });
    expect(answer.location).toBe("/admin/now");
  });
});

describe("the address that attempts are counted for", () => {
  it.each([
    ["192.0.2.7", "192.0.2.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["2001:0DB8:0001:0002::1", "2001:db8:1:2"],
    ["2001:db8::1", "2001:db8:0:0"],
    ["::1", "0:0:0:0"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["", ""],
    ["not an address", "not an address"],
  ])("of %j is %j", (address, group) => {
    expect(addressGroup(address)).toBe(group);
  });
});

describe("a session", () => {
  it("ends with signing out, on the server too", async () => {
    const stage = await setStage();
    const browser = await stage.signedIn("system_admin");
    const token = browser.cookies.get("minutehand") ?? "";
    const answer = await browser.post("/sign-out");
    expect(answer.location).toBe("/sign-in?notice=signed-out");
    expect(browser.cookies.size).toBe(0);
    browser.cookies.set("minutehand", token);
    expect((await browser.get("/admin/now")).location).toBe("/sign-in");
  });

  it.each([
    ["nothing, not even a cookie", null],
    ["an invented token", "x".repeat(43)],
  ])("is not opened by %s", async (_name, token) => {
    const stage = await setStage();
    const browser = stage.stranger();
    if (token) browser.cookies.set("minutehand", token);
    expect((await browser.get("/admin/jobs/1/edit")).location).toBe("/sign-in?next=%2Fadmin%2Fjobs%2F1%2Fedit");
    expect((await browser.post("/admin/jobs/1/edit")).location).toBe("/sign-in");
  });
});
