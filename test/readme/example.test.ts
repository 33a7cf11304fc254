import { readFile, rm, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { createCatalogue } from "../../src/processors/catalogue.ts";
import type { Processor } from "../../src/processors/contract.ts";
import { parameterSchema } from "../../src/processors/parameters.ts";
import { formFields } from "../../src/web/page/form.tsx";
import { conform } from "../conformance/conform.ts";
import { NOW, type Scenario } from "../conformance/scenario.ts";
import { DAY } from "../harness/stage.ts";

/** The example of "How to write a processor", as it stands in the README, with its imports pointed at the sources. */
async function example(): Promise<Processor> {
  const root = new URL("../../", import.meta.url).pathname;
  const module = `${root}test/readme/example.generated.ts`;
  const readme = await readFile(`${root}README.md`, "utf8");
  const section = readme.slice(readme.indexOf("## How to write a processor"));
  const code = section.match(/```ts\n(.*?)```/s)?.[1] ?? "";
  const pointed = code
    .replaceAll('"../../', '"../../src/')
    .replaceAll('"../contract.ts"', '"../../src/processors/contract.ts"');
  await writeFile(module, pointed);
  try {
    return ((await import(module)) as { PlannedCoursesToReleased: Processor }).PlannedCoursesToReleased;
  } finally {
    await rm(module, { force: true });
  }
}

const processor = await example();

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
