import { MOVING_WORDS } from "../control/clients/moves.ts";
import type { Run } from "../control/runs/runs.ts";
import type { Catalogue } from "../processors/catalogue.ts";
import type { Gate, OpenRun } from "./control/open-runs.ts";

/** Time (ms) that a run waits for those it must follow; then it starts with a warning. */
export const ORDER_PATIENCE_MS = 60 * 60_000;

/** Time (ms) after which a run that could not start, for any reason, is given up. */
export const START_PATIENCE_MS = 24 * 3_600_000;

/** Light runs of one client that work at the same time. */
export const LIGHT_AT_ONCE = 4;

/** Time (ms) between two looks at a waiting run while everything is stopped, or in a blackout. */
const LOOK_AGAIN_MS = 60_000;

/** What is to be done with an open run that is due. */
export type Verdict =
  | { readonly kind: "start"; readonly warning: string | null }
  /** Not now. With `until` (ms) look again then, else when something ends. */
  | { readonly kind: "wait"; readonly reason: WaitReason; readonly message: string; readonly until: number | null }
  | { readonly kind: "skip"; readonly reason: SkipReason; readonly message: string }
  | { readonly kind: "cancel"; readonly message: string }
  /** It takes the place of this run at work, which is to be cancelled. */
  | { readonly kind: "replace"; readonly other: Run; readonly message: string }
  /** An older occurrence waits for its retry; this newer one ends that first (handbook, rules: retries). */
  | { readonly kind: "supersede"; readonly older: Run }
  /** It runs already, or waits for its retry: nothing to do. */
  | { readonly kind: "ignore" };

export type WaitReason =
  | "order"
  | "slot"
  | "same_processor"
  | "unknown_processor"
  | "overlap"
  | "stopped"
  | "blackout"
  | "moving"
  | "permit";
export type SkipReason = "duplicate" | "late" | "blackout" | "stopped" | "client_inactive" | "dropped";

/** What the verdict on one run depends on. */
export interface Scene {
  /** The client's open runs that are due, by due instant and id, those of backfills last. Verdicts already carried out are reflected in their states. */
  readonly open: readonly OpenRun[];
  /** Ids of the runs that this runner works on. */
  readonly active: ReadonlySet<number>;
  readonly gate: Gate;
  readonly catalogue: Catalogue;
  readonly now: number;
}

const sameTrigger = (a: Run, b: Run) => a.jobId === b.jobId && a.nodeId === b.nodeId;
const earlier = (a: Run, b: Run) => a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.id < b.id);
const isBackfill = (run: Run) => run.kind === "backfill";
const wait = (reason: WaitReason, message: string, until: number | null = null): Verdict => ({
  kind: "wait",
  reason,
  message,
  until,
});
const skip = (reason: SkipReason, message: string): Verdict => ({ kind: "skip", reason, message });

/**
 * Judges one run: gate, lateness, overlap, order, load (handbook, runner: judging a run). Pure; the runner carries the verdict out with
 * a compare-and-set. The permit for heavy work comes last and is the runner's to ask for.
 */
export function judge(run: OpenRun, scene: Scene): Verdict {
  const { active, catalogue, now } = scene;
  if (run.state === "running" || active.has(run.id)) return { kind: "ignore" };
  // Even a cancel waits: it would write to a store that is being copied.
  if (scene.gate.moving && !(run.notBeforeAt !== null && run.notBeforeAt > now)) {
    return wait("moving", MOVING_WORDS, now + LOOK_AGAIN_MS);
  }
  if (run.cancelRequestedAt !== null) return { kind: "cancel", message: "Cancelled" };
  if (run.notBeforeAt !== null && run.notBeforeAt > now) return { kind: "ignore" };
  const started = run.startedAt !== null;
  const barred = gateVerdict(run, scene.gate, now);
  if (barred) return barred;
  if (!started) {
    const verdict = latenessVerdict(run, now) ?? overlapVerdict(run, scene);
    if (verdict) return verdict;
  }
  if (!catalogue.find(run.processor)) {
    return wait("unknown_processor", unknownWords(run));
  }
  return companyVerdict(run, scene);
}

/** Why a run of a processor that this release lacks waits, in words. */
export function unknownWords(run: Pick<Run, "processor">): string {
  return `This release has no processor ${run.processor}; the run goes on once one has it`;
}

/** What an administrator has barred: everything, this client, this time. */
function gateVerdict(run: Run, gate: Gate, now: number): Verdict | null {
  const started = run.startedAt !== null;
  const byClock = run.kind === "schedule" && !started;
  if (gate.stopped) {
    const message = "Everything was stopped by an administrator";
    return byClock ? skip("stopped", message) : wait("stopped", message, now + LOOK_AGAIN_MS);
  }
  if (!gate.clientActive) {
    const message = "The client is not active";
    return started ? { kind: "cancel", message } : skip("client_inactive", message);
  }
  if (gate.blackout && run.kind !== "manual" && !started) {
    const message = "It fell into a blackout";
    return byClock ? skip("blackout", message) : wait("blackout", message, now + LOOK_AGAIN_MS);
  }
  return null;
}

function latenessVerdict(run: Run, now: number): Verdict | null {
  const { notLaterThanMinutes } = run.policies;
  if (run.kind === "schedule" && notLaterThanMinutes !== null && now > run.dueAt + notLaterThanMinutes * 60_000) {
    return skip("late", `It could not start within ${notLaterThanMinutes} minutes, as the job asks`);
  }
  if (
    now > run.dueAt + START_PATIENCE_MS &&
    run.kind !== "backfill" &&
    run.policies.misfire !== "all" &&
    run.reason !== "catch_up"
  ) {
    return skip("late", "It could not start within 24 hours");
  }
  return null;
}

/** What the job's overlap policy makes of other runs of the same job that have not ended. */
function overlapVerdict(run: OpenRun, { open }: Scene): Verdict | null {
  const { overlap, overlapCap } = run.policies;
  if (overlap === "allow") return null;
  // A backfill gives way to the job's other runs, and none of these is lost to it: they run between its runs.
  const others = open.filter(
    (other) => other.id !== run.id && sameTrigger(other, run) && (isBackfill(run) || !isBackfill(other)),
  );
  const before = others.filter((other) => earlier(other, run) || (isBackfill(run) && !isBackfill(other)));
  const later = others.filter((other) => earlier(run, other) && other.state !== "running");
  const first = before[0];
  if (
    first?.state === "waiting" &&
    first.notBeforeAt !== null &&
    first.kind === "schedule" &&
    run.kind === "schedule"
  ) {
    return { kind: "supersede", older: first };
  }
  const atWork = before.find((other) => other.startedAt !== null) ?? first;
  switch (overlap) {
    case "skip":
      return first ? skip("duplicate", `Run ${first.id} of the same job had not ended when this one was due`) : null;
    case "queue_one":
      if (atWork && later.length > 0)
        return skip("duplicate", `A newer occurrence took its place while run ${atWork.id} was at work`);
      return atWork ? wait("overlap", `Waits for run ${atWork.id} of the same job`) : null;
    case "queue_all":
      if (!isBackfill(run) && run.rank > 1 + overlapCap)
        return skip("dropped", `${overlapCap} runs of the same job were waiting already`);
      // The words of a backfill stay the same, or each of its runs that ends would cost a write for every one that waits.
      if (first && isBackfill(run)) return wait("overlap", "Waits for its turn behind other runs of the same job");
      return first ? wait("overlap", `Waits for run ${first.id} of the same job`) : null;
    case "cancel_running":
      if (later.length > 0) return skip("duplicate", "A newer occurrence took its place before it had started");
      return atWork ? { kind: "replace", other: atWork, message: `Takes the place of run ${atWork.id}` } : null;
    default:
      return overlap satisfies never;
  }
}

/** What the client's other runs make of it: the same processor, the order, the load. */
function companyVerdict(run: OpenRun, { open, catalogue, now }: Scene): Verdict {
  const running = open.filter((other) => other.id !== run.id && other.state === "running");
  const twin = running.find(
    (other) => other.processor === run.processor && other.nodeId === run.nodeId && run.policies.overlap !== "allow",
  );
  if (twin) return wait("same_processor", `Run ${twin.id} of the same processor is at work`);

  let warning: string | null = null;
  if (run.kind !== "manual" && run.startedAt === null) {
    const before = catalogue.before(run.processor);
    const first = open.find(
      (other) =>
        other.id !== run.id &&
        !other.dryRun &&
        (isBackfill(run) || !isBackfill(other) || other.state === "running") &&
        before.has(catalogue.find(other.processor)?.id ?? ""),
    );
    if (first) {
      // One that catches up was due long ago; it has waited only since it was planned.
      const until = Math.max(run.dueAt, run.createdAt) + ORDER_PATIENCE_MS;
      if (now < until) return wait("order", `Waits for ${first.jobName} (run ${first.id})`, until);
      warning = `Started although ${first.jobName} (run ${first.id}) had not ended after 60 minutes`;
    }
  }
  if (run.load === "heavy") {
    const heavy = running.find((other) => other.load === "heavy");
    if (heavy) return wait("slot", `Waits for heavy run ${heavy.id} (${heavy.jobName})`);
  } else if (running.filter((other) => other.load === "light").length >= LIGHT_AT_ONCE) {
    return wait("slot", `${LIGHT_AT_ONCE} light runs of this client are at work`);
  }
  return { kind: "start", warning };
}
