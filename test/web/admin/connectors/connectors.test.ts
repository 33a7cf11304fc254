import { Buffer } from "node:buffer";
import { beforeEach, describe, expect, it } from "vitest";
import { connectorVariants } from "../../../../src/connectors/kinds.ts";
import { listChanges } from "../../../../src/control/audit-trail.ts";
import { connectorSecret } from "../../../../src/control/secret.ts";
import { configFields } from "../../../../src/web/admin/connectors/connector-form.tsx";
import { findGerman } from "../../../../src/web/words/told.ts";
import { freshMailServer } from "../../../harness/mail/mail.ts";
import { startReceiver, Verifier } from "../../../harness/receiver.ts";
import { type Browser, NOON, type Stage, setStage } from "../../stage/stage.ts";

let stage: Stage;
let admin: Browser;
beforeEach(async () => {
  stage = await setStage();
  admin = await stage.signedIn("system_admin");
});

const PAGE = "/admin/connectors";
const hidden = (body: string, name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(body)?.[1] ?? "";

const smtp = (server: { host: string; port: number }) => ({
  variant: "smtp",
  client: String(stage.berlin),
  name: "mail",
  active: "true",
  "config.host": server.host,
  "config.port": String(server.port),
  "config.secure": "starttls",
  "config.from.address": "office@example.org",
  "config.from.name": "Office",
  "config.redirectTo": "",
  "secret.user": "office",
  "secret.password": "correct horse",
});
const somewhere = { host: "smtp.example.com", port: 587 };

async function create(fields: Record<string, string>): Promise<string> {
  const { location, text } = await admin.post(`${PAGE}/new`, fields);
  expect(location, text).toMatch(/notice=connector-saved$/);
  return location?.split("?")[0] ?? "";
}

const row = async () => (await stage.database.execute("SELECT * FROM connectors ORDER BY id")).rows[0];
const secretOf = async () => {
  const sealed = (await row())?.secret_enc;
  return typeof sealed === "string"
    ? JSON.parse(await stage.ports.remote.secrets.open(sealed, connectorSecret(Number((await row())?.id))))
    : null;
};

describe("a connector", () => {
  it("is drawn from its schema, stored with its secret sealed, and never shows it again", async () => {
    expect((await admin.get(`${PAGE}/new?client=berlin`)).body).toContain("variant=smtp&amp;client=berlin");
    const drawn = await admin.get(`${PAGE}/new?variant=smtp&client=berlin`);
    expect(drawn.text).toContain("Sender's address Sender of every mail");
    expect(drawn.body).toContain(`<option value="${stage.berlin}" selected`);
    const path = await create(smtp(somewhere));
    expect(JSON.parse(String((await row())?.config))).toEqual({
      transport: "smtp",
      ...somewhere,
      secure: "starttls",
      from: { address: "office@example.org", name: "Office" },
      redirectTo: null,
    });
    expect(await secretOf()).toEqual({ user: "office", password: "correct horse" });
    const { body, text } = await admin.get(path);
    expect(text).toContain("A secret was set on Mon 23 Nov 2026, 12:00:00");
    expect(text).toContain("not used yet");
    const record = JSON.stringify(await listChanges(stage.database, { clientId: stage.berlin }));
    expect(`${body} ${record}`).not.toMatch(/correct horse|correct%20horse|secret_enc/);
    expect(record).toContain('"secret":"set"');
    expect((await admin.get(`${PAGE}?client=berlin`)).text).toContain("mail E-mail by SMTP berlin set not used yet");
  });

  it("keeps its secret while none is typed, replaces it by one that is, and loses it when asked", async () => {
    const path = await create(smtp(somewhere));
    const change = async (fields: Record<string, string>) => {
      stage.now += 1000;
      const updatedAt = hidden((await admin.get(path)).body, "updatedAt");
      return admin.post(path, { ...smtp(somewhere), "secret.user": "", "secret.password": "", ...fields, updatedAt });
    };
    expect((await change({ "config.redirectTo": "trial@example.org" })).status).toBe(303);
    expect([await secretOf(), (await row())?.secret_set_at]).toEqual([
      { user: "office", password: "correct horse" },
      NOON,
    ]);
    expect((await admin.get(`/admin/clients/${stage.berlin}`)).text).toContain("Every mail goes to trial@example.org");
    const half = await change({ "secret.password": "new one" });
    expect([half.status, half.text.includes("Type the secret again")]).toEqual([422, true]);
    expect(half.body).not.toContain("new one");
    expect((await change({ "secret.user": "office", "secret.password": "new one" })).status).toBe(303);
    expect([(await secretOf())?.password, (await row())?.secret_set_at]).toEqual(["new one", stage.now]);
    expect((await change({ removeSecret: "true" })).status).toBe(303);
    expect(await secretOf()).toBeNull();
    const changes = await listChanges(stage.database, { of: { entity: "connector", entityId: 1 } });
    expect(changes.map(({ after }) => after?.secret)).toEqual(["removed", "replaced", undefined, "set"]);
    expect(JSON.stringify(changes)).not.toContain("new one");
  });

  it.each([
    [{ "config.host": "" }, "Enter a text"],
    [{ "config.port": "25" }, "25 is for mail between servers"],
    [{ "config.secure": "none" }, "none would send mail and password readable"],
    [{ "config.from.address": "office" }, "is not an e-mail address"],
    [{ "config.extra": "1" }, "There is no such field"],
    [{ name: " " }, "Give the connector a name"],
    [{ client: "99" }, "There is no such client here."],
  ])("is refused with %o, and what was entered stays, but for the secret", async (wrong, message) => {
    const { status, text, body } = await admin.post(`${PAGE}/new`, { ...smtp(somewhere), ...wrong });
    expect([status, text.includes(message)], text).toEqual([422, true]);
    expect([body.includes('value="Office"'), body.includes("correct horse")]).toEqual([true, false]);
    expect(await row()).toBeUndefined();
  });

  it("that is sent with an expired session waits in the sign-in without its secret", async () => {
    await stage.database.execute("DELETE FROM admin_sessions");
    const { status, body } = await admin.post(`${PAGE}/new`, smtp(somewhere));
    expect([status, body.includes("smtp.example.com"), body.includes("correct horse")]).toEqual([401, true, false]);
  });

  it("has a name of its own among its kind; by two at once the second sees it; deleted it is gone", async () => {
    const path = await create(smtp(somewhere));
    expect((await admin.post(`${PAGE}/new`, smtp(somewhere))).status).toBe(409);
    const updatedAt = hidden((await admin.get(path)).body, "updatedAt");
    stage.now += 1000;
    await admin.post(path, { ...smtp(somewhere), active: "false", updatedAt });
    const late = await admin.post(path, { ...smtp(somewhere), name: "other", updatedAt });
    expect([late.status, late.text.includes("Another administrator saved this connector")]).toEqual([409, true]);
    expect(late.text).toContain("Active is now: false");
    expect([late.body.includes('value="other"'), late.text.includes("switched off")]).toEqual([true, true]);
    expect((await admin.post(`${path}/delete`)).location).toContain("connector-deleted");
    expect((await admin.post(`${path}/delete`)).status).toBe(404);
  });

  it("of each kind has German for its fields and words", () => {
    const words = connectorVariants.flatMap((variant) => [
      variant.label,
      variant.summary,
      ...configFields(variant).map(({ label }) => label),
      ...Object.values(variant.secret?.shape ?? {}).map((part) => part.description ?? ""),
    ]);
    expect(words.filter((one) => one !== "" && findGerman(one) === null)).toEqual([]);
  });
});

describe("the test of a mail connector", () => {
  it("connects, greets and logs in, sends nothing, and is noted as its health", async () => {
    const server = await freshMailServer({
      secure: "starttls",
      credentials: { user: "office", password: "correct horse" },
    });
    const path = await create({ ...smtp(server), "config.host": "localhost" });
    const answer = await admin.post(`${path}/test`);
    expect(answer.text).toContain("The test went well");
    expect(answer.text).toMatch(/Connected to localhost:\d+ .*encrypted.* Logged in as office .*No mail was sent/);
    expect((await server.traffic(0)).received).toEqual([]);
    expect(answer.text).toContain("works");
    const [change] = await listChanges(stage.database, { of: { entity: "connector", entityId: 1 } });
    expect([change?.action, change?.after]).toEqual(["test", { ok: true }]);

    const updatedAt = hidden((await admin.get(path)).body, "updatedAt");
    const wrong = { ...smtp(server), "config.host": "localhost", "secret.password": "battery staple", updatedAt };
    expect((await admin.post(path, wrong)).status).toBe(303);
    const refused = await admin.post(`${path}/test`);
    expect(refused.text).toContain("The server refused the login. Check user and password");
    expect(refused.text).toContain("needs a new secret");
    expect(refused.body).not.toContain("battery staple");
  });

  it("says how far it came, in the reader's language", async () => {
    const server = await freshMailServer({ secure: "none" });
    const path = await create({ ...smtp(server), "config.host": "127.0.0.1" });
    const plain = await admin.post(`${path}/test`);
    expect(plain.text).toMatch(
      /Fine: The server answered our greeting \(EHLO\) Failed: The connection could not be encrypted/,
    );
    await server.stop();
    await admin.post("/language", { locale: "de", zone: "", back: PAGE });
    expect((await admin.post(`${path}/test`)).text).toMatch(
      /Fehlgeschlagen: Keine Verbindung zu 127\.0\.0\.1:\d+\. Prüfen Sie/,
    );
  });
});

describe("the test of an HTTP connector", () => {
  const signing = `whsec_${Buffer.alloc(24, 3).toString("base64")}`;
  const fields = (url: string, secret: Record<string, string> = {}) => ({
    variant: "http",
    client: String(stage.berlin),
    name: "erp",
    active: "true",
    "config.origins": url,
    "secret.signing": signing,
    ...secret,
  });

  it("sends nothing unless it is confirmed, then a signed POST, and says what came back", async () => {
    const receiver = await startReceiver((response, _request, time) => {
      response.statusCode = time === 1 ? 200 : 403;
      response.end();
    });
    const path = await create(fields(receiver.url));
    expect((await admin.post(`${path}/test`)).text).toMatch(/Requests may go to .* Nothing was sent/);
    const url = `${receiver.url}/hook?key=hidden-key`;
    expect((await admin.post(`${path}/test`, { url, send: "false" })).text).toContain("Nothing was sent");
    expect(receiver.received).toEqual([]);
    const sent = await admin.post(`${path}/test`, { url, send: "true" });
    expect(sent.text).toMatch(/A POST was sent, signed .* answered 200 after \d+ ms/);
    const [request] = receiver.received;
    expect(request && new Verifier([signing], Date.now).judge(request)).toBe("fresh");
    expect((await admin.post(`${path}/test`, { url, send: "true" })).text).toContain("needs a new secret");
    const changes = JSON.stringify(await listChanges(stage.database, { clientId: stage.berlin }));
    expect(changes).toContain(`"sentTo":"${receiver.url}"`);
    expect(changes).not.toMatch(/hidden-key|whsec_/);
  });

  it.each([
    ["http://10.0.0.1/hook", "Requests may not go to http://10.0.0.1"],
    ["https://other.example.com/", "is for https://erp.example.com only"],
    ["nonsense", "The address for the test call is none"],
  ])("to %s is refused, and nothing is sent", async (url, message) => {
    const path = await create(fields(url.startsWith("http://10") ? "http://10.0.0.1" : "https://erp.example.com"));
    const { text } = await admin.post(`${path}/test`, { url, send: "true" });
    expect([text.includes("The test failed"), text.includes(message)], text).toEqual([true, true]);
  });

  it("needs origins where its secret has headers", async () => {
    const secret = { "secret.headers": '{"Authorization":"Bearer 12345678"}' };
    const { status, text, body } = await admin.post(`${PAGE}/new`, fields("", secret));
    expect([status, text.includes("Name the origins that the secret headers may go to")]).toEqual([422, true]);
    expect(body).not.toContain("12345678");
    await create(fields("https://erp.example.com", secret));
  });
});
