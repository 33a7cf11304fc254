import { beforeEach, describe, expect, it } from "vitest";
import { CertificationReset as processor } from "../../../src/processors/skills/CertificationReset.ts";
import { Mailing } from "../communication/mailing.ts";
import { type CertificationNight, night as fall } from "./certification.ts";

let night: CertificationNight;
let certification: number;
beforeEach(async () => {
  night = await fall();
  certification = await night.certification({ name: "First aid" });
});

const OVER = "2025-03-02 2026-03-01";
const messages = (columns = "person_id, subject") => night.rows(`SELECT ${columns} FROM messages ORDER BY id`);

describe("a person is told how the period has ended", () => {
  it.each([
    ["en", 22.5, "Fulfilled: First aid", "You have fulfilled", "2 March 2025", "22.5 of 20"],
    ["en", 3, "Not fulfilled: First aid", "You have not fulfilled", "1 March 2026", "3 of 20"],
    ["de", 20, "Erfüllt: First aid", "Guten Tag Ada Byron", "1. März 2026", "20 von 20"],
    ["de", 0, "Nicht erfüllt: First aid", "nicht erfüllt", "2. März 2025", "0 von 20"],
  ])("in %s, with %d", async (locale, amount, subject, ...words) => {
    const person = await night.person({ email: "ada@example.com", locale: locale === "en" ? "en-GB" : locale });
    const period = await night.period(person, certification, OVER, { amount });
    await night.run(processor);
    const [message] = await messages("kind, channel, person_id, to_address, status, dedupe_key, subject, body");
    expect(message).toMatchObject({
      kind: "notification",
      channel: "mail",
      person_id: person,
      to_address: "ada@example.com",
      status: "to_forward",
      dedupe_key: `cert|${period}|end`,
      subject,
    });
    for (const word of words) expect(message?.body).toContain(word);
  });

  it("within the suite where there is no address, and once", async () => {
    await night.period(await night.person(), certification, OVER);
    await night.run(processor);
    expect(await messages("channel, to_address, status")).toEqual([
      { channel: "internal", to_address: null, status: "internal" },
    ]);
    await night.rows("UPDATE person_certifications SET is_current = period_no = 1");
    await night.run(processor);
    expect(await messages()).toHaveLength(1);
  });

  it.each(["passive", "inactive", "deleted"])("not a person who is %s", async (auth_status) => {
    await night.period(await night.person({ auth_status }), certification, OVER);
    await night.run(processor);
    expect(await messages()).toEqual([]);
  });

  it("not without notify", async () => {
    await night.period(await night.person(), certification, OVER);
    expect((await night.run(processor, { parameters: { notify: false } })).counts).toMatchObject({ opened: 1 });
    expect(await messages()).toEqual([]);
  });

  it.each([
    ["2026-01-30", 1],
    ["2026-01-29", 0],
  ])("not of a period that ended more than 31 days ago: %s", async (end, told) => {
    await night.period(await night.person(), certification, `2025-01-31 ${end}`);
    await night.run(processor);
    expect(await messages()).toHaveLength(told);
  });

  it("of the last period only, where several have ended", async () => {
    const monthly = await night.certification({ name: "Monthly", duration_months: 1 });
    const person = await night.person();
    await night.period(person, monthly, "2025-11-01 2025-11-30", { amount: 50 });
    await night.run(processor);
    const last = await night.rows("SELECT id FROM person_certifications WHERE end_on = '2026-02-28'");
    expect(await messages("dedupe_key, subject")).toEqual([
      { dedupe_key: `cert|${last[0]?.id}|end`, subject: "Not fulfilled: Monthly" },
    ]);
  });

  it("in the client's own words", async () => {
    await night.insert("texts", {
      key: "message.certification_fulfilled.subject",
      locale: "en",
      value: "Yes, {givenName}!",
      version: 1,
    });
    await night.insert("texts", {
      key: "message.certification_fulfilled.body",
      locale: "en",
      value: "{required} from {client}",
      version: 1,
    });
    await night.period(await night.person({ locale: "en" }), certification, OVER, { amount: 20 });
    await night.run(processor);
    const [message] = await messages("subject, body");
    expect(message?.subject).toBe("Yes, Ada!");
    expect(message?.body).toMatch(/^20 from \w+/);
  });

  it("a text that cannot be used is one failure, and the periods are closed and counted all the same", async () => {
    for (const part of ["subject", "body"])
      await night.insert("texts", {
        key: `message.certification_not_fulfilled.${part}`,
        locale: "en",
        value: "{nonsense}",
        version: 1,
      });
    for (const person of await night.people(3)) {
      await night.update("persons", person, { locale: "en" });
      await night.period(person, certification, OVER);
    }
    const { state, counts, errors } = await night.run(processor, { parameters: { maxFailures: 0 } });
    expect({ state, counts }).toEqual({
      state: "partial",
      counts: { scanned: 4, changed: 3, failed: 1, notFulfilled: 3, opened: 3 },
    });
    expect(errors).toMatchObject([{ code: "bad_text" }]);
    expect(await messages()).toEqual([]);
  });
});

describe("mails", () => {
  const scene = async () => {
    await night.period(await night.person({ email: "ada@example.com", locale: "en" }), certification, OVER);
    const mailing = new Mailing(night.database, [processor]);
    return { mailing, server: await mailing.server() };
  };
  const play = async (mailing: Mailing) => {
    const id = await mailing.queue();
    await mailing.work();
    return mailing.run(id);
  };

  it("leave with the run where mailMonitorStaggeringAmount is not defined", async () => {
    const { mailing, server } = await scene();
    expect((await play(mailing)).counts).toMatchObject({ notFulfilled: 1, opened: 1, sent: 1 });
    const { received } = await server.traffic(1);
    expect(received.map(({ subject }) => subject)).toEqual(["Not fulfilled: First aid"]);
    expect(await mailing.ids("sent")).toHaveLength(1);
  });

  it("wait for MailMonitorStaggering where it is defined", async () => {
    const { mailing, server } = await scene();
    await mailing.amount(0);
    expect((await play(mailing)).counts).not.toHaveProperty("sent");
    expect((await server.traffic()).received).toEqual([]);
    expect(await mailing.ids("to_forward")).toHaveLength(1);
  });
});
