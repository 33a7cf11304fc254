/**
 * Claim, lease, step and finish of handbook, idea: every write happens once; runner: a runner, as a machine small enough to visit
 * every state of: two owners,
 * two databases (control and the store) or one that is both, two occurrences of one job. In one database a claim opens the checkpoint, and
 * the last step ends the run, each in one transaction. It is written from the design, not from the code; what
 * the code does is the simulation's business.
 */

/** Steps of a run that write one unit each; one more ends it. */
export const UNITS = 2;

/** How often each run is claimed at most, which bounds the leases: the first also by an owner that lost it and comes back. */
export const CLAIMS: readonly number[] = [3, 2];

/** A row of `runs` in control. */
export interface Run {
  readonly state: "queued" | "running" | "ok";
  readonly lease: number;
  /** How often its statistics were counted. */
  readonly finishes: number;
}

/** A row of `checkpoints` in the store, with what the run has written there. Lease 0: there is none yet. */
export interface Checkpoint {
  readonly lease: number;
  readonly step: number;
  readonly done: boolean;
  /** How often each unit was written. */
  readonly writes: readonly number[];
  /** The highest lease that was ever taken up here. */
  readonly newest: number;
  /** Some step was applied under an older one. */
  readonly foreign: boolean;
}

/** A call on its way to a database. */
export interface Request {
  readonly kind: "claim" | "take over" | "open" | "step" | "look up" | "finish";
  readonly run: number;
  /** For a claim the lease that was seen, else the owner's own. */
  readonly lease: number;
  readonly step: number;
}

/** A process that works on runs. It is idle or waits for one answer; an earlier call of its own may still be under way. */
export interface Owner {
  readonly awaits: Request | null;
  readonly straggler: Request | null;
}

/** What the two databases hold. */
export interface Databases {
  readonly runs: readonly Run[];
  readonly checkpoints: readonly Checkpoint[];
}

/** Where control and the store are: two databases, or one that is both. */
export type Layout = "apart" | "together";

/** One line of the protocol left out, and the layout in which it matters. */
export const defects = [
  ["no lease in the guard", ["apart", "together"]],
  ["no step number in the guard", ["apart", "together"]],
  ["an older lease reopens the store", ["apart"]],
  ["no compare-and-set in the claim", ["apart", "together"]],
  ["overlap is not asked at the claim", ["apart", "together"]],
  ["finish does not ask for the state", ["apart"]],
  ["a lost answer is taken for a yes", ["apart"]],
  ["finished before the checkpoint is done", ["apart"]],
  ["the claim opens the checkpoint of a run that it did not get", ["together"]],
  ["the claim does not open the checkpoint", ["together"]],
  ["the end of a run is not part of its last step", ["together"]],
] as const;
export type Defect = (typeof defects)[number][0];

/** An owner that does nothing. */
export const idle: Owner = { awaits: null, straggler: null };

/** Two queued runs, nothing written. */
export const beginning: Databases = {
  runs: Array.from({ length: 2 }, () => ({ state: "queued", lease: 0, finishes: 0 })),
  checkpoints: Array.from({ length: 2 }, () => ({
    lease: 0,
    newest: 0,
    step: 0,
    done: false,
    writes: Array.from({ length: UNITS }, () => 0),
    foreign: false,
  })),
};

const replace = <T>(list: readonly T[], index: number, item: T): T[] =>
  list.map((old, at) => (at === index ? item : old));
const ask = (kind: Request["kind"], run: number, lease: number, step = 0): Request => ({ kind, run, lease, step });

/** What a database does with a call, and whether it did it. Each is one transaction. */
function arrive(
  state: Databases,
  request: Request,
  defect: Defect | null,
  layout: Layout,
): { readonly state: Databases; readonly done: boolean } {
  const { run: index, lease, step } = request;
  const run = state.runs[index] as Run;
  const checkpoint = state.checkpoints[index] as Checkpoint;
  const refused = { state, done: false };
  const control = (row: Run) => ({ state: { ...state, runs: replace(state.runs, index, row) }, done: true });
  const store = (row: Checkpoint) => ({
    state: { ...state, checkpoints: replace(state.checkpoints, index, row) },
    done: true,
  });
  switch (request.kind) {
    case "claim":
    case "take over": {
      const wanted = request.kind === "claim" ? "queued" : "running";
      const seen = (run.lease === lease && run.state === wanted) || defect === "no compare-and-set in the claim";
      const alone =
        request.kind === "take over" ||
        defect === "overlap is not asked at the claim" ||
        state.runs.every((other, at) => at === index || other.state !== "running");
      const claimed = seen && alone ? control({ ...run, state: "running", lease: lease + 1 }) : refused;
      const opens =
        defect === "the claim opens the checkpoint of a run that it did not get" ||
        (claimed.done && defect !== "the claim does not open the checkpoint");
      if (layout === "apart" || !opens) return claimed;
      return { ...claimed, state: arrive(claimed.state, ask("open", index, lease + 1), defect, layout).state };
    }
    case "open":
      if (checkpoint.lease >= lease && defect !== "an older lease reopens the store") return refused;
      return store({ ...checkpoint, lease, newest: Math.max(checkpoint.newest, lease) });
    case "step": {
      const mine = checkpoint.lease === lease || defect === "no lease in the guard";
      const next = checkpoint.step === step || defect === "no step number in the guard";
      if (checkpoint.lease === 0 || !mine || !next || checkpoint.done) return refused;
      const written = store({
        ...checkpoint,
        step: Math.min(checkpoint.step + 1, UNITS + 1),
        done: step === UNITS,
        writes:
          step < UNITS
            ? checkpoint.writes.map((count, unit) => (unit === step ? count + 1 : count))
            : checkpoint.writes,
        foreign: checkpoint.foreign || lease < checkpoint.newest,
      });
      const ends =
        layout === "together" && step === UNITS && defect !== "the end of a run is not part of its last step";
      if (!ends) return written;
      return { ...written, state: arrive(written.state, ask("finish", index, lease), defect, layout).state };
    }
    case "look up":
      return { state, done: true };
    case "finish": {
      if (run.lease !== lease) return refused;
      if (run.state !== "running" && defect !== "finish does not ask for the state") return refused;
      return control({ ...run, state: "ok", finishes: run.finishes + 1 });
    }
    default:
      return request.kind satisfies never;
  }
}

/** What an owner asks next, once it has its answer. */
function after(
  state: Databases,
  request: Request,
  done: boolean,
  defect: Defect | null,
  layout: Layout,
): Request | null {
  const { run, lease, step } = request;
  const checkpoint = state.checkpoints[run] as Checkpoint;
  const from = (at: number) => {
    if (defect === "finished before the checkpoint is done" && at === UNITS) return ask("finish", run, lease);
    if (at <= UNITS) return ask("step", run, lease, at);
    // In one database the last step has ended the run.
    return layout === "together" ? null : ask("finish", run, lease);
  };
  const opened = (own: number) => (checkpoint.done ? ask("finish", run, own) : ask("step", run, own, checkpoint.step));
  switch (request.kind) {
    case "claim":
    case "take over":
      if (!done) return null;
      return layout === "together" ? opened(lease + 1) : ask("open", run, lease + 1);
    case "open":
      return done ? opened(lease) : null;
    case "step":
      return done ? from(step + 1) : ask("look up", run, lease, step);
    case "look up":
      return checkpoint.lease === lease && checkpoint.step === step + 1 ? from(step + 1) : null;
    case "finish":
      return null;
    default:
      return request.kind satisfies never;
  }
}

/** What an owner asks when a call failed: a lost step is looked up, everything else is begun anew. */
function afterError(request: Request, defect: Defect | null, layout: Layout): Request | null {
  if (request.kind !== "step") return null;
  const { run, lease, step } = request;
  if (defect !== "a lost answer is taken for a yes") return ask("look up", run, lease, step);
  if (step < UNITS) return ask("step", run, lease, step + 1);
  return layout === "together" ? null : ask("finish", run, lease);
}

/** Everything that an owner may do next, and that may befall it or its calls. */
export function moves(
  state: Databases,
  owner: Owner,
  defect: Defect | null,
  layout: Layout,
): { state: Databases; owner: Owner }[] {
  const found: { state: Databases; owner: Owner }[] = [];
  const reach = (next: Databases, change: Partial<Owner>) =>
    found.push({ state: next, owner: { ...owner, ...change } });
  const { awaits, straggler } = owner;
  // A call that its sender has given up arrives after all.
  if (straggler) reach(arrive(state, straggler, defect, layout).state, { straggler: null });
  if (!awaits) {
    state.runs.forEach(({ state: is, lease }, run) => {
      if (is === "ok" || lease === CLAIMS[run]) return;
      reach(state, { awaits: ask(is === "queued" ? "claim" : "take over", run, lease) });
    });
    return found;
  }
  const arrived = arrive(state, awaits, defect, layout);
  const answered = after(arrived.state, awaits, arrived.done, defect, layout);
  reach(arrived.state, { awaits: answered });
  const writes = awaits.kind !== "look up";
  // The network delivers it again later.
  if (writes) reach(arrived.state, { awaits: answered, straggler: awaits });
  // An error, or a crash: after it was done, before it arrived, or while it is still on its way.
  const error = afterError(awaits, defect, layout);
  for (const next of error === null ? [null] : [error, null]) {
    reach(arrived.state, { awaits: next });
    reach(state, { awaits: next });
    if (writes) reach(state, { awaits: next, straggler: awaits });
  }
  return found;
}

/** What the databases hold once an owner whom nothing disturbs has done all there is to do. */
export function leftAlone(state: Databases, defect: Defect | null, layout: Layout): Databases {
  let now = state;
  // What is at work first, as the others must not meet it.
  const order = [...state.runs.keys()].sort((a, b) => urgency(state, a) - urgency(state, b));
  for (const at of order) {
    const run = now.runs[at] as Run;
    let next = run.state === "ok" ? null : ask(run.state === "queued" ? "claim" : "take over", at, run.lease);
    while (next) {
      const arrived = arrive(now, next, defect, layout);
      now = arrived.state;
      next = after(now, next, arrived.done, defect, layout);
    }
  }
  return now;
}

const urgency = (state: Databases, run: number) => (state.runs[run]?.state === "running" ? 0 : 1);
