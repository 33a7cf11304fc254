import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { demoClients } from "../../demo/night/clients.ts";
import { jobsOf, nightJobs } from "../../demo/night/jobs.ts";
import { playNight } from "../../demo/night/play.ts";
import { nightLines } from "../../demo/night/print.ts";
import { setNightStage } from "../../demo/night/stage.ts";
import { timedCatalogue } from "../../demo/night/timed.ts";
import { catalogue } from "../../processors/all.ts";
import { localDay } from "../../time/day.ts";
import { nodeConnect } from "../node/socket.ts";

/**
 * `npm run demo -- --night`: plays one night of the demo in virtual time, in one process and a folder of its own that is
 * removed afterwards, and prints what each job did.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { night: { type: "boolean", default: false } } });
  if (!values.night) {
    console.log("Usage: npm run demo -- --night    plays one night of the demo in virtual time");
    process.exitCode = 2;
    return;
  }
  const begun = performance.now();
  const folder = await mkdtemp(join(tmpdir(), "minutehand-night-"));
  try {
    const timed = timedCatalogue(catalogue);
    const day = localDay(Date.now(), demoClients[0]?.timeZone ?? "UTC");
    const report = (message: string, error: unknown) => console.error(message, error ?? "");
    const stage = await setNightStage({ folder, day, catalogue: timed.catalogue, connect: nodeConnect(), report });
    try {
      console.log(`The night of ${day}, in virtual time. ${stage.worlds.map(worldWords).join("; ")}.`);
      await playNight(stage);
      for (const line of await nightLines(stage, timed.durations)) console.log(line);
    } finally {
      await stage.close();
    }
    const missing = nightJobs.filter((job) => !jobsOf(catalogue).includes(job)).map(({ processor }) => processor);
    if (missing.length > 0) console.log(`\nNot in this release: ${missing.join(", ")}`);
    console.log(`\nPlayed in ${((performance.now() - begun) / 1000).toFixed(1)} s.`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function worldWords({
  client,
  people,
  groups,
  components,
}: Awaited<ReturnType<typeof setNightStage>>["worlds"][number]) {
  return `${client.name}: ${people.length} people, ${groups.length} groups, ${components.length} components`;
}

await main();
