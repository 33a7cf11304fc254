import { readClient, systemTimeZone } from "../../../../control/clients/clients.ts";
import type { Job } from "../../../../control/jobs/jobs.ts";
import { zoneNamed } from "../../../../quartz/index.ts";
import { knownZone } from "../../../../time/day.ts";
import type { Ports } from "../../../ports.ts";

/**
 * The zone in which a job's local times are meant: its own, else that of the client in question, else the system's; UTC where this host does not
 * know it.
 *
 * @param clientId the client that was chosen; 0 or null: none, then the job's own
 */
export async function jobZone(ports: Ports, job: Job, clientId: number | null): Promise<string> {
  if (job.timeZone !== null) return knownZone(job.timeZone);
  const one = clientId || job.clientId;
  const client = one === 0 ? null : await readClient(ports.control, one);
  return knownZone(client?.timeZone ?? (await systemTimeZone(ports.control)));
}

/** An instant (ms) as `<input type="datetime-local">` takes it, to the minute: `2026-11-23T18:00`. */
export function localInput(at: number, zone: string): string {
  const second = Math.floor(at / 1000);
  return new Date((second + zoneNamed(zone).spanAt(second).offset) * 1000).toISOString().slice(0, 16);
}
