import { beforeEach, describe, expect, it } from "vitest";
import { openConnectors } from "../../src/connectors/connectors.ts";
import type { ConnectorPorts } from "../../src/connectors/ports.ts";
import { ConnectorInvalidError } from "../../src/connectors/stored.ts";
import { SecretBox } from "../../src/control/secret.ts";
import { countingDatabase, type Database, type DatabaseTally } from "../../src/store/database.ts";
import { VirtualClock } from "../harness/clock.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";
import { freshMailServer } from "../harness/mail/mail.ts";
import { sealAsBefore } from "../harness/old-seal.ts";
import { nodeConnect } from "../harness/socket.ts";

const box = (byte: number) => new SecretBox(Buffer.alloc(32, byte).toString("base64"));
const login = { user: "office", password: "s3cret-pass" };
const smtp = { transport: "smtp", host: "smtp.example.com", port: 465, from: { address: "office@example.org" } };
const mail = { to: "ada@example.com", subject: "Hi", body: "Hi", messageId: "1" };

let database: Database;
let tally: DatabaseTally;

beforeEach(async () => {
  database = await freshFileDatabase(["control"]);
  tally = { roundTrips: 0, statements: 0 };
});

const open = (overrides: Partial<ConnectorPorts> = {}, clientId = 1) =>
  openConnectors(clientId, {
    control: countingDatabase(database, tally),
    secrets: box(7),
    connect: nodeConnect(),
    email: null,
    clock: new VirtualClock(9000),
    randomBytes: (length) => new Uint8Array(length),
    spend: () => undefined,
    ...overrides,
  });

async function add(config: unknown, secret: string | null = null, extra: Record<string, unknown> = {}) {
  const row = {
    client_id: 1,
    kind: "mail",
    name: "Mail",
    config,
    secret_enc: secret,
    created_at: 0,
    updated_at: 0,
    ...extra,
  };
  const values = Object.values(row).map((value) =>
    typeof value === "object" && value !== null ? JSON.stringify(value) : value,
  );
  await database.execute({
    sql: `INSERT INTO connectors (${Object.keys(row).join(", ")}) VALUES (${values.map(() => "?").join(", ")})`,
    args: values as (string | number | null)[],
  });
}

const sealed = (value: unknown, byte = 7) =>
  sealAsBefore(typeof value === "string" ? value : JSON.stringify(value), new Uint8Array(12), byte);

describe("a client's mail connector", () => {
  it("is read when it is asked for, and once", async () => {
    await add(smtp);
    const connectors = open();
    expect(tally.roundTrips).toBe(0);
    const first = await connectors.mail();
    expect(await connectors.mail()).toBe(first);
    expect(tally.roundTrips).toBe(1);
    await connectors.close();
    expect(tally.roundTrips).toBe(1);
  });

  it("is null when the client has none", async () => {
    await add(smtp, null, { client_id: 2 });
    await add(smtp, null, { kind: "ldap" });
    await add(smtp, null, { active: 0 });
    await add(smtp, null, { state: "disabled" });
    expect(await open().mail()).toBeNull();
    expect(await open({}, 2).mail()).not.toBeNull();
  });

  it.each<[string, () => Promise<void>, string]>([
    ["a wrong configuration", () => add({ ...smtp, port: 25 }), "config.port"],
    ["a configuration that is no JSON", () => add("{"), "config"],
    ["a secret sealed with another key", async () => add(smtp, await sealed(login, 8)), "SECRETS_KEY"],
    ["a secret that is no JSON", async () => add(smtp, await sealed("s3cret-pass")), "secret"],
    ["a secret without a user", async () => add(smtp, await sealed({ password: "s3cret-pass" })), "secret.user"],
    ["cf_email without a binding", () => add({ transport: "cf_email", from: smtp.from }), "EMAIL"],
  ])("with %s cannot be used, and the error says what to mend but no secret", async (_, arrange, named) => {
    await arrange();
    const error = await open()
      .mail()
      .then(
        () => null,
        (reason: unknown) => reason,
      );
    expect(error).toBeInstanceOf(ConnectorInvalidError);
    expect(String(error)).toContain(named);
    expect(String(error)).not.toContain("s3cret-pass");
    expect((error as ConnectorInvalidError).code).toBe("invalid_configuration");
  });

  it("sends with its sealed secret, costs one call for its connection, and is told healthy at the end", async () => {
    const server = await freshMailServer({ secure: "tls", credentials: login });
    await add({ ...smtp, host: "localhost", port: server.port }, await sealed(login), { last_error: "old" });
    let calls = 0;
    const connectors = open({
      spend: (count) => {
        calls += count;
      },
    });
    const transport = await connectors.mail();
    expect(await transport?.send(mail)).toMatchObject({ state: "sent" });
    expect(await transport?.send(mail)).toMatchObject({ state: "sent" });
    expect(calls).toBe(1);
    await connectors.close();
    const [row] = (await database.execute("SELECT state, last_error, last_ok_at FROM connectors")).rows;
    expect(row).toMatchObject({ state: "ok", last_error: null, last_ok_at: 9000 });
  });

  it.each([
    ["a refused login", { credentials: login }, "reauth_required"],
    ["no answer", { unavailable: true }, "ok"],
  ] as const)("is told unhealthy after %s", async (_, options, state) => {
    const server = await freshMailServer(options);
    await add(
      { ...smtp, host: "localhost", port: server.port, secure: "none" },
      "credentials" in options ? await sealed({ ...login, password: "wr0ng-pass" }) : null,
    );
    const connectors = open();
    await (await connectors.mail())?.send(mail);
    await connectors.close();
    const [row] = (await database.execute("SELECT state, last_error, last_ok_at FROM connectors")).rows;
    expect(row).toMatchObject({ state, last_error: expect.stringMatching(/localhost:\d+: /), last_ok_at: null });
    expect(row?.last_error).not.toContain("wr0ng-pass");
  });

  it("stays switched off when an administrator switched it off meanwhile", async () => {
    const server = await freshMailServer();
    await add({ ...smtp, host: "localhost", port: server.port, secure: "none" });
    const connectors = open();
    await (await connectors.mail())?.send(mail);
    await database.execute("UPDATE connectors SET state = 'disabled'");
    await connectors.close();
    expect((await database.execute("SELECT state FROM connectors")).rows[0]?.state).toBe("disabled");
  });

  it("can be closed twice, and without having been opened", async () => {
    const connectors = open();
    await connectors.close();
    await connectors.close();
  });
});
