import { readFile, rm, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkJob } from "../../src/administration/job-input.ts";
import { createCatalogue } from "../../src/processors/catalogue.ts";
import type { Processor } from "../../src/processors/contract.ts";
import { parameterSchema } from "../../src/processors/parameters.ts";
import { formFields } from "../../src/web/page/form.tsx";
import type { Scenario } from "../conformance/scenario.ts";
import { takeSnapshot } from "../conformance/snapshot.ts";
import { NOW, outcomeOf, queueRun, setStage, stageRunner, workToEnd } from "../conformance/stage.ts";
import { VirtualClock } from "../harness/clock.ts";

const root = new URL("../../", import.meta.url).pathname;
const module = `${root}test/readme/example.generated.ts`;
let processor: Processor;

/** The example of "How to write a processor", as it stands in the README, with its imports pointed at the sources. */
beforeAll(async () => {
  const readme = await readFile(`${root}README.md`, "utf8");
  const section = readme.slice(readme.indexOf("## How to write a processor"));
  const code = section.match(/```ts\n(.*?)```/s)?.[1] ?? "";
  await writeFile(
    module,
    code.replaceAll('"../../', '"../../src/').replaceAll('"../contract.ts"', '"../../src/processors/contract.ts"'),
  );
  processor = ((await import(module)) as { PlannedCoursesToReleased: Processor }).PlannedCoursesToReleased;
});
afterAll(() => rm(module, { force: true }));

const scenario = (): Scenario => ({
  processor,
  parameters: { chunkSize: 2, daysAhead: 3 },
  badParameters: [],
  async seed({ database }) {
    const course = (clientId: number, days: number, status = "planned") => ({
      sql: "INSERT INTO components (client_id, kind, title, planning_status, start_at, created_at, updated_at) VALUES (?, 'course', '', ?, ?, 0, 0)",
      args: [clientId, status, NOW + days * 86_400_000],
    });
    await database.batch(
      [1, 2].flatMap((client) =>
        [1, 2, 2, 3, 9, -1].map((days) => course(client, days)).concat(course(client, 1, "cancelled")),
      ),
      "write",
    );
  },
});

describe("the README's example processor", () => {
  it("has a form and a catalogue entry, and its bad parameters are refused on save", () => {
    expect(
      createCatalogue([processor])
        .all()
        .map(({ id }) => id),
    ).toEqual(["PlannedCoursesToReleased"]);
    expect(formFields(parameterSchema(processor)).map(({ key }) => key)).toContain("daysAhead");
    const places = { clients: [], nodes: [], systemTimeZone: "UTC", chains: new Map() };
    const checked = checkJob(
      { name: "x", processor: processor.id, parameters: { daysAhead: -1 } },
      createCatalogue([processor]),
      places,
      10,
      NOW,
    );
    expect(!checked.ok && checked.problems.map(({ field }) => field)).toEqual(["parameters.daysAhead"]);
  });

  it("releases the courses that start soon, once, and for its own client only", async () => {
    const clock = new VirtualClock(NOW);
    const stage = await setStage(scenario(), clock);
    const first = await queueRun(stage, scenario(), clock);
    await workToEnd(stageRunner(stage, scenario(), clock), clock);
    expect(await outcomeOf(stage, first)).toMatchObject({ state: "ok", counts: { released: 4 } });
    const released = await stage.database.execute(
      "SELECT client_id, count(*) AS n FROM components WHERE planning_status = 'released' GROUP BY 1",
    );
    expect(released.rows.map((row) => [row.client_id, row.n])).toEqual([[1, 4]]);
    const after = await takeSnapshot(stage.database, null);
    await clock.advance(1000);
    const second = await queueRun(stage, scenario(), clock);
    await workToEnd(stageRunner(stage, scenario(), clock), clock);
    expect((await outcomeOf(stage, second)).state).toBe("no_action");
    expect(await takeSnapshot(stage.database, null)).toEqual(after);
  });
});
