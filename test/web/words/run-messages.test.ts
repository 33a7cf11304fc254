import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { MOVING_WORDS } from "../../../src/control/clients/moves.ts";
import { PERMIT_WORDS } from "../../../src/runner/control/permits.ts";
import { overtime } from "../../../src/runner/endings.ts";
import { unknownWords } from "../../../src/runner/judge.ts";
import { rowLimit } from "../../../src/runner/row-limit.ts";
import { shownMessage } from "../../../src/web/words/run-messages.ts";
import { setStage } from "../stage/stage.ts";

const german = (message: string) => {
  const { text, locale } = shownMessage(message, "de");
  return locale === "de" ? text : null;
};

/** Files of runner and scheduler that write messages into runs. */
const WRITERS = [
  "runner/judge",
  "runner/runner",
  "runner/execution",
  "runner/endings",
  "scheduler/trigger-page",
  "scheduler/align",
  "administration/clients/clients",
  "administration/jobs/jobs",
  "control/runs/runs",
  "control/runs/transitions",
];

describe("what runner and scheduler write into a run", () => {
  it.each(WRITERS)("has German, all of it: src/%s.ts", async (file) => {
    const source = await readFile(new URL(`../../../src/${file}.ts`, import.meta.url), "utf8");
    const written = source.matchAll(
      /(?:message(?::| =)|wait\("\w+",|skip\("\w+",|warning =|THEN|ELSE|#setAside\("\w+",)\s*(?:\$\{)?(?:"([A-Z][^"]+)"|`([A-Z$][^`]*)`|'([A-Z][^']+ [^']+)')/g,
    );
    const messages = [...written].map(([, plain, template, sql]) =>
      (plain ?? sql ?? template?.replace(/\$\{[^}]*\}/g, "7") ?? "").replace(/: $/, ""),
    );
    expect(messages.length).toBeGreaterThan(0);
    expect(messages.filter((message) => german(message) === null && german(`${message}: x`) === null)).toEqual([]);
  });

  it.each([
    MOVING_WORDS,
    PERMIT_WORDS,
    overtime.message ?? "",
    unknownWords({ processor: "X" }),
    rowLimit(5).message ?? "",
  ])("has German: %s", (message) => {
    expect(german(message)).not.toBeNull();
  });

  it.each([
    [
      "Run 12 of the same job had not ended when this one was due",
      "Lauf 12 desselben Jobs war nicht beendet, als dieser fällig war",
    ],
    ["The job was paused: Storm: & tide", "Der Job war angehalten: Storm: & tide"],
    ["Waits for Night (all) (run 7)", "Wartet auf Night (all) (Lauf 7)"],
    ["Tries again later: Nothing had to be changed", "Versucht es später noch einmal: Es war nichts zu ändern"],
    ["Tries again later: host answered 500, not 2xx", "Versucht es später noch einmal: host answered 500, not 2xx"],
    ["Ended: no_action – Nothing had to be changed", "Beendet: nichts zu tun – Es war nichts zu ändern"],
    [
      "1 of 3 failed; the others are done. users.csv:2: x",
      "1 von 3 ist fehlgeschlagen; die anderen sind erledigt. users.csv:2: x",
    ],
    ["2 of 2 failed. The first: a: x", "2 von 2 sind fehlgeschlagen. Der erste: a: x"],
    ["No one has seen this", null],
    ["__proto__", null],
    ["Run  of the same processor is at work", null],
  ])("keeps its values: %s", (message, words) => {
    expect(german(message)).toBe(words);
    expect(shownMessage(message, "en")).toEqual({ text: message, locale: "en" });
  });

  it("is read in one pass, whatever stands there: twice the length takes no more than about twice the steps", () => {
    for (const part of ["Run 1 of the same ", "Waits for (run ", " failed. ", "Tries again later: ", "Ended: ok – "]) {
      expect(() => german(part.repeat(20_000))).not.toThrow();
    }
  });
});

it("A German page has a run's message, the lines of its log and its failures' codes in German, and says where it is English", async () => {
  const stage = await setStage();
  const admin = await stage.signedIn("system_admin");
  await admin.post("/language", { locale: "de" });
  const jobId = await stage.addJob({ name: "Night", processor: "PlainJob" });
  const id = await stage.addRun({ jobId, clientId: stage.berlin, state: "partial" });
  await stage.database.batch([
    {
      sql: `UPDATE runs SET message = ?, errors = ?, counts = '{"failed":1}' WHERE id = ?`,
      args: [
        "1 of 3 failed; the others are done. users.csv:2: unknown user",
        JSON.stringify([{ ref: "users.csv:2", code: "unknown_person", message: "No person is called that" }]),
        id,
      ],
    },
    {
      sql: "INSERT INTO run_logs (run_id, at, level, message) VALUES (?, ?, 'info', 'Started, attempt 2 from step 5')",
      args: [id, stage.now],
    },
    {
      sql: "INSERT INTO run_logs (run_id, at, level, message) VALUES (?, ?, 'info', 'Looked at it')",
      args: [id, stage.now],
    },
  ]);
  const page = await admin.get(`/admin/runs/${id}`);
  expect(page.text).toContain("1 von 3 ist fehlgeschlagen; die anderen sind erledigt.");
  expect(page.text).toContain("Gestartet, Versuch 2 ab Schritt 5");
  expect(page.text).toContain("Diese Person gibt es nicht.");
  expect(page.body).toContain('<span lang="en">Looked at it</span>');
  expect(page.body).toContain('<span lang="en">No person is called that</span>');
  expect((await admin.get("/admin/runs")).text).toContain("1 von 3 ist fehlgeschlagen");
});
