import { describe, expect, it } from "vitest";
import { checkJob } from "../../../src/administration/jobs/job-input.ts";
import { defaultPolicies, type JobPolicies, jobPolicies, policyWords } from "../../../src/control/jobs/policies.ts";
import { catalogue } from "../../../src/processors/all.ts";
import { createCatalogue } from "../../../src/processors/catalogue.ts";
import { parameterSchema } from "../../../src/processors/parameters.ts";
import { type FormField, formFields } from "../../../src/web/page/form.tsx";
import { catalogueInGerman } from "../../../src/web/words/catalogue.de.ts";
import { areas, german } from "../../../src/web/words/german.ts";
import { messagesInGerman } from "../../../src/web/words/messages.de.ts";
import { say } from "../../../src/web/words/text.ts";
import { findGerman } from "../../../src/web/words/told.ts";
import { translators } from "../../../src/web/words/translate.ts";
import { processors } from "../stage/processors.ts";

const { en, de } = translators;

describe("a text", () => {
  it("is English as it is written, and German as its dictionary says", () => {
    expect([en("Jobs"), de("Runs"), de("Edit {job}", { job: "Night" })]).toEqual(["Jobs", "Läufe", "Night bearbeiten"]);
  });

  it("without German, or with other values than its placeholders, is refused by the compiler", () => {
    // @ts-expect-error: no German
    en("No such text");
    // @ts-expect-error: a value is missing
    en("Edit {job}");
    // @ts-expect-error: another name
    en("Edit {job}", { name: "Night" });
    // @ts-expect-error: nothing to fill
    en("Jobs", { job: "Night" });
    expect(en("Edit {job}", { job: "Night" })).toBe("Edit Night");
  });

  it("writes numbers as the language does, and ids as they are", () => {
    expect([en, de].map((t) => t("{count} planned moments", { count: 1204 }))).toEqual([
      "1,204 planned moments",
      "1.204 geplante Zeitpunkte",
    ]);
    expect(de("node {id}", { id: "1204" })).toBe("Knoten 1204");
  });

  it.each([
    [0, "0 mails", "0 Mails"],
    [1, "1 mail", "1 Mail"],
    [2000, "2,000 mails", "2.000 Mails"],
  ])("takes its plural by %d", (count, english, inGerman) => {
    expect([en, de].map((t) => t.count(count, "{count} mail", "{count} mails"))).toEqual([english, inGerman]);
  });

  it("that was kept is said later, with the texts inside it", () => {
    const kept = say("There is no such {what}, or it is not among those that you may see.", { what: say("job") });
    expect(en.said(kept)).toBe("There is no such job, or it is not among those that you may see.");
    expect(de.said(kept)).toContain("Nicht gefunden: Job.");
  });
});

describe("the dictionaries", () => {
  const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).toSorted();

  it("hold every text in one area only", () => {
    const all = areas.flatMap((area) => Object.keys(area));
    expect(all.filter((text, index) => all.indexOf(text) !== index)).toEqual([]);
  });

  it("have the same placeholders in both languages", () => {
    const pairs = Object.entries({ ...german, ...catalogueInGerman, ...messagesInGerman });
    const unlike = pairs.filter(([english, words]) => names(english).join() !== names(words).join());
    expect(unlike).toEqual([]);
  });
});

describe("what lower rooms say", () => {
  const missing = (texts: readonly string[]) => texts.filter((text) => text !== "" && findGerman(text) === null);
  const wordsOf = (fields: readonly FormField[]) => fields.map(({ label }) => label);
  const meanings = (shape: Record<string, { description?: string | undefined }>) =>
    Object.values(shape).map(({ description }) => description ?? "");

  it("has German for every processor's title, summary and parameters, and for every policy", () => {
    const texts = catalogue.all().flatMap((processor) => {
      const schema = parameterSchema(processor);
      return [processor.title, processor.summary, ...meanings(schema.shape), ...wordsOf(formFields(schema))];
    });
    const policies = [...meanings(jobPolicies.shape), ...wordsOf(formFields(jobPolicies, "policies"))];
    expect(missing([...new Set([...texts, ...policies])])).toEqual([]);
  });

  const policies: readonly Partial<JobPolicies>[] = [
    {},
    { misfire: "skip", overlap: "queue_one", attempts: 1, notLaterThanMinutes: 5 },
    { misfire: "all", overlap: "queue_all", pauseAfterFailures: 3, spreadSeconds: 10, transitions: "quartz" },
    { overlap: "cancel_running" },
    { overlap: "allow" },
  ];
  it.each(policies)("has German for the policies %o in words", (chosen) => {
    expect(missing(policyWords({ ...defaultPolicies, ...chosen }))).toEqual([]);
  });

  const refused: readonly Record<string, unknown>[] = [
    { name: "", parameters: { amount: 99, limit: 0, share: "x", mode: "other", address: "x", since: "x", days: "x" } },
    { parameters: { forced: "x", words: 1, extra: 1, unknown: 1, maxFailures: "x" } },
    { name: "x".repeat(201), cron: "x".repeat(121) },
    { processor: "NoJob" },
    { processor: "" },
    { clientId: 9, timeZone: "Europe/Atlantis", cron: "0 0 0 1 1 ? 2020" },
    { cron: "* * * * * ?", executeOnEachNode: true, policies: { attempts: 0, retryDelaySeconds: 9999 } },
    { processor: "GlobalJob", clientId: 1 },
    { after: { jobId: 4 } },
    { after: { jobId: 1 }, cron: "0 0 12 * * ?" },
  ];
  it.each(refused)("has German for what is wrong with the job %o", (input) => {
    const places = { clients: [], nodes: [], systemTimeZone: "UTC", chains: new Map([[1, null]]) };
    const given = { name: "Night", processor: "EveryKind", ...input };
    const check = checkJob(given, createCatalogue(Object.values(processors)), places, 10, 0);
    const problems = check.ok ? [] : check.problems.map(({ message }) => message);
    expect([problems.length > 0, missing(problems)]).toEqual([true, []]);
  });

  it("keeps the values of a message", () => {
    expect(de.told("There is no client 7; choose one of the list or all clients")).toMatch(/keinen Mandanten 7;/);
    expect(de.told("No table has this")).toBe("No table has this");
    expect(en.told("A run is ended after 360 minutes.")).toBe("A run is ended after 360 minutes.");
  });
});

describe("the titles of processors", () => {
  const titles = catalogue.all().map(({ id, title }) => ({ id, english: en.told(title), inGerman: de.told(title) }));

  it("are a few words, another one for each, and not the id", () => {
    expect(titles.filter(({ english }) => english.trim() === "" || english.length > 50)).toEqual([]);
    expect(titles.filter(({ id, english }) => english === id)).toEqual([]);
    expect(new Set(titles.map(({ english }) => english)).size).toBe(titles.length);
    expect(new Set(titles.map(({ inGerman }) => inGerman)).size).toBe(titles.length);
  });

  it("are said in the reader's language", () => {
    expect(titles.find(({ id }) => id === "ParticipantAutomaticRegistration")).toMatchObject({
      english: "Enrol automatically",
      inGerman: "Automatisch anmelden",
    });
  });
});
