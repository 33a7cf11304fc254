import { beforeEach, describe, expect, it } from "vitest";
import { createJob, deleteJob, type JobPorts } from "../../src/administration/jobs/jobs.ts";
import { pauseJobs, resumeJobs } from "../../src/administration/pauses/pause.ts";
import { startJobs } from "../../src/administration/starts/bulk-start.ts";
import { listChanges } from "../../src/control/audit-trail.ts";
import { createCatalogue } from "../../src/processors/catalogue.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";
import { addClient } from "../harness/runner/runner.ts";
import { processors } from "../web/stage/processors.ts";

const NOW = Date.UTC(2026, 10, 23, 12);
const BY = "ada@example.com";

let ports: JobPorts;
let north: number;
let south: number;
beforeEach(async () => {
  const control = await freshFileDatabase();
  ports = { control, catalogue: createCatalogue(Object.values(processors)) };
  north = await addClient(control, "north", "UTC");
  south = await addClient(control, "south", "UTC");
});

async function job(clientId: number): Promise<number> {
  const made = await createJob(ports, { name: "Night", processor: "PlainJob", clientId, cron: "0 0 1 * * ?" }, BY, NOW);
  if (made.state !== "saved") throw new Error(JSON.stringify(made));
  return made.jobId;
}

/** What a client's administrators find in the audit of one job, oldest first. */
const found = async (jobId: number, clientId: number) =>
  (await listChanges(ports.control, { of: { entity: "job", entityId: jobId }, clientId }))
    .map(({ action }) => action)
    .toReversed();

describe("what is done to a client's job", () => {
  it("stands in that client's audit, also where no client was named: its end, pauses, starts", async () => {
    const id = await job(north);
    await pauseJobs(ports.control, { jobIds: [id] }, BY, NOW);
    await resumeJobs(ports.control, { jobIds: [id] }, BY, NOW + 1);
    await startJobs(ports, { jobIds: [id] }, BY, NOW + 2);
    await ports.control.execute("DELETE FROM runs");
    await deleteJob(ports, id, BY, NOW + 3);
    expect(await found(id, north)).toEqual(["create", "pause", "resume", "start", "delete"]);
    expect(await found(id, south)).toEqual([]);
    const [last] = await listChanges(ports.control, { clientId: north, limit: 1 });
    expect(last).toMatchObject({ action: "delete", before: { name: "Night", processor: "PlainJob" } });
  });

  it("stands in the named client's audit where the job is everybody's, and else in the platform's", async () => {
    const id = await job(0);
    await pauseJobs(ports.control, { jobIds: [id], clientId: south }, BY, NOW);
    await pauseJobs(ports.control, { jobIds: [id] }, BY, NOW + 1);
    expect(await found(id, south)).toEqual(["pause"]);
    expect(await found(id, 0)).toEqual(["create", "pause"]);
    expect(await found(id, north)).toEqual([]);
  });
});
