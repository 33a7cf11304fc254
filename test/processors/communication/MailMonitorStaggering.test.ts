import { beforeEach, describe, expect, it } from "vitest";
import type { MailResult, OutgoingMail } from "../../../src/connectors/mail/transport.ts";
import { connectorsWith, login, Mailing, NOON } from "./mailing.ts";

let mailing: Mailing;

beforeEach(async () => {
  mailing = await Mailing.start();
});

const recipients = (received: readonly { readonly to: readonly string[] }[]) => received.map(({ to }) => to[0]);
const addresses = (...ids: number[]) => ids.map((id) => `p${id}@example.com`);

describe("MailMonitorStaggering", () => {
  it("with n sends the n oldest by queued_at, then id", async () => {
    await mailing.amount(3);
    const server = await mailing.server();
    await mailing.add({ id: 1, queued_at: 50 }, { id: 2, queued_at: 20 }, { id: 3, queued_at: 40 });
    await mailing.add({ id: 4, queued_at: 40 }, { id: 5, queued_at: 10 }, { id: 6, queued_at: 40 });
    const run = await mailing.send();
    expect(run).toMatchObject({ state: "ok", counts: { scanned: 3, changed: 3, sent: 3, remaining: 3 } });
    expect(recipients((await server.traffic(3)).received)).toEqual(addresses(5, 2, 3));
    expect(await mailing.ids("to_forward")).toEqual([1, 4, 6]);
  });

  it("with 0 sends all, of every kind, and says of each when, by whom and under what name", async () => {
    await mailing.amount(0);
    const server = await mailing.server();
    const kinds = ["registration", "notification", "logic", "whats_new", "report", "license", "system"];
    await mailing.add(...kinds.map((kind, index) => ({ id: index + 1, kind })));
    const run = await mailing.send();
    expect(run).toMatchObject({ state: "ok", counts: { sent: 7, remaining: 0 } });
    const { received } = await server.traffic(7);
    expect(received[0]).toMatchObject({ from: "office@example.org", subject: "Subject 1", text: "Body 1\r\n" });
    for (const mail of await mailing.mails("status, attempts, claimed_run_id, sent_at, provider_message_id, error")) {
      expect(mail).toMatchObject({
        status: "sent",
        attempts: 1,
        claimed_run_id: run.id,
        sent_at: NOON + 1000,
        error: null,
      });
      expect(mail.provider_message_id).toMatch(/\S/);
    }
  });

  it("sends more mails than it reads at once, whatever chunkSize is", async () => {
    await mailing.amount(0);
    const server = await mailing.server();
    await mailing.fill(120);
    const run = await mailing.send({ parameters: { chunkSize: 7 } });
    expect(run).toMatchObject({
      state: "ok",
      counts: { scanned: 120, sent: 120, remaining: 0 },
      progress: { total: 120 },
    });
    expect(recipients((await server.traffic(120)).received)).toEqual(
      addresses(...Array.from({ length: 120 }, (_, index) => index + 1)),
    );
  });

  it("leaves other channels, other states and other clients alone", async () => {
    await mailing.amount(0);
    const server = await mailing.server();
    await mailing.add({ id: 1, channel: "internal", status: "internal" }, { id: 2, channel: "push" });
    await mailing.add({ id: 3, status: "sent" }, { id: 4, status: "error" }, { id: 5, client_id: 2 }, { id: 6 });
    await mailing.send();
    expect(recipients((await server.traffic(1)).received)).toEqual(addresses(6));
    expect((await mailing.mails("status")).map(({ status }) => status)).toEqual([
      "internal",
      "to_forward",
      "sent",
      "error",
      "to_forward",
      "sent",
    ]);
  });

  it("stops after maxRows mails", async () => {
    await mailing.amount(0);
    await mailing.server();
    await mailing.fill(5);
    expect(await mailing.send({ parameters: { maxRows: 2 } })).toMatchObject({ state: "partial", counts: { sent: 2 } });
    expect(await mailing.ids("to_forward")).toEqual([3, 4, 5]);
  });

  it("keeps the real recipient in messages when mail is redirected", async () => {
    await mailing.amount(0);
    const server = await mailing.server({}, { redirectTo: "trial@example.org" });
    await mailing.add({ id: 1 });
    await mailing.send();
    expect(recipients((await server.traffic(1)).received)).toEqual(["trial@example.org"]);
    expect(await mailing.mails("status, to_address")).toEqual([{ status: "sent", to_address: "p1@example.com" }]);
  });
});

describe("MailMonitorStaggering without its configuration", () => {
  it("does nothing when the setting is undefined, and names it", async () => {
    await mailing.server();
    await mailing.fill(2);
    const run = await mailing.send();
    expect(run).toMatchObject({ state: "no_action", message: expect.stringContaining("mailMonitorStaggeringAmount") });
    expect(await mailing.ids("to_forward")).toEqual([1, 2]);
  });

  it.each([-1, 1.5, "many", null, true])("fails when the setting is %j, and names it", async (value) => {
    await mailing.amount(value);
    await mailing.server();
    await mailing.fill(1);
    const run = await mailing.send();
    expect(run).toMatchObject({ state: "failed", reason: "invalid_configuration", attempt: 1 });
    expect(run.message).toContain("mailMonitorStaggeringAmount");
    expect(await mailing.ids("to_forward")).toEqual([1]);
  });

  it.each([
    ["there is no connector", "DELETE FROM connectors"],
    ["the connector is not active", "UPDATE connectors SET active = 0"],
    ["the connector is disabled", "UPDATE connectors SET state = 'disabled'"],
    ["the connector is another client's", "UPDATE connectors SET client_id = 2"],
  ])("does nothing when %s, and names it", async (_, change) => {
    await mailing.amount(0);
    await mailing.server();
    await mailing.database.execute(change);
    await mailing.fill(1);
    expect(await mailing.send()).toMatchObject({
      state: "no_action",
      message: expect.stringContaining("connector of kind mail"),
    });
  });

  it("fails when the connector cannot be used, and names the field", async () => {
    await mailing.amount(0);
    await mailing.connector({
      transport: "smtp",
      host: "smtp.example.com",
      port: 25,
      from: { address: "a@example.org" },
    });
    await mailing.fill(1);
    const run = await mailing.send();
    expect(run).toMatchObject({ state: "failed", reason: "invalid_configuration", attempt: 1 });
    expect(run.message).toContain("config.port");
    expect(await mailing.ids("to_forward")).toEqual([1]);
  });
});

describe("a mail that does not get through", () => {
  it("becomes an error with the server's words when it is refused; the others go on; no job tries it again", async () => {
    await mailing.amount(0);
    const server = await mailing.server({ rules: [{ to: "p2@example.com", verdict: "refuse-recipient" }] });
    await mailing.fill(3);
    const run = await mailing.send();
    expect(run).toMatchObject({
      state: "partial",
      counts: { scanned: 3, changed: 2, failed: 1, sent: 2, errors: 1, remaining: 0 },
      errors: [{ ref: "message:2", code: "refused", message: expect.stringContaining("550") }],
    });
    expect((await mailing.mails("status, error, attempts"))[1]).toEqual({
      status: "error",
      error: expect.stringMatching(/^refused: .*550/),
      attempts: 1,
    });
    expect(await mailing.send()).toMatchObject({ state: "no_action" });
    expect(recipients((await server.traffic(2)).received)).toEqual(addresses(1, 3));
  });

  it("becomes an error without a word to the server when it has no usable address", async () => {
    await mailing.amount(0);
    const server = await mailing.server();
    await mailing.add({ id: 1, to_address: null }, { id: 2, to_address: "Ada <a@example.com>" }, { id: 3 });
    await mailing.add({ id: 4, to_address: "a@example.com\r\nBcc: e@example.com" });
    expect(await mailing.send()).toMatchObject({ state: "partial", counts: { sent: 1, errors: 3, failed: 3 } });
    expect((await mailing.mails("error")).map(({ error }) => String(error).split(":")[0])).toEqual([
      "no_address",
      "invalid_address",
      "null",
      "invalid_address",
    ]);
    expect(recipients((await server.traffic(1)).received)).toEqual(addresses(3));
  });

  it("becomes delivery_unknown when the connection breaks before the answer, and is never sent again", async () => {
    await mailing.amount(0);
    const server = await mailing.server({ rules: [{ to: "p2@example.com", verdict: "drop-after-data" }] });
    await mailing.fill(3);
    expect(await mailing.send()).toMatchObject({ state: "partial", counts: { sent: 2, errors: 1 } });
    expect((await mailing.mails())[1]).toMatchObject({
      status: "error",
      error: expect.stringMatching(/^delivery_unknown: /),
    });
    await mailing.send();
    expect(recipients((await server.traffic(3)).received)).toEqual(addresses(1, 2, 3));
  });

  it("sends the same identifier again when an administrator sets it back", async () => {
    await mailing.amount(0);
    const server = await mailing.server({ rules: [{ nth: 1, verdict: "drop-after-data" }] });
    await mailing.fill(1);
    await mailing.send();
    await mailing.database.execute("UPDATE messages SET status = 'to_forward'");
    expect(await mailing.send()).toMatchObject({ state: "ok", counts: { sent: 1 } });
    const { received } = await server.traffic(2);
    expect(received[0]?.headers["message-id"]).toBe(received[1]?.headers["message-id"]);
    expect(await mailing.mails("status, attempts, error")).toEqual([{ status: "sent", attempts: 2, error: null }]);
  });
});

it("that stopped at maxRows is followed by a run with its own full number, the oldest first", async () => {
  await mailing.amount(3);
  const server = await mailing.server();
  await mailing.fill(4);
  expect(await mailing.send({ parameters: { maxRows: 2 } })).toMatchObject({ state: "partial", reason: "max_rows" });
  // An administrator sets one back that lies in front of where the run stopped.
  await mailing.database.execute("UPDATE messages SET status = 'to_forward' WHERE id = 1");
  expect(await mailing.send({ parameters: { maxRows: 9 } })).toMatchObject({
    state: "ok",
    counts: { sent: 3, remaining: 0 },
  });
  expect(recipients((await server.traffic(5)).received)).toEqual(addresses(1, 2, 1, 3, 4));
});

describe("a mail server that cannot be used", () => {
  it("leaves every mail to_forward when no server listens, and the run is tried again from there", async () => {
    await mailing.amount(0);
    const gone = await mailing.server();
    await gone.stop();
    await mailing.fill(3);
    const run = await mailing.send({ firstAttempt: true });
    expect(run).toMatchObject({ state: "waiting", message: expect.stringContaining("mail") });
    expect(await mailing.ids("to_forward")).toEqual([1, 2, 3]);

    const server = await mailing.server();
    await mailing.work();
    expect(await mailing.run(run.id)).toMatchObject({ state: "ok", attempt: 2, counts: { sent: 3, remaining: 0 } });
    expect(recipients((await server.traffic(3)).received)).toEqual(addresses(1, 2, 3));
  });

  it("ends the run as failed with remote_unavailable after its last attempt", async () => {
    await mailing.amount(0);
    await mailing.server({ unavailable: true });
    await mailing.fill(2);
    expect(await mailing.send()).toMatchObject({ state: "failed", reason: "remote_unavailable", attempt: 3 });
    expect(await mailing.ids("to_forward")).toEqual([1, 2]);
    expect((await mailing.rows("SELECT state, last_error FROM connectors"))[0]).toMatchObject({
      state: "ok",
      last_error: expect.stringContaining("421"),
    });
  });

  it("ends the run as failed with invalid_configuration when it refuses the login, and the password shows nowhere", async () => {
    await mailing.amount(0);
    const server = await mailing.server({ credentials: login });
    await mailing.connector(
      { transport: "smtp", host: "localhost", port: server.port, secure: "none", from: { address: "o@example.org" } },
      { ...login, password: "wr0ng-pass" },
    );
    await mailing.fill(2);
    const run = await mailing.send();
    expect(run).toMatchObject({ state: "failed", reason: "invalid_configuration", attempt: 1 });
    expect(await mailing.mails("status, claimed_run_id, error")).toEqual(
      [1, 2].map(() => ({ status: "to_forward", claimed_run_id: null, error: null })),
    );
    expect((await mailing.rows("SELECT state FROM connectors"))[0]).toEqual({ state: "reauth_required" });
    for (const { name } of await mailing.rows("SELECT name FROM sqlite_master WHERE type = 'table'")) {
      expect(JSON.stringify(await mailing.rows(`SELECT * FROM ${name}`))).not.toContain("wr0ng-pass");
    }
  });

  it("is recognised again as well once it takes mail", async () => {
    await mailing.amount(0);
    await mailing.server({ credentials: login });
    await mailing.database.execute("UPDATE connectors SET state = 'reauth_required', last_error = 'no'");
    await mailing.fill(1);
    await mailing.send();
    expect((await mailing.rows("SELECT state, last_error, last_ok_at FROM connectors"))[0]).toEqual({
      state: "ok",
      last_error: null,
      last_ok_at: NOON + 1000,
    });
  });

  it.each([
    ["defers", "defer-recipient", 0],
    ["hangs up on", "drop-after-data", 5],
  ] as const)(
    "ends the attempt after five mails in a row that it %s, however the run is cut into slices",
    async (_, verdict, arrived) => {
      await mailing.amount(0);
      const ids = [2, 3, 4, 5, 6, 7, 8];
      const server = await mailing.server({ rules: ids.map((id) => ({ to: `p${id}@example.com`, verdict })) });
      await mailing.fill(9);
      const run = await mailing.send({ firstAttempt: true }, { slice: { wallMs: 20_000, calls: 1 } });
      expect(run).toMatchObject({ state: "waiting", message: expect.stringContaining("mail") });
      expect(await mailing.ids("error")).toEqual([2, 3, 4, 5, 6]);
      expect(await mailing.ids("to_forward")).toEqual([7, 8, 9]);
      expect((await server.traffic(arrived + 1)).received).toHaveLength(arrived + 1);
    },
  );

  it("is not blamed for a mail at which the connection breaks every time", async () => {
    await mailing.amount(0);
    const server = await mailing.server({ rules: [{ to: "p1@example.com", verdict: "drop-before-data" }] });
    await mailing.fill(3);
    const run = await mailing.send();
    expect(run).toMatchObject({ state: "partial", attempt: 3, counts: { sent: 2, errors: 1, remaining: 0 } });
    expect((await mailing.mails("error, attempts"))[0]).toEqual({
      error: expect.stringMatching(/^connection_broken: /),
      attempts: 3,
    });
    expect(recipients((await server.traffic(2)).received)).toEqual(addresses(2, 3));
  });

  it("goes on however many mails were refused: that was reckoned with", async () => {
    await mailing.amount(0);
    const rules = [1, 2, 3].map((id) => ({ to: `p${id}@example.com`, verdict: "refuse-recipient" as const }));
    await mailing.server({ rules });
    await mailing.fill(5);
    expect(await mailing.send({ parameters: { maxFailures: 0 } })).toMatchObject({
      state: "partial",
      counts: { failed: 3, sent: 2 },
    });
    expect(await mailing.ids("to_forward")).toEqual([]);
  });
});

describe("a dry run", () => {
  it.each([
    ["all", 0, { scanned: 8, sent: 6, errors: 2, failed: 2, remaining: 0 }],
    ["the oldest", 5, { scanned: 6, sent: 4, errors: 2, failed: 2, remaining: 2 }],
  ])("of %s sends nothing, changes nothing and counts what a real one would", async (_, amount, counts) => {
    await mailing.amount(amount);
    const server = await mailing.server();
    await mailing.fill(6);
    await mailing.add(
      { id: 7, to_address: null, queued_at: 1 },
      { id: 8, status: "sending", claimed_run_id: 99, attempts: 1 },
    );
    const before = await mailing.mails("*");
    const rehearsal = await mailing.send({ dryRun: true }, { slice: { wallMs: 20_000, calls: 3 } });
    expect(rehearsal).toMatchObject({ state: "partial", counts });
    expect(await mailing.mails("*")).toEqual(before);
    expect((await server.traffic()).connections).toBe(0);
    const lines = (await mailing.rows("SELECT message FROM run_logs")).map(({ message }) => message);
    expect(lines).toContain("Would do: mail to p1@example.com: Subject 1");

    const real = await mailing.send();
    expect(real.counts).toEqual(rehearsal.counts);
  });
});

describe("mails whose sender died", () => {
  const sending = (id: number, claimed: number | null) => ({
    id,
    status: "sending",
    claimed_run_id: claimed,
    attempts: 1,
  });
  const checkpoint = (id: number, done: number) =>
    mailing.database.execute(
      `INSERT INTO checkpoints (run_id, lease, now_at, done, outcome) VALUES (${id}, 1, 0, ${done}, '{"state":"failed"}')`,
    );
  const intent = (run: number, mail: number, at: number) =>
    mailing.database.execute(
      `INSERT INTO effects (run_id, key, state, intended_at) VALUES (${run}, 'mail:${mail}:1', 'intended', ${at})`,
    );

  it("become delivery_unknown when their run has ended, is forgotten, or cannot be at work any more; others are left alone", async () => {
    await mailing.amount(0);
    const server = await mailing.server();
    await checkpoint(901, 1);
    await checkpoint(903, 0);
    await checkpoint(904, 0);
    await mailing.add(sending(1, 901), sending(2, 902), sending(3, 903), sending(4, 904), sending(5, null));
    await mailing.add({ ...sending(6, 901), client_id: 2 });
    const start = NOON + 1000;
    await intent(903, 3, start - 15 * 60_000 - 1);
    await intent(904, 4, start - 15 * 60_000);
    const run = await mailing.send();
    expect(run).toMatchObject({ state: "partial", counts: { scanned: 4, failed: 4, errors: 4, remaining: 0 } });
    const errors = (await mailing.mails("id, error")).filter(({ error }) =>
      String(error).startsWith("delivery_unknown: "),
    );
    expect(errors.map(({ id }) => id)).toEqual([1, 2, 3, 5]);
    expect(await mailing.ids("sending")).toEqual([4, 6]);
    expect((await server.traffic()).received).toEqual([]);
  });

  it("do not count among the n of another run", async () => {
    await mailing.amount(2);
    const server = await mailing.server();
    await mailing.fill(3);
    await mailing.add(sending(4, 902));
    expect(await mailing.send()).toMatchObject({ counts: { sent: 2, errors: 1, remaining: 1 } });
    expect(recipients((await server.traffic(2)).received)).toEqual(addresses(1, 2));
  });
});

describe("a mail that changes between being read and being sent", () => {
  it.each([
    [
      "was taken by another run",
      "UPDATE messages SET status = 'sending', claimed_run_id = 99, attempts = 1 WHERE id = 2",
    ],
    ["lost its recipient", "UPDATE messages SET to_address = NULL, subject = '', body = '' WHERE id = 2"],
    ["was deleted", "DELETE FROM messages WHERE id = 2"],
  ])("is not sent when it %s", async (_, change) => {
    await mailing.amount(0);
    await mailing.fill(3);
    const sent: string[] = [];
    const send = async (mail: OutgoingMail): Promise<MailResult> => {
      sent.push(mail.to);
      if (sent.length === 1) await mailing.database.execute(change);
      return { state: "sent", providerMessageId: null };
    };
    await mailing.send({}, { connectorsFor: connectorsWith({ send }) });
    expect(sent).toEqual(addresses(1, 3));
  });
});
