import { isBad } from "../world/processors.ts";
import type { Scene } from "./scene.ts";

/** What was written: once, by who held the lease, for the run's own client, and counted. */
export function auditWrites({ world, runs, broken }: Scene): void {
  for (const engine of [world.shared, world.own]) {
    for (const row of engine.rows(
      "SELECT run_id, unit, actor, holder FROM seen_writes WHERE actor <> holder OR holder IS NULL",
    )) {
      broken.push(
        `run ${row.run_id}: process ${row.actor} wrote ${row.unit}, but process ${row.holder} held the lease`,
      );
    }
    for (const row of engine.rows("SELECT run_id FROM checkpoints WHERE done = 0")) {
      if (runs.get(Number(row.run_id))?.state === "ok")
        broken.push(`run ${row.run_id} is ok, but its checkpoint is not done`);
    }
  }
  // What is claimed only to be ended does no work any more.
  const closing = "SELECT run_id, instant FROM seen_closing WHERE closing";
  const writtenBehind = "SELECT unit FROM seen_writes WHERE run_id = ? AND instant > ?";
  for (const { run_id, instant } of world.shared.rows<{ run_id: number; instant: number }>(closing)) {
    const units = [world.shared, world.own].flatMap((engine) => engine.rows(writtenBehind, run_id, instant));
    if (units.length > 0) broken.push(`run ${run_id} was claimed to be ended, and wrote ${units[0]?.unit} after that`);
  }
  for (const row of world.shared.rows("SELECT run_id, client_id FROM seen_strangers")) {
    broken.push(`run ${row.run_id} was changed by the runner of client ${row.client_id}`);
  }
  const ofOwn = new Set(
    world.shared.rows<{ id: number }>("SELECT id FROM clients WHERE database_url IS NOT NULL").map(({ id }) => id),
  );
  const written = new Map<number, string[]>();
  const failed = new Map<number, string[]>();
  for (const engine of [world.shared, world.own]) {
    for (const row of engine.rows<{ run_id: number; client_id: number; unit: string }>(
      "SELECT run_id, client_id, unit FROM sim_writes",
    )) {
      const run = runs.get(row.run_id);
      if (run?.client_id !== row.client_id || ofOwn.has(row.client_id) !== (engine === world.own)) {
        broken.push(`run ${row.run_id} of client ${run?.client_id} wrote a row of client ${row.client_id}`);
      }
      written.set(row.run_id, [...(written.get(row.run_id) ?? []), row.unit]);
    }
    for (const row of engine.rows<{ run_id: number; ref: string }>("SELECT run_id, ref FROM failures")) {
      failed.set(row.run_id, [...(failed.get(row.run_id) ?? []), row.ref]);
    }
  }
  for (const run of runs.values()) {
    const units = (written.get(run.id) ?? []).map((unit) => unit.split(":").slice(0, 2).join(":"));
    if (run.dry_run === 1) {
      if (units.length > 0) broken.push(`dry run ${run.id} wrote ${units.join(", ")}`);
      continue;
    }
    const distinct = new Set(units);
    if (distinct.size < units.length) broken.push(`run ${run.id} wrote twice: ${units.join(", ")}`);
    const refused = failed.get(run.id) ?? [];
    if (new Set(refused).size < refused.length)
      broken.push(`run ${run.id} recorded a failure twice: ${refused.join(", ")}`);
    const kind = world.kinds.get(run.processor);
    if (!kind || (run.state !== "ok" && run.state !== "partial" && run.state !== "no_action")) continue;
    const planned = Number((JSON.parse(run.parameters) as { units: number }).units);
    for (let unit = 0; unit < planned; unit += 1) {
      const bad = kind.does === "units" && isBad(kind, run.id, unit);
      const name = kind.does === "units" ? `unit:${unit}` : `call:${unit}`;
      if (bad !== refused.includes(`unit:${unit}`))
        broken.push(`run ${run.id}: whether ${name} failed is not recorded`);
      if (bad === distinct.has(name))
        broken.push(`run ${run.id} is ${run.state}, but ${name} is ${bad ? "" : "not "}written`);
    }
    const counts = JSON.parse(run.counts) as Record<string, number>;
    if (
      (counts.changed ?? 0) !== units.length ||
      (counts.failed ?? 0) !== refused.length ||
      (counts.scanned ?? 0) !== planned
    ) {
      broken.push(
        `run ${run.id} counted ${run.counts}; it wrote ${units.length} and failed ${refused.length} of ${planned}`,
      );
    }
  }
}

/** A call that may not be repeated is made at most once, and none at all in a dry run. */
export function auditCalls({ world, runs, broken }: Scene): void {
  const made = new Map<string, number>();
  for (const { runId, key, repeatable } of world.calls) {
    const name = `${runId} ${key}`;
    made.set(name, (made.get(name) ?? 0) + 1);
    if (!repeatable && made.get(name) === 2) broken.push(`run ${runId} made ${key} twice`);
    if (runs.get(runId)?.dry_run === 1) broken.push(`dry run ${runId} made ${key}`);
  }
  for (const engine of [world.shared, world.own]) {
    for (const row of engine.rows<{ run_id: number; unit: string }>(
      "SELECT run_id, unit FROM sim_writes WHERE unit LIKE 'call:%:done'",
    )) {
      const key = row.unit.split(":").slice(0, 2).join(":");
      if (!made.has(`${row.run_id} ${key}`)) broken.push(`run ${row.run_id} noted ${key} as done, but never made it`);
    }
  }
}
