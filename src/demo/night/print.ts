import { readQuietRanges } from "../../control/quiet/quiet-ranges.ts";
import { type Run, type RunRow, runColumns, toRun } from "../../control/runs/runs.ts";
import { sql } from "../../store/sql.ts";
import { read } from "../../store/statement.ts";
import { instantInWords } from "../../time/day-words.ts";
import type { NightStage } from "./stage.ts";
import type { Durations } from "./timed.ts";

/** A job with more runs than this in a night is shown as one line. */
const MANY = 3;

/** What a night did, job by job, in lines for a terminal: client, local time, job, state, counts, duration; then what was found quiet. */
export async function nightLines(stage: NightStage, durations: Durations): Promise<string[]> {
  const rows = await read<RunRow>(stage.database, sql`SELECT ${runColumns} FROM runs ORDER BY due_at, id`);
  const runs = rows.map(toRun);
  const mails = await stage.mails();
  const lines: string[] = [];
  for (const { clientId, name, timeZone } of sitesOf(stage)) {
    const own = runs.filter((run) => run.clientId === clientId);
    if (own.length === 0) continue;
    lines.push("", `${name} (${timeZone})`);
    for (const group of Map.groupBy(own, ({ jobId }) => jobId).values()) {
      if (group.length > MANY) continue;
      for (const run of group) lines.push(...runLines(run, timeZone, durations));
    }
    for (const group of Map.groupBy(own, ({ jobId }) => jobId).values()) {
      if (group.length > MANY) lines.push(manyLine(group, durations));
    }
    const quiet = await readQuietRanges(stage.database, { clientId });
    for (const [name, ranges] of Map.groupBy(quiet, ({ jobName }) => jobName)) {
      const times = ranges.reduce((sum, { occurrences }) => sum + occurrences, 0);
      lines.push(`${`  all the  ${name}`.padEnd(49)}  ${times} times nothing to do, without a run`);
    }
    const arrived = mails.filter(({ from }) => from === `learning@${keyOf(stage, clientId)}.example`);
    if (clientId > 0) lines.push(`  ${arrived.length} mails arrived at the SMTP server`);
  }
  return lines;
}

function sitesOf({ worlds }: NightStage) {
  const clients = worlds.map(({ client: { id, name, timeZone } }) => ({ clientId: id, name, timeZone }));
  return [...clients, { clientId: 0, name: "Platform", timeZone: "UTC" }];
}

function keyOf({ worlds }: NightStage, clientId: number): string {
  return worlds.find(({ client }) => client.id === clientId)?.client.key ?? "";
}

function runLines(run: Run, timeZone: string, durations: Durations): string[] {
  const at = instantInWords(run.startedAt ?? run.dueAt, timeZone, "en-GB").slice(-5);
  const failures = run.errors.slice(0, 3).map(({ ref, code, message }) => `           ${code}: ${ref}: ${message}`);
  const more =
    run.errors.length > failures.length ? [`           and ${run.errors.length - failures.length} more`] : [];
  const line = [`  ${at}`, run.jobName.padEnd(40), run.state.padEnd(10), duration([run], durations), countsOf([run])];
  return [line.join("  "), ...failures, ...more];
}

function manyLine(runs: readonly Run[], durations: Durations): string {
  const states = [...Map.groupBy(runs, ({ state }) => state)].map(([state, of]) => `${of.length} ${state}`).join(", ");
  const name = runs[0]?.jobName ?? "";
  return [`  all the  ${name}`.padEnd(49), states.padEnd(10), duration(runs, durations), countsOf(runs)].join("  ");
}

function duration(runs: readonly Run[], durations: Durations): string {
  const sum = runs.reduce((total, { id }) => total + (durations.get(id) ?? 0), 0);
  return `${Math.round(sum)} ms`.padStart(8);
}

/** The counters that are not 0, summed up. */
function countsOf(runs: readonly Run[]): string {
  const sums: Record<string, number> = {};
  for (const { counts } of runs) {
    for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + Number(count);
  }
  // What still waits is a level, not a sum.
  if (runs.length > 1) delete sums.remaining;
  return Object.entries(sums)
    .filter(([, count]) => count !== 0)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}
