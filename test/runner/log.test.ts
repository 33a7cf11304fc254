import { expect, it } from "vitest";
import { startRuns } from "../../src/control/runs/runs.ts";
import { VirtualClock } from "../harness/clock.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";
import { completing } from "../harness/runner/processors.ts";
import { addClient, testRunner } from "../harness/runner/runner.ts";

it("a run's log begins with its start and ends with its end", async () => {
  const database = await freshFileDatabase();
  const clock = new VirtualClock(1_000_000);
  await addClient(database, "north");
  await database.execute(
    "INSERT INTO components (client_id, kind, title, created_at, updated_at) VALUES (1, 'course', '', 0, 0)",
  );
  const start = {
    jobId: 1,
    processor: "Work",
    jobName: "Work",
    load: "heavy",
    parameters: {},
    clientId: 1,
    nodeId: "",
  } as const;
  await startRuns(
    database,
    [{ ...start, timeZone: "UTC", asOf: null, dryRun: false, requestedBy: "test" }],
    clock.now(),
  );
  await testRunner(database, [completing({ id: "Work", load: "heavy" })], clock, 1).work();
  const lines = await database.execute("SELECT level, message FROM run_logs ORDER BY id");
  expect(lines.rows.map((row) => `${row.level} ${row.message}`)).toEqual(["info Started", "info Ended: ok"]);
});
