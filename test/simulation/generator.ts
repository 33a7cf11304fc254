import { setClientActive } from "../../src/administration/clients/clients.ts";
import { alignJob, createJob, deleteJob, type JobPorts, updateJob } from "../../src/administration/jobs/jobs.ts";
import { createBlackout, deleteBlackout } from "../../src/administration/pauses/blackouts.ts";
import { pauseJobs, resumeJobs } from "../../src/administration/pauses/pause.ts";
import { resumeEverything, stopEverything } from "../../src/administration/pauses/stop.ts";
import { backfillJob } from "../../src/administration/starts/backfill.ts";
import { startJob } from "../../src/administration/starts/start.ts";
import { readJob } from "../../src/control/jobs/jobs.ts";
import { requestCancel, retryRun } from "../../src/control/runs/runs.ts";
import { catalogueOf, type Hosts } from "./world/host.ts";
import { SimProcess } from "./world/process.ts";
import { kinds, poll } from "./world/processors.ts";
import type { Random } from "./world/random.ts";
import type { World } from "./world/world.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** What the auditor has to know of a job beyond its rows: the parts that no edit changes. */
export interface JobModel {
  readonly id: number;
  readonly processor: string;
  readonly overlap: string;
  readonly attempts: number;
  readonly notLaterThanMinutes: number | null;
  readonly after: { readonly jobId: number; readonly condition: "ok" | "ended" } | null;
  /** It was never edited, paused or deleted. */
  untouched: boolean;
}

/** The clients and jobs of a history. */
export interface Cast {
  readonly clientIds: readonly number[];
  readonly jobs: JobModel[];
}

function cronOf(random: Random): string {
  const second = random.between(0, 29);
  return random.pick([
    () => `*/${random.pick([15, 20, 30])} * * * * ?`,
    () => `${second} * * * * ?`,
    () => `${second} * * * * ?`,
    () => `${second},${second + random.between(10, 30)} * * * * ?`,
    () => `${second} */2 * * * ?`,
    () => `${second} ${random.between(0, 2)}/3 * * * ?`,
  ])();
}

/** Another expression, the same, or one whose next fire may well be the same. */
function changed(random: Random, cron: string): string {
  return random.pick([
    () => cron,
    () => cronOf(random),
    () => [cron.split(" ")[0], random.pick(["*", "*/2", "0/3"]), "* * * ?"].join(" "),
  ])();
}

function policiesOf(random: Random): Record<string, unknown> {
  return {
    misfire: random.pick(["once", "skip", "all"]),
    misfireCap: random.pick([1, 3, 100]),
    notLaterThanMinutes: random.chance(0.2) ? random.between(1, 3) : null,
    overlap: random.pick(["skip", "skip", "queue_one", "queue_all", "cancel_running", "allow"]),
    overlapCap: random.pick([1, 3, 100]),
    attempts: random.between(1, 4),
    retryDelaySeconds: random.between(1, 30),
    maxRunMinutes: random.chance(0.15) ? 1 : 60,
    pauseAfterFailures: random.chance(0.1) ? 2 : null,
    spreadSeconds: random.chance(0.15) ? 15 : 0,
  };
}

/** An administrator at the control database: calls of its own process, which no fault strikes but an outage. */
function administrator(world: World): { readonly process: SimProcess; readonly ports: JobPorts } {
  const process = new SimProcess(world, "admin", "admin");
  if (world.skewed && world.strikes("clock off by 10 minutes", 0.05))
    process.clockOffset = world.random.pick([-10, 10]) * MINUTE;
  return { process, ports: { control: process.database(world.shared), catalogue: catalogueOf(world, process) } };
}

/** Makes clients and jobs. Resolves in virtual time. */
export async function raiseCurtain(world: World): Promise<Cast> {
  const { random, shared } = world;
  const zones = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo"];
  const clientIds = Array.from({ length: random.chance(0.2) ? 4 : 3 }, (_, index) => index + 1);
  const ownDatabase = random.chance(0.3) ? 3 : 0;
  for (const id of clientIds) {
    shared.execute({
      sql: "INSERT INTO clients (id, key, name, time_zone, database_url, created_at, updated_at) VALUES (?, ?, ?, ?, ?, 0, 0)",
      args: [id, `client-${id}`, `Client ${id}`, random.pick(zones), id === ownDatabase ? "own" : null],
    });
  }
  for (const kind of kinds) {
    for (const earlier of kind.after) {
      shared.execute({ sql: "INSERT INTO sim_before VALUES (?, ?)", args: [kind.id, earlier] });
    }
  }
  if (random.chance(0.5)) {
    const value = String(random.between(1, 3));
    shared.execute({
      sql: "INSERT INTO settings (client_id, key, value, created_at, updated_at) VALUES (0, 'maxConcurrentHeavyRuns', ?, 0, 0)",
      args: [value],
    });
  }
  const cast: Cast = { clientIds, jobs: [] };
  const chosen = [
    random.pick(["Groups", "Search"]),
    ...(random.chance(0.5) ? ["Import", "Report"] : [random.pick(kinds).id]),
    ...Array.from({ length: random.between(0, 2) }, () => random.pick(kinds).id),
  ];
  for (const processor of chosen) await addJob(world, cast, processor);
  if (world.polls) await addPolls(world, cast);
  return cast;
}

/** Jobs that poll, and work that comes now and then for them to find. */
async function addPolls(world: World, cast: Cast): Promise<void> {
  const { polling, timeline } = world;
  for (let count = polling.between(1, 2); count > 0; count -= 1) await addJob(world, cast, poll.id, polling);
  const come = () => {
    const clientId = polling.pick(cast.clientIds);
    const [client] = world.shared.rows<{ database_url: string | null }>(
      "SELECT database_url FROM clients WHERE id = ?",
      clientId,
    );
    const store = client?.database_url ? world.own : world.shared;
    store.execute({ sql: "INSERT INTO sim_work (client_id, made_at) VALUES (?, ?)", args: [clientId, timeline.now] });
    if (timeline.now < world.curtainAt) later();
  };
  const later = () => timeline.at(timeline.now + polling.between(30, 240) * SECOND, come);
  later();
}

/** Saves a job of this processor with a clock (mostly), policies and followers by chance. */
export async function addJob(world: World, cast: Cast, processor: string, random = world.random): Promise<void> {
  const { process, ports } = administrator(world);
  const living = world.shared.rows<{ id: number }>("SELECT id FROM jobs WHERE deleted_at IS NULL ORDER BY id");
  const after =
    living.length > 0 && random.chance(0.2)
      ? { jobId: random.pick(living).id, condition: random.pick(["ok", "ended"] as const) }
      : null;
  const policies = policiesOf(random);
  const result = await createJob(
    ports,
    {
      name: `${processor} ${cast.jobs.length + 1}`,
      processor,
      clientId: random.chance(0.4) ? 0 : random.pick(cast.clientIds),
      cron: after || random.chance(0.05) ? null : cronOf(random),
      timeZone: random.chance(0.3) ? "Europe/Berlin" : null,
      parameters: { units: random.between(1, 6) },
      policies,
      after,
    },
    "admin",
    process.now(),
  );
  if (result.state !== "saved") {
    // The job that it was to follow may have been deleted while this one was on its way.
    if (after && isDeleted(world, after.jobId)) return;
    throw new Error(`The generator made a job that was refused: ${JSON.stringify(result)}`);
  }
  cast.jobs.push({
    id: result.jobId,
    processor,
    overlap: String(policies.overlap),
    attempts: Number(policies.attempts),
    notLaterThanMinutes: policies.notLaterThanMinutes as number | null,
    after,
    untouched: true,
  });
}

const isDeleted = (world: World, jobId: number) =>
  world.shared.rows("SELECT 1 FROM jobs WHERE id = ? AND deleted_at IS NOT NULL", jobId).length > 0;

const acts = {
  start: 5,
  cancel: 3,
  edit: 4,
  pause: 2,
  resume: 2,
  align: 2,
  deactivate: 2,
  stop: 1,
  blackout: 1,
  delete: 1,
  retry: 2,
  forget: 1,
  backfill: 2,
  redeploy: 1,
  outage: 1,
  create: 1,
};

/** Plans what administrators and the weather do between now and `until` (ms). */
export function planActs(world: World, cast: Cast, hosts: Hosts, until: number): void {
  const { random, timeline } = world;
  const count = random.between(4, 8);
  for (let index = 0; index < count; index += 1) {
    const act = () => {
      if (!world.chaos) return;
      const name = random.weighted(acts);
      world.say(`--- ${name}`);
      perform(world, cast, hosts, name).catch((error: unknown) => {
        if (!world.databaseDown && !(error instanceof TypeError && error.message === "fetch failed"))
          world.failures.push(error);
      });
    };
    if (random.chance(0.3)) world.besideTick.push(act);
    else timeline.at(timeline.now + random.between(0, until - timeline.now), act);
  }
}

const openRuns =
  "SELECT id, client_id FROM runs WHERE state IN ('planned', 'queued', 'waiting', 'running') ORDER BY id";

async function perform(world: World, cast: Cast, hosts: Hosts, act: keyof typeof acts): Promise<void> {
  const { random, timeline, shared } = world;
  const { process, ports } = administrator(world);
  const { control } = ports;
  const later = (low: number, high: number, undo: () => void) =>
    timeline.at(timeline.now + random.between(low, high), undo);
  const job = random.pick(cast.jobs);
  const clientId = random.pick(cast.clientIds);
  switch (act) {
    case "start": {
      const started = await startJob(ports, job.id, { clientId, dryRun: random.chance(0.2) }, "admin", process.now());
      if (started.state === "queued") hosts.send(clientId);
      break;
    }
    case "cancel": {
      const open = shared.rows<{ id: number; client_id: number }>(openRuns);
      if (open.length === 0) break;
      const run = random.pick(open);
      await requestCancel(control, run.id, "admin", process.now());
      hosts.send(run.client_id);
      break;
    }
    case "edit":
      await edit(world, job, ports, process);
      break;
    case "pause":
    case "resume": {
      job.untouched = false;
      if (act === "pause") world.count("job paused");
      const which = { jobIds: [job.id], clientId: random.chance(0.3) ? clientId : null };
      if (act === "resume") await resumeJobs(control, which, "admin", process.now());
      else {
        const until = process.now() + random.between(30, 240) * SECOND;
        await pauseJobs(control, { ...which, until }, "admin", process.now());
      }
      break;
    }
    case "align":
      // As after a node came or went: the job stays, its triggers go on from now.
      job.untouched = false;
      // An administrator may save it in the same moment.
      if (random.chance(0.4)) {
        const other = administrator(world);
        await Promise.all([alignJob(ports, job.id, process.now()), edit(world, job, other.ports, other.process)]);
      } else await alignJob(ports, job.id, process.now());
      break;
    case "deactivate": {
      world.count("client deactivated");
      for (const one of cast.jobs) one.untouched = false;
      const set = async (active: boolean) => {
        const admin = administrator(world);
        await setClientActive(admin.ports, clientId, active, "admin", admin.process.now());
      };
      later(5_000, 120_000, () => void set(true).catch(() => world.undone.push(() => set(true))));
      await set(false);
      break;
    }
    case "stop": {
      await stopEverything(control, "", "admin", process.now());
      const release = () => {
        const admin = administrator(world);
        return resumeEverything(admin.ports.control, "admin", admin.process.now());
      };
      later(5_000, 60_000, () => void release().catch(() => world.undone.push(release)));
      break;
    }
    case "blackout": {
      const during = { startsAt: process.now(), endsAt: process.now() + random.between(20, 120) * SECOND };
      const made = await createBlackout(
        control,
        { clientId: random.chance(0.3) ? 0 : clientId, ...during },
        "admin",
        process.now(),
      );
      if (made.state !== "saved" || random.chance(0.5)) break;
      later(5_000, 60_000, () => {
        const admin = administrator(world);
        void deleteBlackout(admin.ports.control, made.id, "admin", admin.process.now()).catch(() => undefined);
      });
      break;
    }
    case "delete":
      job.untouched = false;
      world.count("job deleted");
      await deleteJob(ports, job.id, "admin", process.now());
      break;
    case "retry": {
      const failed = shared.rows<{ id: number; client_id: number }>(
        "SELECT id, client_id FROM runs WHERE state = 'failed'",
      );
      if (failed.length === 0) break;
      const run = random.pick(failed);
      await retryRun(control, run.id, "admin", process.now());
      hosts.send(run.client_id);
      break;
    }
    case "backfill": {
      const stored = await readJob(control, job.id);
      if (!stored?.cron) break;
      const now = process.now();
      const until = now - random.between(0, 3) * MINUTE;
      const request = {
        clientId: random.chance(0.7) ? clientId : null,
        from: until - random.between(30, 180) * SECOND,
        until,
        overlap: random.pick(["queue_all", "queue_all", "skip", "allow"] as const),
        dryRun: random.chance(0.2),
      };
      const result = await backfillJob(ports, job.id, request, "admin", now);
      if (result.state !== "queued") break;
      world.backfills.push({
        jobId: job.id,
        cron: stored.cron,
        ...request,
        made: result.made,
        existed: result.existed,
      });
      for (const one of result.clientIds) hosts.send(one);
      break;
    }
    case "forget":
      world.count("processor unknown");
      world.missing = job.processor;
      later(20_000, 90_000, () => {
        world.missing = null;
      });
      break;
    case "redeploy":
      world.count("redeployed");
      hosts.runners.get(clientId)?.redeploy();
      break;
    case "outage":
      world.count("database down");
      world.databaseDown = true;
      later(2_000, random.chance(0.15) ? 900_000 : 60_000, () => {
        world.databaseDown = false;
      });
      break;
    case "create":
      if (world.missing === null) await addJob(world, cast, random.pick(kinds).id);
      break;
    default:
      act satisfies never;
  }
}

/** Saves a job with another name, perhaps another expression, or switched off. */
async function edit(world: World, job: JobModel, ports: JobPorts, process: SimProcess): Promise<void> {
  const { random } = world;
  job.untouched = false;
  const stored = await readJob(ports.control, job.id);
  if (!stored) return;
  const input = {
    name: `${stored.name}'`,
    processor: stored.processor,
    clientId: stored.clientId,
    cron: stored.cron === null ? null : changed(random, stored.cron),
    timeZone: stored.timeZone,
    parameters: stored.parameters,
    active: random.chance(0.85),
    policies: { ...stored.policies },
    after: stored.after,
  };
  await updateJob(ports, job.id, stored.revision, input, "admin", process.now());
}

/** Does what an outage kept from being undone. */
export async function undoTheRest(world: World): Promise<void> {
  for (const undo of world.undone.splice(0)) await undo();
}

/** Takes every job off the clock: what is planned goes, what is at work ends. */
export async function lowerCurtain(world: World, cast: Cast): Promise<void> {
  await undoTheRest(world);
  for (const job of cast.jobs) {
    const { process, ports } = administrator(world);
    for (;;) {
      const stored = await readJob(ports.control, job.id);
      if (!stored) break;
      const { name, processor, clientId, cron, timeZone, parameters, policies } = stored;
      const input = { name, processor, clientId, cron, timeZone, parameters, policies: { ...policies }, active: false };
      const result = await updateJob(ports, job.id, stored.revision, input, "admin", process.now());
      if (result.state === "saved") break;
      // An edit that was still on its way came between.
      if (result.state === "conflict") continue;
      throw new Error(`A job could not be taken off the clock: ${JSON.stringify(result)}`);
    }
  }
}
