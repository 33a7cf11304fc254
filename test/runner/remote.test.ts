import { beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Api } from "../../src/connectors/api.ts";
import { type Run, readRun, startRuns } from "../../src/control/runs/runs.ts";
import { defineProcessor, noAction } from "../../src/processors/contract.ts";
import { unitOf } from "../../src/processors/unit-of.ts";
import { sql } from "../../src/store/sql.ts";
import { thisClient } from "../../src/store/statement.ts";
import { course, coursesKind } from "../connectors/courses-kind.ts";
import { CoursesScene } from "../connectors/courses-scene.ts";
import type { VirtualClock } from "../harness/clock.ts";
import { plain } from "../harness/runner/processors.ts";
import { addClient, testRunner } from "../harness/runner/runner.ts";

const COURSES = 12;
let scene: CoursesScene;

beforeEach(async () => {
  scene = await CoursesScene.start(["store", "control", "learning"]);
  await addClient(scene.database, "north");
  await scene.connector();
  scene.fake.courses = Array.from({ length: COURSES }, (_, index) => `{"id":${index + 1},"title":"New ${index + 1}"}`);
  await scene.database.batch(
    Array.from({ length: COURSES }, (_, index) => ({
      sql: "INSERT INTO components (id, client_id, kind, title, created_at, updated_at) VALUES (?, 1, 'course', '', 0, 0)",
      args: [index + 1],
    })),
    "write",
  );
});

const rename = (id: number, title: string) =>
  sql`UPDATE components SET title = ${title} WHERE client_id = ${thisClient} AND id = ${id}`;

/** Takes each course's title from the service, a step for each course. */
const titles = defineProcessor<z.ZodObject, { done: number }, never, string>({
  ...plain,
  id: "Titles",
  parameters: z.strictObject({}),
  async *run({ connectors, cursor }) {
    const service = await connectors.open<Api>(coursesKind);
    if (!service) return noAction("The client has no active connector of kind courses");
    for (let id = (cursor?.done ?? 0) + 1; id <= COURSES; id += 1) {
      const unit = await unitOf(`course:${id}`, async () => {
        const { title } = await service.json({ path: `courses/${id}` }, course);
        return { writes: [rename(id, title)] };
      });
      yield { units: [unit], cursor: { done: id } };
    }
    return undefined;
  },
});

/** Works until the run has ended, through its retries. */
async function play(): Promise<Run> {
  const start = {
    jobId: 1,
    processor: "Titles",
    jobName: "Titles",
    load: "light",
    parameters: {},
    clientId: 1,
    nodeId: "",
  };
  const [id = 0] = await startRuns(
    scene.database,
    [{ ...start, timeZone: "UTC", asOf: null, dryRun: false, requestedBy: "test" } as never],
    scene.clock.now(),
  );
  const runner = testRunner(scene.database, [titles], scene.clock as unknown as VirtualClock, 1, {
    connectorsFor: (_, spend, attempt) => scene.connectors(spend, attempt),
  });
  for (let next: number | null = 0; next !== null; next = await runner.work())
    scene.clock.pass(next - scene.clock.now());
  return (await readRun(scene.database, id)) as Run;
}

const done = async () =>
  (await scene.database.execute("SELECT id FROM components WHERE title <> '' ORDER BY id")).rows.map(({ id }) =>
    Number(id),
  );
const outage = (requests: number) => scene.fake.faults.push(...new Array(requests * 4).fill({ status: 503 }));

describe("a run whose remote service fails", () => {
  it("at five courses in a row fails four of them, and goes on from the fifth when it is tried again", async () => {
    outage(5);
    const run = await play();
    expect(run).toMatchObject({ state: "partial", attempt: 2, counts: { changed: 8, failed: 4 } });
    expect(await done()).toEqual([5, 6, 7, 8, 9, 10, 11, 12]);
    expect(run.errors).toMatchObject(
      [1, 2, 3, 4]
        .map((id) => ({ ref: `course:${id}`, code: "remote_unavailable", message: /answered 503/ }))
        .map(({ message, ...rest }) => ({ ...rest, message: expect.stringMatching(message) })),
    );
    // No connector remembers that there was an outage.
    expect(await scene.row()).toMatchObject({ state: "ok", last_error: null });
  });

  it("to the end ends as failed behind its last attempt, and its connector says why", async () => {
    outage(100);
    const run = await play();
    expect(run).toMatchObject({ state: "failed", reason: "remote_unavailable", attempt: 3 });
    expect(run.message).toContain("5 requests in a row got no usable answer");
    expect(await scene.row()).toMatchObject({ state: "ok", last_error: expect.stringContaining("answered 503") });
    // Two more attempts, one request each: an outage does not use up all rows.
    expect(run.counts).toMatchObject({ failed: 4 });
    expect(scene.fake.calls).toBe((5 + 1 + 1) * 4);
  });

  it("at one course fails that row with the code of the remote error, and does the others", async () => {
    scene.fake.faults.push({ status: 404 }, { status: 200, body: "{}" });
    const run = await play();
    expect(run).toMatchObject({ state: "partial", attempt: 1, counts: { changed: 10, failed: 2 } });
    expect(run.errors).toMatchObject([
      { ref: "course:1", code: "remote_refused" },
      { ref: "course:2", code: "answer_invalid" },
    ]);
  });

  it("since it refuses the login ends as invalid_configuration at once, and its connector wants a new login", async () => {
    scene.fake.isClosed = true;
    expect(await play()).toMatchObject({ state: "failed", reason: "invalid_configuration", attempt: 1 });
    expect(await scene.row()).toMatchObject({ state: "reauth_required" });
    expect(await done()).toEqual([]);
  });
});
