import { beforeEach, describe, expect, it } from "vitest";
import { createConnector } from "../../../src/control/clients/connector-records.ts";
import { type Browser, type Stage, setStage } from "../stage/stage.ts";

const MINUTE = 60_000;
let stage: Stage;
let chief: Browser;
let connector: string;

beforeEach(async () => {
  stage = await setStage();
  chief = await stage.signedIn("system_admin");
  const input = { clientId: 0, kind: "http", name: "erp", active: true, config: { origins: [] }, seal: null };
  const made = await createConnector(stage.database, input, "ada", stage.now);
  connector = `/admin/connectors/${made.state === "saved" ? made.connectorId : 0}`;
});

const grace = { name: "Grace", email: "grace@example.com", role: "read_only", clientId: "0" };
const accounts = async () => Number((await stage.database.execute("SELECT count(*) AS n FROM admins")).rows[0]?.n);

/** Ten minutes after the sign-in, which counted as the proof. */
function later() {
  stage.now += 10 * MINUTE;
}

describe("accounts and connectors", () => {
  it("are open within ten minutes after the sign-in", async () => {
    stage.now += 10 * MINUTE - 1;
    expect((await chief.get("/admin/admins/1")).status).toBe(200);
    expect((await chief.get(connector)).status).toBe(200);
    expect((await chief.post("/admin/admins/new", grace)).status).toBe(200);
  });

  it.each(["/admin/admins/new", "/admin/admins/1", "/admin/connectors/new?variant=smtp&client=berlin", ""])(
    "then ask for the password first, and lead on: %s",
    async (path) => {
      later();
      const wanted = path || connector;
      const asked = await chief.get(wanted);
      expect([asked.status, asked.location]).toEqual([303, `/admin/prove?next=${encodeURIComponent(wanted)}`]);
      expect((await chief.get(asked.location ?? "")).text).toContain("Confirm that it is you");
      const answer = await chief.post("/admin/prove", { next: wanted, password: "secret" });
      expect([answer.status, answer.location]).toEqual([303, wanted]);
      expect((await chief.get(wanted)).status).toBe(200);
    },
  );

  it("are not changed by a form that comes without a proof: it waits, and nothing is done until it is sent again", async () => {
    later();
    const asked = await chief.post("/admin/admins/new", grace);
    expect([asked.status, asked.text.includes("Nothing has been done yet")]).toEqual([401, true]);
    expect(await accounts()).toBe(1);
    const carried = Object.fromEntries(
      [...asked.body.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name = "", value = ""]) => [
        name,
        value,
      ]),
    );
    const kept = await chief.post("/admin/prove", { ...carried, password: "secret" });
    expect(kept.text).toContain("You have confirmed that it is you");
    expect(await accounts()).toBe(1);
    expect((await chief.post("/admin/admins/new", grace)).status).toBe(200);
    expect(await accounts()).toBe(2);
  });

  it("keep a typed secret out of the page that asks", async () => {
    later();
    const asked = await chief.post(connector, { name: "erp", "secret.signing": "whsec_correct-horse" });
    expect(asked.status).toBe(401);
    expect(asked.body).not.toContain("correct-horse");
    expect(asked.text).toContain("Passwords and secrets are not kept");
  });

  it.each(["switch", "password", "untie", ""])("cannot be changed by any deed without a proof: %s", async (deed) => {
    later();
    const answer = await chief.post(`/admin/admins/1${deed === "" ? "" : `/${deed}`}`, { active: "false" });
    expect(answer.status).toBe(401);
    for (const end of ["test", "delete"]) expect((await chief.post(`${connector}/${end}`)).status).toBe(401);
    const rows = (await stage.database.execute("SELECT count(*) AS n FROM audit_log WHERE action <> 'create'")).rows;
    expect(rows[0]?.n).toBe(0);
  });

  it("stay open as lists, as everything else does", async () => {
    later();
    for (const path of ["/admin/admins", "/admin/connectors", "/admin/settings", "/admin/jobs"]) {
      expect((await chief.get(path)).status).toBe(200);
    }
  });

  it("answer those whose they are not as ever", async () => {
    const reader = await stage.signedIn("client_admin", stage.berlin);
    later();
    expect((await reader.get("/admin/admins/1")).status).toBe(403);
    expect((await reader.post("/admin/admins/new", grace)).status).toBe(403);
    expect((await reader.get(connector)).status).toBe(403);
  });

  it("are open as long as the setting says", async () => {
    await stage.database.execute(
      "INSERT INTO settings (client_id, key, value, created_at, updated_at) VALUES (0, 'manager.proofMinutes', '20', 0, 0)",
    );
    stage.now += 19 * MINUTE;
    expect((await chief.get("/admin/admins/1")).status).toBe(200);
    stage.now += MINUTE;
    expect((await chief.get("/admin/admins/1")).status).toBe(303);
  });
});

describe("a proof", () => {
  it("by another password is none, and guessing is slowed", async () => {
    later();
    const statuses = [];
    for (let guess = 0; guess < 6; guess += 1) {
      statuses.push((await chief.post("/admin/prove", { next: "/admin/admins/1", password: `guess ${guess}` })).status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    expect((await chief.get("/admin/admins/1")).status).toBe(303);
    expect((await chief.post("/admin/prove", { password: "" })).status).toBe(400);
  });

  it("is not kept from its owner by a stranger who guesses elsewhere", async () => {
    for (let guess = 0; guess < 20; guess += 1) {
      await stage.stranger().post("/sign-in", { email: "system_admin-1@example.com", password: "guess" });
    }
    later();
    expect((await chief.post("/admin/prove", { password: "secret" })).status).toBe(303);
  });

  it("gives the browser a fresh token, and the one before opens nothing", async () => {
    later();
    const thief = stage.stranger();
    for (const [name, value] of chief.cookies) thief.cookies.set(name, value);
    await chief.post("/admin/prove", { password: "secret" });
    expect((await thief.get("/admin/now")).location).toBe("/sign-in");
    expect((await chief.get("/admin/now")).status).toBe(200);
  });

  it("leads to no other site", async () => {
    const answer = await chief.post("/admin/prove", { next: "https://evil.example/", password: "secret" });
    expect(answer.location).toBe("/admin/now");
  });
});
