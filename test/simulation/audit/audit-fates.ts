import type { World } from "../world/world.ts";
import { fireAfter, firesBetween, type Shape, shapeOf } from "./cron.ts";
import type { Scene } from "./scene.ts";

/** Every occurrence of every epoch of every trigger has one fate. */
export function auditFates({ world, runs, broken }: Scene): void {
  const epochs = world.shared.rows<{
    id: number;
    job_id: number;
    client_id: number;
    cron: string | null;
    next_at: number | null;
    clock: number;
    ended: number;
  }>("SELECT * FROM seen_epochs ORDER BY id");
  const moves = Map.groupBy(
    world.shared.rows<{ epoch: number; old_next: number; next_at: number | null; fated_at: number }>(
      "SELECT * FROM seen_moves ORDER BY id",
    ),
    ({ epoch }) => epoch,
  );
  const fates = Map.groupBy(
    world.shared.rows<{
      epoch: number;
      run_id: number;
      scheduled_at: number;
      until_at: number | null;
      occurrences: number;
      grown: number;
    }>("SELECT * FROM seen_fates ORDER BY id"),
    ({ epoch }) => epoch,
  );
  const looks = Map.groupBy(world.shared.rows<Look>("SELECT * FROM seen_looks ORDER BY id"), ({ epoch }) => epoch);
  /** Up to which instant rows of earlier epochs stand that were not withdrawn. */
  const standing = new Map<string, number>();
  const rowsOf = Map.groupBy(
    [...runs.values()].filter(({ kind }) => kind === "schedule"),
    (run) => `${run.job_id}/${run.client_id}`,
  );
  const epochsOf = Map.groupBy(epochs, (epoch) => `${epoch.job_id}/${epoch.client_id}`);
  for (const epoch of epochs) {
    const key = `${epoch.job_id}/${epoch.client_id}`;
    const place = `job ${epoch.job_id} of client ${epoch.client_id}, epoch ${epoch.id}`;
    const moved = moves.get(epoch.id) ?? [];
    // What an edit takes back of a range is no fate.
    const fated = (fates.get(epoch.id) ?? []).filter(({ occurrences }) => occurrences > 0);
    if (epoch.next_at === null || epoch.cron === null) {
      if (moved.length > 0 || fated.length > 0) broken.push(`${place}: it has no clock, but ${fated.length} fates`);
      continue;
    }
    const shape = shapeOf(epoch.cron);
    if (fireAfter(shape, epoch.clock) !== epoch.next_at) {
      broken.push(
        `${place}: "${shape.text}" fires after ${epoch.clock} at ${fireAfter(shape, epoch.clock)}, not at ${epoch.next_at}`,
      );
      continue;
    }
    const last = moved.reduce((most, move) => Math.max(most, move.fated_at), 0);
    let next: number | null = epoch.next_at;
    for (const move of moved) {
      if (move.old_next !== next) broken.push(`${place}: it was moved from ${move.old_next}, but stood at ${next}`);
      next = move.next_at;
    }
    if (next !== null && last > 0 && next !== fireAfter(shape, last))
      broken.push(`${place}: it stands at ${next}, but the last fate is of ${last}`);
    const expected = firesBetween(shape, epoch.clock, last);
    const known = new Set(expected);
    // What an earlier epoch started by a clock that was ahead has its row and keeps it.
    const overlapping = (standing.get(key) ?? 0) > epoch.clock;
    const strict = overlapping ? 0 : expected.length;
    if (expected.length > 0) world.epochs[overlapping ? "overlapping" : "strict"] += 1;
    const single = new Set<number>();
    let sum = 0;
    for (const fate of fated) {
      const ends = [fate.grown ? null : fate.scheduled_at, fate.until_at];
      for (const end of ends)
        if (end !== null && !known.has(end))
          broken.push(`${place}: run ${fate.run_id} stands for ${end}, which "${shape.text}" does not plan`);
      if (fate.until_at === null) {
        if (fate.occurrences !== 1)
          broken.push(`${place}: run ${fate.run_id} is one instant and stands for ${fate.occurrences}`);
        if (single.has(fate.scheduled_at)) broken.push(`${place}: ${fate.scheduled_at} has two rows`);
        single.add(fate.scheduled_at);
      } else if (
        fate.occurrences < 1 ||
        fate.occurrences > firesBetween(shape, fate.scheduled_at - 1, fate.until_at).length
      ) {
        broken.push(`${place}: run ${fate.run_id} stands for ${fate.occurrences} occurrences, more than its range has`);
      }
      sum += fate.occurrences;
    }
    for (const look of looks.get(epoch.id) ?? []) {
      const quiet = firesBetween(shape, look.first_at - 1, look.last_at);
      // What a clock that was ahead had planned under an earlier epoch stands there already.
      if (look.runs > 0 && look.runs + look.stood !== quiet.length)
        broken.push(`${place}: a look at ${quiet.length} occurrences up to ${look.last_at} made ${look.runs} runs`);
      if (quiet.some((at) => !known.has(at)))
        broken.push(`${place}: it was looked at ${look.last_at}, which "${shape.text}" does not plan`);
      if (look.runs > 0) continue;
      sum += quiet.length - look.stood;
      for (const at of quiet) {
        if (single.has(at)) broken.push(`${place}: ${at} has a row and was quiet`);
        single.add(at);
      }
    }
    if (sum > expected.length) broken.push(`${place}: ${expected.length} occurrences have ${sum} fates`);
    if (sum < strict) {
      const rows = fated.map(
        (fate) =>
          `${fate.grown ? "+" : ""}${fate.occurrences} from ${fate.scheduled_at} until ${fate.until_at} in run ${fate.run_id}`,
      );
      broken.push(
        `${place}: of ${strict} occurrences of "${shape.text}" up to ${last} only ${sum} have a fate: ${rows.join(", ")}`,
      );
    }
    for (const fate of fated) {
      const run = runs.get(fate.run_id);
      if (run) standing.set(key, Math.max(standing.get(key) ?? 0, run.until_at ?? run.scheduled_at));
    }
    for (const look of looks.get(epoch.id) ?? []) standing.set(key, Math.max(standing.get(key) ?? 0, look.last_at));
    // What came due before the next edit has its fate for good: one row, whatever was edited since.
    const later = (epochsOf.get(key) ?? []).filter(({ id }) => id > epoch.id);
    const ended = later[0]?.clock;
    // A later edit by a clock that was behind takes back what one by a clock that was ahead had settled.
    if (ended === undefined || overlapping || later.some(({ clock }) => clock < ended)) continue;
    if ((standing.get(key) ?? 0) > ended) {
      const reaching = fated.map((fate) => runs.get(fate.run_id)).find((run) => (run?.until_at ?? 0) > ended);
      if (reaching && !world.skewed) broken.push(`${place}: run ${reaching.id} reaches beyond the edit at ${ended}`);
      continue;
    }
    const due = firesBetween(shape, epoch.clock, ended).length;
    const kept = (rowsOf.get(key) ?? [])
      .filter((run) => run.scheduled_at > epoch.clock && run.scheduled_at <= ended)
      .reduce((total, run) => total + run.occurrences, quietOnes(world, epoch, shape, ended, broken));
    if (kept !== due) {
      broken.push(
        `${place}: ${due} occurrences of "${shape.text}" came due until the edit at ${ended}, ${kept} have a row`,
      );
    }
  }
}

/** What a group answered for one of its members, and what spoke against a quiet answer. Instants in ms. */
interface Look {
  readonly epoch: number;
  readonly job_id: number;
  readonly client_id: number;
  readonly first_at: number;
  readonly last_at: number;
  readonly offset_ms: number;
  /** Runs that it made of these occurrences; none: they were quiet. */
  readonly runs: number;
  /** Those of them that had a run from before. */
  readonly stood: number;
  /** Pieces of work that had come by the last of them and were not done. */
  readonly work: number;
  readonly instant: number;
  readonly clock: number;
  readonly actor: number;
  readonly exception: string | null;
}

/** Occurrences of an epoch up to its end that are kept as quiet: each has one look of the group that its client was in. */
function quietOnes(
  world: World,
  epoch: { readonly job_id: number; readonly client_id: number; readonly clock: number },
  shape: Shape,
  ended: number,
  broken: string[],
): number {
  const stays = world.shared.rows<{ group_id: number; from_at: number; until_at: number }>(
    "SELECT group_id, from_at, until_at FROM quiet_memberships WHERE job_id = ? AND client_id = ?",
    epoch.job_id,
    epoch.client_id,
  );
  let count = 0;
  for (const at of stays.length > 0 ? firesBetween(shape, epoch.clock, ended) : []) {
    const groups = stays.filter(({ from_at, until_at }) => from_at <= at && until_at >= at);
    const found = groups.flatMap(({ group_id }) =>
      world.shared.rows<{ named: number }>(
        "SELECT named FROM quiet_looks WHERE group_id = ? AND first_at <= ? AND last_at >= ?",
        group_id,
        at,
        at,
      ),
    );
    if (found.length !== groups.length || groups.length > 1)
      broken.push(`${at} of job ${epoch.job_id} for client ${epoch.client_id} has ${found.length} looks`);
    const hasRun = world.shared.rows(
      "SELECT 1 FROM runs WHERE job_id = ? AND client_id = ? AND kind = 'schedule' AND scheduled_at = ?",
      epoch.job_id,
      epoch.client_id,
      at,
    );
    if (groups.length > 0 && hasRun.length === 0) count += 1;
  }
  return count;
}

/**
 * No quiet answer was given before its occurrence's second, none while there was work of that second or anything else that asks for a
 * run. Where the tick's clocks were wrong, no clock could tell the second.
 */
export function auditLooks({ world, broken }: Scene): void {
  for (const look of world.shared.rows<Look>("SELECT * FROM seen_looks ORDER BY id")) {
    const asked = world.asked.get(look.actor);
    if (!asked || asked.ahead.some((by) => (by ?? 0) > 0)) continue;
    const place = `job ${look.job_id} for client ${look.client_id} at ${look.last_at}`;
    if (look.instant < look.last_at + look.offset_ms) broken.push(`${place} was looked at before its second`);
    if (look.runs + look.stood > 0) continue;
    if (look.work > 0) broken.push(`${place} was quiet, but ${look.work} pieces of work had come`);
    // An administrator whose clock is off dates what they do by it.
    if (look.exception && !world.skewed) broken.push(`${place} was quiet in spite of ${look.exception}`);
  }
}

/** A backfill has one run for each occurrence of its range, and none besides. */
export function auditBackfills({ world, runs, broken }: Scene): void {
  const byJob = Map.groupBy(world.backfills, ({ jobId }) => jobId);
  const made = [...runs.values()].filter((run) => run.kind === "backfill");
  for (const backfill of world.backfills) {
    const { jobId, cron, clientId, from, until } = backfill;
    const fires = firesBetween(shapeOf(cron), from - 1, until - 1);
    const count = backfill.made + backfill.existed;
    if (count % fires.length !== 0 || count === 0 || (clientId !== null && count !== fires.length))
      broken.push(`a backfill of job ${jobId} has ${count} runs for ${fires.length} occurrences`);
    for (const at of clientId === null || backfill.dryRun ? [] : fires) {
      if (
        !made.some(
          (run) =>
            run.job_id === jobId && run.client_id === clientId && Math.floor(run.scheduled_at / 1000) * 1000 === at,
        )
      )
        broken.push(`the backfill of job ${jobId} has no run for ${at}`);
    }
  }
  for (const run of made) {
    // A rehearsal that was over has stepped aside by less than a second.
    const at = run.dry_run === 1 ? Math.floor(run.scheduled_at / 1000) * 1000 : run.scheduled_at;
    const asked = (byJob.get(run.job_id) ?? []).some(
      ({ cron, clientId, from, until }) =>
        (clientId === null || clientId === run.client_id) &&
        firesBetween(shapeOf(cron), Math.max(from, at) - 1, Math.min(until - 1, at)).includes(at),
    );
    if (!asked) broken.push(`run ${run.id} makes up for ${run.scheduled_at}, which was not asked for`);
  }
}
