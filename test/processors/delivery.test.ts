import { beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { countWaiting, FIRST_POSITION, orphanedMails, waitingMails } from "../../src/learning/messages/delivery.ts";
import { MailMonitorStaggering } from "../../src/processors/communication/MailMonitorStaggering.ts";
import { defineProcessor, RunFailure } from "../../src/processors/contract.ts";
import { deliveryCounts, mailingCursor, mailing as mailingRun } from "../../src/processors/delivery.ts";
import { sql } from "../../src/store/sql.ts";
import { boundStatement, thisClient, thisRun } from "../../src/store/statement.ts";
import { killedAt } from "../conformance/suite/faults.ts";
import { connectorsWith, Mailing } from "./communication/mailing.ts";

const parameters = z.strictObject({
  mails: z.array(z.int()).default([]),
  fails: z.boolean().default(false),
  failsOnceAfter: z.int().nullable().default(null),
});

/** How often `failsOnceAfter` has failed. */
let failed = 0;

const created = z.strictObject({ created: z.int() });

/** Creates one mail for each number in `mails`, one step each, and then delivers. */
const announcing = defineProcessor({
  id: "WhatsNew",
  group: "communication",
  title: "For tests",
  summary: "For tests.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: null,
  after: [],
  dryRun: "lower_bound",
  parameters,
  cursor: mailingCursor(created),
  counts: deliveryCounts,
  run: (context) =>
    mailingRun(context, ["whats_new"], async function* (from) {
      const { now } = context;
      const { mails, fails, failsOnceAfter } = context.parameters;
      for (const id of mails.slice(from?.created ?? 0)) {
        if (failed === 0 && mails.indexOf(id) === failsOnceAfter) {
          failed += 1;
          throw new RunFailure("remote_unavailable", "It fails once", { retry: true });
        }
        const create = sql`INSERT INTO messages (id, client_id, created_run_id, kind, channel, to_address, subject, body, dedupe_key, status, queued_at, created_at, updated_at)
          VALUES (${id}, ${thisClient}, ${thisRun}, 'whats_new', 'mail', ${`p${id}@example.com`}, 'News', 'News', ${`n|${id}`}, 'to_forward', ${now}, ${now}, ${now})
          ON CONFLICT DO NOTHING`;
        yield { units: [{ ref: `message:${id}`, writes: [create] }], cursor: { created: mails.indexOf(id) + 1 } };
      }
      if (fails) throw new RunFailure("broken", "It fails before it delivers");
      return undefined;
    }),
});

let mailing: Mailing;
const recipients = (received: readonly { readonly to: readonly string[] }[]) => received.map(({ to }) => to[0]);
const addresses = (...ids: number[]) => ids.map((id) => `p${id}@example.com`);

beforeEach(async () => {
  failed = 0;
  mailing = await Mailing.start([announcing, MailMonitorStaggering]);
});

describe("the last phase of a run that creates mail", () => {
  it("sends the run's own mails when mailMonitorStaggeringAmount is undefined, and no others", async () => {
    const server = await mailing.server();
    await mailing.add({ id: 90, kind: "notification", created_run_id: 77 });
    expect(await mailing.send({ parameters: { mails: [1, 2, 3] } })).toMatchObject({
      state: "ok",
      counts: { sent: 3 },
    });
    expect(recipients((await server.traffic(3)).received)).toEqual(addresses(1, 2, 3));
    expect(await mailing.ids("to_forward")).toEqual([90]);
  });

  it.each([0, 10])("leaves them to MailMonitorStaggering when it is %i", async (amount) => {
    await mailing.amount(amount);
    const server = await mailing.server();
    expect(await mailing.send({ parameters: { mails: [1, 2] } })).toMatchObject({ state: "ok" });
    expect(await mailing.ids("to_forward")).toEqual([1, 2]);
    await mailing.send({ processor: MailMonitorStaggering });
    expect(recipients((await server.traffic(2)).received)).toEqual(addresses(1, 2));
  });

  it("leaves them to_forward without a mail connector, and says so in the log", async () => {
    expect(await mailing.send({ parameters: { mails: [1] } })).toMatchObject({ state: "ok" });
    expect(await mailing.ids("to_forward")).toEqual([1]);
    const lines = await mailing.rows("SELECT message FROM run_logs WHERE level = 'warn'");
    expect(lines).toEqual([{ message: expect.stringContaining("connector of kind mail") }]);
  });

  it("delivers first what an earlier run of the processor left when it failed", async () => {
    const server = await mailing.server();
    const failed = await mailing.send({ parameters: { mails: [5, 6], fails: true } });
    expect(failed).toMatchObject({ state: "failed", reason: "broken" });
    expect(await mailing.ids("to_forward")).toEqual([5, 6]);
    await mailing.send({ parameters: { mails: [1] } });
    expect(recipients((await server.traffic(3)).received)).toEqual(addresses(5, 6, 1));
  });

  /** A transport that notes, for each mail, which mails there were in the monitor when it left. */
  const watching = () => {
    const seen: string[] = [];
    const send = async ({ to }: { readonly to: string }) => {
      seen.push(`${to.slice(0, 2)} of ${(await mailing.mails("id")).map(({ id }) => id).join()}`);
      return { state: "sent", providerMessageId: null } as const;
    };
    return { seen, connectorsFor: connectorsWith({ send }) };
  };

  it("delivers them before it queues anything new", async () => {
    const { seen, connectorsFor } = watching();
    await mailing.send({ parameters: { mails: [5, 6], fails: true } }, { connectorsFor });
    await mailing.send({ parameters: { mails: [7, 8] } }, { connectorsFor });
    expect(seen).toEqual(["p5 of 5,6", "p6 of 5,6", "p7 of 5,6,7,8", "p8 of 5,6,7,8"]);
  });

  it("is tried again and delivers what it had queued by then before it queues the others", async () => {
    const { seen, connectorsFor } = watching();
    const run = await mailing.send({ parameters: { mails: [1, 2, 3], failsOnceAfter: 2 } }, { connectorsFor });
    expect(run).toMatchObject({ state: "ok", attempt: 2, counts: { sent: 3 } });
    expect(seen).toEqual(["p1 of 1,2", "p2 of 1,2", "p3 of 1,2,3"]);
  });

  it("queues all the same when the server cannot be used for what was left, then fails once, and sends all with the next", async () => {
    await mailing.send({ parameters: { mails: [5], fails: true } });
    const gone = await mailing.server();
    await gone.stop();
    const id = await mailing.queue({ parameters: { mails: [1, 2] } });
    await mailing.work({}, mailing.clock.now());
    expect(await mailing.run(id)).toMatchObject({ state: "waiting", reason: "retry" });
    expect(await mailing.mails("id, status, attempts")).toEqual([
      { id: 1, status: "to_forward", attempts: 0 },
      { id: 2, status: "to_forward", attempts: 0 },
      { id: 5, status: "to_forward", attempts: 1 },
    ]);
    const server = await mailing.server();
    await mailing.work();
    expect(await mailing.run(id)).toMatchObject({ state: "ok", attempt: 2, counts: { sent: 3 } });
    expect(recipients((await server.traffic(3)).received)).toEqual(addresses(5, 1, 2));
  });

  it("queues all the same when its mail connector cannot be read", async () => {
    await mailing.connector({ transport: "pigeon" });
    expect(await mailing.send({ parameters: { mails: [1] } })).toMatchObject({ state: "failed", attempt: 1 });
    expect(await mailing.ids("to_forward")).toEqual([1]);
  });

  it("counts what was left once in a dry run", async () => {
    const server = await mailing.server();
    await mailing.send({ parameters: { mails: [5, 6], fails: true } });
    const dry = await mailing.send({ parameters: { mails: [1] }, dryRun: true });
    expect(dry.counts).toMatchObject({ sent: 2 });
    expect(await mailing.ids("to_forward")).toEqual([5, 6]);
    expect((await server.traffic()).received).toEqual([]);
  });

  it("does not deliver what a run that has not ended will deliver by itself", async () => {
    const server = await mailing.server();
    await mailing.add({ id: 5, kind: "whats_new", created_run_id: 77 });
    await mailing.database.execute("INSERT INTO checkpoints (run_id, lease, now_at) VALUES (77, 1, 0)");
    await mailing.send({ parameters: { mails: [1] } });
    expect(recipients((await server.traffic(1)).received)).toEqual(addresses(1));
    expect(await mailing.ids("to_forward")).toEqual([5]);
  });

  it("goes straight on with delivering when the run is tried again, and fails only when no attempt is left", async () => {
    const gone = await mailing.server();
    await gone.stop();
    const run = await mailing.send({ parameters: { mails: [1, 2] }, firstAttempt: true });
    expect(run).toMatchObject({ state: "waiting" });
    const server = await mailing.server();
    await mailing.work();
    expect(await mailing.run(run.id)).toMatchObject({ state: "ok", attempt: 2, counts: { sent: 2 } });
    expect(recipients((await server.traffic(2)).received)).toEqual(addresses(1, 2));
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((fatal) => [[fatal, "before"] as const, [fatal, "after"] as const]))(
    "killed at write %i (%s it is in) sends no mail twice and forgets none",
    async (fatal, when) => {
      const server = await mailing.server();
      const id = await mailing.queue({ parameters: { mails: [1, 2] } });
      await mailing.work({}, mailing.clock.now(), killedAt(mailing.database, fatal, when)).catch(() => undefined);
      await mailing.work();
      expect(["ok", "partial"]).toContain((await mailing.run(id)).state);
      const arrived = recipients((await server.traffic()).received);
      expect(arrived.length).toBe(new Set(arrived).size);
      const unknown = (await mailing.mails()).filter(({ error }) => String(error).startsWith("delivery_unknown: "));
      expect(unknown.length).toBeLessThanOrEqual(1);
      expect((await mailing.ids("sent")).length + unknown.length).toBe(2);
    },
  );

  it("lets orphans of other runs become delivery_unknown", async () => {
    await mailing.server();
    await mailing.add({ id: 8, kind: "logic", status: "sending", claimed_run_id: 55, attempts: 1 });
    expect(await mailing.send({ parameters: { mails: [1] } })).toMatchObject({ counts: { sent: 1, errors: 1 } });
    expect(await mailing.mails("id, status")).toEqual([
      { id: 1, status: "sent" },
      { id: 8, status: "error" },
    ]);
  });
});

describe("the statements of the mail monitor", () => {
  it.each([
    ["waiting mails of the client", waitingMails("all", FIRST_POSITION, 50)],
    ["how many wait", countWaiting("all")],
    ["orphaned mails", orphanedMails(FIRST_POSITION, 0, 50)],
  ])("find %s by the index of the mails in that state, in its order", async (_, query) => {
    const { sql: text, args } = boundStatement(query, 1, 1);
    const plan = await mailing.database.execute({ sql: `EXPLAIN QUERY PLAN ${text}`, args });
    const lines = plan.rows.map((row) => String(row.detail));
    expect(lines[0]).toMatch(
      /messages USING .*INDEX messages_waiting \(client_id=\? AND channel=\? AND status=\? AND queued_at>\?\)/,
    );
    expect(lines.join()).not.toMatch(/SCAN (messages|checkpoints|effects)|TEMP B-TREE/);
  });

  it("find a run's own mails without reading the whole monitor", async () => {
    const { sql: text, args } = boundStatement(waitingMails({ leftoversOf: ["whats_new"] }, FIRST_POSITION, 50), 1, 1);
    const plan = await mailing.database.execute({ sql: `EXPLAIN QUERY PLAN ${text}`, args });
    expect(plan.rows.map((row) => String(row.detail)).join()).not.toMatch(/SCAN (messages|checkpoints)|TEMP B-TREE/);
  });
});
