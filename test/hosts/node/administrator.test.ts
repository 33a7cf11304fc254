import { beforeEach, describe, expect, it } from "vitest";
import { addAdmin } from "../../../src/control/access/access.ts";
import { updateAdmin } from "../../../src/control/access/admins.ts";
import { verifyPassword } from "../../../src/control/access/password.ts";
import { ADMIN_EMAIL, ensureAdministrator } from "../../../src/hosts/node/administrator.ts";
import type { Database } from "../../../src/store/database.ts";
import { freshFileDatabase } from "../../harness/database/file-database.ts";

const NOW = Date.UTC(2026, 10, 30);
let control: Database;
beforeEach(async () => {
  control = await freshFileDatabase(["control", "store"]);
});

const accounts = async () =>
  (await control.execute("SELECT email, role, active FROM admins ORDER BY id")).rows.map((row) => ({ ...row }));
const audited = async () =>
  (await control.execute("SELECT actor, entity, entity_id, action, after FROM audit_log ORDER BY id")).rows.map(
    ({ actor, entity, entity_id, action, after }) => [actor, entity, entity_id, action, JSON.parse(String(after))],
  );
const hashOf = async (email: string) =>
  String(
    (await control.execute({ sql: "SELECT password_hash FROM admins WHERE email = ?", args: [email] })).rows[0]
      ?.password_hash,
  );

const renamed = { email: "ada@example.com", name: "Ada", role: "system_admin", clientId: 0 } as const;

describe("the first administrator", () => {
  it("is made at the first start, on record, and kept at the next", async () => {
    const first = await ensureAdministrator(control, false, NOW);
    expect(first.email).toBe(ADMIN_EMAIL);
    expect(await verifyPassword(first.password ?? "", await hashOf(ADMIN_EMAIL))).toBe(true);
    expect(await ensureAdministrator(control, false, NOW)).toEqual({ email: ADMIN_EMAIL, password: null });
    const after = { email: ADMIN_EMAIL, name: "Administrator", role: "system_admin", clientId: 0 };
    expect(await audited()).toEqual([["first start", "admin", 1, "create", after]]);
  });

  it("is not made a second time when it has another name and address", async () => {
    await ensureAdministrator(control, false, NOW);
    await updateAdmin(control, 1, renamed, "ada@example.com", NOW);
    expect(await ensureAdministrator(control, false, NOW)).toEqual({ email: "ada@example.com", password: null });
    expect(await accounts()).toEqual([{ email: "ada@example.com", role: "system_admin", active: 1 }]);
  });

  it("gets a new password on demand whatever it is called now, on record, and its sessions end", async () => {
    await ensureAdministrator(control, false, NOW);
    await updateAdmin(control, 1, renamed, "ada@example.com", NOW);
    await control.execute(
      "INSERT INTO admin_sessions (token_hash, admin_id, created_at, last_seen_at, expires_at) VALUES ('a', 1, 0, 0, 0)",
    );
    const { email, password } = await ensureAdministrator(control, true, NOW);
    expect(email).toBe("ada@example.com");
    expect(await verifyPassword(password ?? "", await hashOf("ada@example.com"))).toBe(true);
    expect((await audited()).at(-1)).toEqual([
      "--new-password",
      "admin",
      1,
      "update",
      { password: "made anew", active: true },
    ]);
    expect((await control.execute("SELECT 1 FROM admin_sessions")).rows).toEqual([]);
  });

  it("is not made where its role was given to another account, which gets the new password", async () => {
    await ensureAdministrator(control, false, NOW);
    await addAdmin(control, { ...renamed, passwordHash: null }, NOW);
    await updateAdmin(control, 1, { ...renamed, email: ADMIN_EMAIL, role: "read_only" }, "ada@example.com", NOW);
    expect(await ensureAdministrator(control, true, NOW)).toMatchObject({ email: "ada@example.com" });
    expect(await accounts()).toHaveLength(2);
  });

  it("is made once by two processes that start at the same moment", async () => {
    const made = await Promise.all([1, 2].map(() => ensureAdministrator(control, false, NOW)));
    expect(made.filter(({ password }) => password !== null)).toHaveLength(1);
    expect(await accounts()).toHaveLength(1);
    expect(await audited()).toHaveLength(1);
  });
});
