import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { createCatalogue } from "../../src/processors/catalogue.ts";
import { parameterSchema } from "../../src/processors/parameters.ts";
import { formFields } from "../../src/web/page/form.tsx";
import { conform } from "../conformance/suite/conform.ts";
import { NOW, type Scenario } from "../conformance/suite/scenario.ts";
import { DAY } from "../harness/stage.ts";
import { PlannedCoursesToReleased as processor } from "./PlannedCoursesToReleased.ts";

const scenario: Scenario = {
  processor,
  parameters: { chunkSize: 2, daysAhead: 3 },
  counts: { released: 4 },
  badParameters: [
    [{ daysAhead: -1 }, "daysAhead"],
    [{ days: 1 }, "days"],
  ],
  async seed({ database }, bystanders) {
    const course = (clientId: number, days: number, status = "planned") => ({
      sql: "INSERT INTO components (client_id, kind, title, planning_status, start_at, created_at, updated_at) VALUES (?, 'course', '', ?, ?, 0, 0)",
      args: [clientId, status, NOW + days * DAY],
    });
    await database.batch(
      [1, 2].flatMap((client) =>
        [1, 2, 2, 3, 9, -1].map((days) => course(client, days)).concat(course(client, 1, "cancelled")),
      ),
      "write",
    );
    if (bystanders > 0)
      await database.batch(
        Array.from({ length: bystanders }, () => course(1, 90)),
        "write",
      );
  },
};

describe("the README's example processor", () => {
  it("is the one that is compiled and run here, with its imports pointed at the sources", async () => {
    const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
    const section = readme.slice(readme.indexOf("## How to write a processor"));
    const example = section.match(/```ts\n(.*?)```/s)?.[1] ?? "";
    const compiled = await readFile(new URL("PlannedCoursesToReleased.ts", import.meta.url), "utf8");
    // The product does not have it, so its id is not listed.
    const pointed = compiled
      .replaceAll('"../../src/processors/', '"../')
      .replaceAll('"../../src/', '"../../')
      .replace(/^ *\/\/ @ts-expect-error: .*\n/m, "");
    // Imports are sorted by where they point.
    const sorted = (text: string) => {
      const [imports = "", ...rest] = text.split("\n\n");
      return [imports.split("\n").toSorted().join("\n"), ...rest].join("\n\n");
    };
    expect(sorted(pointed)).toBe(sorted(example));
  });

  it("has a form and a catalogue entry", () => {
    expect(
      createCatalogue([processor])
        .all()
        .map(({ id }) => id),
    ).toEqual(["PlannedCoursesToReleased"]);
    expect(formFields(parameterSchema(processor)).map(({ key }) => key)).toContain("daysAhead");
  });

  conform(scenario);
});
