import { describe, expect, it } from "vitest";
import { killedAt, losingAnswer } from "../../conformance/suite/faults.ts";
import { Mailing } from "./mailing.ts";

/** Five waiting mails, of which a run sends three. */
async function scene() {
  const mailing = await Mailing.start();
  await mailing.amount(3);
  const server = await mailing.server();
  await mailing.fill(5);
  return { mailing, server, id: await mailing.queue() };
}

/** Claim and outcome of three mails, their page, and the end: more writes than this a run does not need. */
const WRITES = Array.from({ length: 12 }, (_, index) => index + 1);

describe.each(["before", "after"] as const)("killed %s a write is in", (when) => {
  it.each(WRITES)(
    "write %i: every mail arrives at most once, and at most the one in flight is delivery_unknown",
    async (fatal) => {
      const { mailing, server, id } = await scene();
      await mailing.work({}, mailing.clock.now(), killedAt(mailing.database, fatal, when)).catch(() => undefined);
      await mailing.work();
      const run = await mailing.run(id);
      expect(["ok", "partial"]).toContain(run.state);

      const mails = await mailing.mails();
      const unknown = mails.filter(({ error }) => String(error).startsWith("delivery_unknown: "));
      expect(unknown.length).toBeLessThanOrEqual(1);
      const sent = await mailing.ids("sent");
      // The n oldest were dealt with, and no other.
      expect([...sent, ...unknown.map((mail) => Number(mail.id))].sort()).toEqual([1, 2, 3]);
      expect(await mailing.ids("to_forward")).toEqual([4, 5]);
      expect(run.counts).toMatchObject({ remaining: 2 });

      const arrived = (await server.traffic()).received.map(({ to }) => Number(/\d+/.exec(to[0] ?? "")?.[0]));
      expect(arrived.length).toBe(new Set(arrived).size);
      for (const one of sent) expect(arrived).toContain(one);
    },
  );
});

it.each(WRITES)("a lost answer to write %i costs no mail", async (lost) => {
  const { mailing, server, id } = await scene();
  await mailing.work({}, Number.POSITIVE_INFINITY, losingAnswer(mailing.database, lost));
  expect(await mailing.run(id)).toMatchObject({ state: "ok", counts: { scanned: 3, sent: 3, remaining: 2 } });
  expect((await server.traffic(3)).received).toHaveLength(3);
});

it("a mail whose sender hangs for ever is delivery_unknown once another has taken the run over, whatever the sender says then", async () => {
  const mailing = await Mailing.start();
  await mailing.amount(0);
  const server = await mailing.server({ rules: [{ nth: 2, verdict: "hold" }] });
  await mailing.fill(3);
  const id = await mailing.queue();
  const hanging = mailing.work().catch(() => undefined);
  await server.traffic(2);
  await mailing.work();
  expect(await mailing.run(id)).toMatchObject({ state: "partial", counts: { sent: 2, errors: 1 } });
  await server.release();
  await hanging;
  expect((await mailing.mails("status")).map(({ status }) => status)).toEqual(["sent", "error", "sent"]);
  expect((await server.traffic(3)).received).toHaveLength(3);
});
