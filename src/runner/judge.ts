import type { Run } from "../control/runs.ts";
import type { Catalogue } from "../processors/catalogue.ts";

/** A run waits for those it must follow for so long (ms), then starts with a warning. */
export const ORDER_PATIENCE_MS = 60 * 60_000;

/** Light runs of one client that work at the same time. */
export const LIGHT_AT_ONCE = 4;

/** What is to be done with an open run that is due. */
export type Verdict =
  | { readonly kind: "start"; readonly warning: string | null }
  /** Not now. With `until` (ms) look again then, else when something ends. */
  | { readonly kind: "wait"; readonly reason: WaitReason; readonly message: string; readonly until: number | null }
  | { readonly kind: "skip"; readonly reason: "duplicate"; readonly message: string }
  | { readonly kind: "cancel"; readonly message: string }
  /** An older occurrence waits for its retry; this newer one ends that first (spec 0.4). */
  | { readonly kind: "supersede"; readonly older: Run }
  /** It runs already, or waits for its retry: nothing to do. */
  | { readonly kind: "leave" };

export type WaitReason = "order" | "slot" | "same_processor" | "unknown_processor";

/** What the verdict on one run depends on. */
export interface Scene {
  /** The client's open runs that are due, by due instant and id. Verdicts already carried out are reflected in their states. */
  readonly open: readonly Run[];
  /** Ids of the runs that this runner works on. */
  readonly active: ReadonlySet<number>;
  readonly catalogue: Catalogue;
  readonly now: number;
}

const sameTrigger = (a: Run, b: Run) => a.jobId === b.jobId && a.nodeId === b.nodeId;
const earlier = (a: Run, b: Run) => a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.id < b.id);

/**
 * Judges one run: overlap, then order, then load (design.md, section 6). Pure; the runner carries the verdict out with a
 * compare-and-set.
 */
export function judge(run: Run, scene: Scene): Verdict {
  const { open, active, catalogue, now } = scene;
  if (run.state === "running" || active.has(run.id)) return { kind: "leave" };
  if (run.cancelRequestedAt !== null) return { kind: "cancel", message: "Cancelled" };
  if (run.notBeforeAt !== null && run.notBeforeAt > now) return { kind: "leave" };

  const earlierOnes = open.filter((other) => other.id !== run.id && earlier(other, run));
  const duplicate = earlierOnes.find((other) => sameTrigger(other, run));
  if (
    duplicate?.state === "waiting" &&
    duplicate.reason === "retry" &&
    duplicate.kind === "schedule" &&
    run.kind === "schedule"
  ) {
    return { kind: "supersede", older: duplicate };
  }
  if (duplicate) {
    return {
      kind: "skip",
      reason: "duplicate",
      message: `Run ${duplicate.id} of the same job had not ended when this one was due`,
    };
  }

  const processor = catalogue.find(run.processor);
  if (!processor) {
    return {
      kind: "wait",
      reason: "unknown_processor",
      message: `This release has no processor ${run.processor}; the run goes on once one has it`,
      until: null,
    };
  }

  const twin = open.find(
    (other) =>
      other.id !== run.id &&
      other.state === "running" &&
      other.processor === run.processor &&
      other.nodeId === run.nodeId,
  );
  if (twin) {
    return {
      kind: "wait",
      reason: "same_processor",
      message: `Run ${twin.id} of the same processor is at work`,
      until: null,
    };
  }

  let warning: string | null = null;
  if (run.kind !== "manual") {
    const before = catalogue.before(run.processor);
    const first = open.find(
      (other) => other.id !== run.id && !other.dryRun && before.has(catalogue.find(other.processor)?.id ?? ""),
    );
    if (first) {
      const until = run.dueAt + ORDER_PATIENCE_MS;
      if (now < until)
        return { kind: "wait", reason: "order", message: `Waits for ${first.jobName} (run ${first.id})`, until };
      warning = `Started although ${first.jobName} (run ${first.id}) had not ended after 60 minutes`;
    }
  }

  const running = open.filter((other) => other.state === "running");
  if (run.load === "heavy") {
    const heavy = running.find((other) => other.load === "heavy");
    if (heavy)
      return {
        kind: "wait",
        reason: "slot",
        message: `Waits for heavy run ${heavy.id} (${heavy.jobName})`,
        until: null,
      };
  } else if (running.filter((other) => other.load === "light").length >= LIGHT_AT_ONCE) {
    return {
      kind: "wait",
      reason: "slot",
      message: `${LIGHT_AT_ONCE} light runs of this client are at work`,
      until: null,
    };
  }
  return { kind: "start", warning };
}
