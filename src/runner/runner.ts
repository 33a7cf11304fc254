import { Wake } from "../connectors/clock.ts";
import { readClient } from "../control/clients/clients.ts";
import type { PlannedRun } from "../control/runs/open-runs.ts";
import { type Run, requestCancel } from "../control/runs/runs.ts";
import { type Leased, letWait, skip } from "../control/runs/transitions.ts";
import type { Processor } from "../processors/contract.ts";
import { DatabaseOutageError } from "../store/outage.ts";
import type { Ending } from "../store/step/step.ts";
import { Budget, INVOCATION, START_CALLS } from "./budget.ts";
import { type ClaimedRun, claimPlanned, claimRun } from "./control/claims.ts";
import { type OpenRun, type OpenRuns, readOpen } from "./control/open-runs.ts";
import { ASK_EVERY_MS, PERMIT_WORDS, permitRequest, takePermit } from "./control/permits.ts";
import { setRunAside } from "./control/progress.ts";
import { overtime } from "./endings.ts";
import { Execution, type Exit } from "./execution.ts";
import { judge, unknownWords, type Verdict } from "./judge.ts";
import { otherRuns } from "./other-runs.ts";
import type { RunnerPorts } from "./ports.ts";

/** After a database that does not answer, the runner tries again this much later (ms). */
const OUTAGE_PAUSE_MS = 5_000;

/** Another owner of a run counts as gone after this time (ms) without a sign of life, unless the host says otherwise. */
const STALE_AFTER_MS = 45_000;

const cancelledEnding: Ending = { state: "cancelled", code: "cancelled", message: "Cancelled" };

/** Bytes of the word by which a runner knows its own claims. */
const CLAIMANT_BYTES = 12;

/** The runner has to look at its client's open runs as soon as it can. */
const AT_ONCE = Number.NEGATIVE_INFINITY;

/** The next invocation follows at once: +1 ms, since an alarm set to now can stall (handbook, runner: where it runs). */
const AT_ONCE_MS = 1;

/**
 * One client's runner (client 0: the platform). Takes the client's runs in order, starts light ones at their second beside
 * a heavy one, and is the only one that works for that client; where it is not, the lease in the database decides.
 */
export class Runner {
  readonly clientId: number;
  readonly #ports: RunnerPorts;
  readonly #active = new Map<number, { execution: Execution; done: Promise<void> }>();
  /** Runs that were still at work when this runner's last invocation ended, and the lease under which it did. */
  readonly #unfinished = new Map<number, number>();
  /** Runs whose lease their store has refused. */
  readonly #lost = new Set<number>();
  /** Other owners' runs at work, and since when (ms) nothing was heard of them. */
  readonly #foreign = new Map<number, { readonly sign: string; readonly since: number }>();
  /** The word by which this runner knows its own claims, also one whose answer was lost. */
  readonly #claimant: string;
  /** Runs that are planned, as the tick or a look told: hints, each good for one claim without a look. */
  readonly #planned = new Map<number, PlannedRun>();
  /** When to look at the open runs again (ms); null: not before something happens. */
  #lookAt: number | null = null;
  #wake = new Wake();
  #outage = false;
  /** This invocation has taken up a run. */
  #started = false;
  /** A new incarnation: the earlier owner of a run is gone. */
  #fresh = true;

  constructor(ports: RunnerPorts, clientId: number) {
    this.#ports = ports;
    this.clientId = clientId;
    this.#claimant = Array.from(ports.randomBytes(CLAIMANT_BYTES), (byte) => byte.toString(16).padStart(2, "0")).join(
      "",
    );
  }

  /** Something changed (new runs, a cancel): look again now, and ask about cancels at the next step. */
  poke(): void {
    for (const { execution } of this.#active.values()) execution.poke();
    this.#lookAt = AT_ONCE;
    this.#wake.call();
  }

  /** Runs were planned for this client: they are taken up when they are due, without a look before that. */
  expect(planned: readonly PlannedRun[]): void {
    for (const run of planned) this.#planned.set(run.id, run);
    this.#wake.call();
  }

  /** When {@link work} has something to do again (ms), as far as it knows without a look; null: not before it is told of something. */
  get nextAt(): number | null {
    const instants = [...this.#planned.values()].map(({ dueAt }) => dueAt);
    if (this.#lookAt !== null) instants.push(this.#lookAt);
    return instants.length === 0 ? null : Math.min(...instants);
  }

  /** The runs that this runner works on now. */
  get atWork(): readonly Leased[] {
    return [...this.#active.values()].map(({ execution: { run } }) => ({ id: run.id, lease: run.lease }));
  }

  /** The runs that were still at work when {@link work} came back, to take them up in the next call. */
  get unfinished(): readonly Leased[] {
    return [...this.#unfinished].map(([id, lease]) => ({ id, lease }));
  }

  /**
   * Works until nothing is due or the invocation's budget is used up.
   *
   * @param planned what was planned for this client since the last call, may be empty: it goes by that and by what it knows, and looks at
   *   the open runs only if it has to. Left out: it looks first
   * @returns when to be called again (ms), or null when nothing is planned
   */
  async work(planned?: readonly PlannedRun[]): Promise<number | null> {
    const { clock } = this.#ports;
    const budget = new Budget(this.#ports.invocation ?? INVOCATION, clock.now());
    const mayStay = () => !this.#outage && !budget.exhausted(clock.now());
    if (planned) this.expect(planned);
    else this.#lookAt = AT_ONCE;
    this.#outage = false;
    this.#started = false;
    try {
      for (;;) {
        this.#wake = new Wake();
        if (mayStay()) await this.#takeTurn(mayStay, budget);
        if (!mayStay()) {
          this.#lookAt = AT_ONCE;
          await this.#allEnded();
          return clock.now() + (this.#outage ? OUTAGE_PAUSE_MS : AT_ONCE_MS);
        }
        const next = this.nextAt;
        if (this.#active.size === 0 && (next === null || next > clock.now())) return next;
        await this.#untilSomethingHappens(next);
      }
    } catch (error) {
      this.#lookAt = AT_ONCE;
      if (!(error instanceof DatabaseOutageError)) throw error;
      this.#outage = true;
      this.#ports.report("The control database does not answer", error);
      await this.#allEnded();
      return clock.now() + OUTAGE_PAUSE_MS;
    }
  }

  async #allEnded(): Promise<void> {
    await Promise.all([...this.#active.values()].map(({ done }) => done));
  }

  async #untilSomethingHappens(next: number | null): Promise<void> {
    const wake = this.#wake;
    await new Promise<void>((resolve) => {
      wake.onCall(resolve);
      for (const { done } of this.#active.values()) void done.then(resolve);
      if (next !== null) void this.#ports.clock.sleepUntil(next, wake).then(resolve);
    });
    wake.call();
  }

  /** Takes up what is due, if anything, in this runner's turn. */
  async #takeTurn(mayStay: () => boolean, budget: Budget): Promise<void> {
    const { clock, turn } = this.#ports;
    const next = this.nextAt;
    if (next === null || next > clock.now()) return;
    const end = await turn?.();
    try {
      if (mayStay()) await this.#takeUp(mayStay, budget);
    } finally {
      if (end) void this.#allEnded().then(end);
    }
  }

  /** Takes up what is due: the one run that was planned for now, without a look; else what a look finds. */
  async #takeUp(mayStay: () => boolean, budget: Budget): Promise<void> {
    const { catalogue, clock, control } = this.#ports;
    const now = clock.now();
    const due = [...this.#planned.values()].filter(({ dueAt }) => dueAt <= now);
    const mustLook = this.#lookAt !== null && this.#lookAt <= now;
    // What happens from here on, asks for a further look.
    if (mustLook) this.#lookAt = null;
    for (const { id } of due) this.#planned.delete(id);
    const [only] = due;
    const processor = only && due.length === 1 ? catalogue.find(only.processor) : null;
    const isEasy = processor?.load === "light" && this.#active.size === 0 && !this.#mustSave(budget);
    const spend = (calls: number) => budget.spend(calls);
    if (mustLook || !only || !processor || !isEasy) {
      const open = await readOpen(control, this.clientId, now);
      spend(1);
      return await this.#carryOut(open, mayStay, budget);
    }
    const start = await claimPlanned(control, { ...only, clientId: this.clientId }, processor, this.#claimant, now);
    spend(1);
    if (!start.claimed) return await this.#carryOut(start.open, mayStay, budget);
    if (start.next) this.#planned.set(start.next.id, start.next);
    this.#begin(processor, start.claimed, mayStay, spend, null, null);
  }

  #lookAgainAt(instant: number | null): void {
    if (instant !== null) this.#lookAt = Math.min(this.#lookAt ?? instant, instant);
  }

  /** Each run at work may still need what a start needs; where that is not left, the next invocation starts what is to come. */
  #mustSave(budget: Budget): boolean {
    return this.#started && budget.left < START_CALLS * (this.#active.size + 1);
  }

  /** Judges every open run, oldest first, does what is to be done, and notes when to look again. */
  async #carryOut(open: OpenRuns, mayStay: () => boolean, budget: Budget): Promise<void> {
    const { catalogue, clock, control } = this.#ports;
    const spend = (calls: number) => budget.spend(calls);
    let runs = open.due;
    if (open.next) this.#planned.set(open.next.id, open.next);
    const lookAgainAt = (instant: number | null) => this.#lookAgainAt(instant);
    for (const listed of open.due) {
      if (!mayStay()) break;
      const run = runs.find((one) => one.id === listed.id);
      if (!run) continue;
      const foreign = run.state === "running" && !this.#active.has(run.id);
      // The mover sees to runs of this client that have lost their owner.
      if (foreign && open.gate.moving) continue;
      const patience = foreign ? this.#patienceWith(run) : 0;
      if (patience > 0) {
        lookAgainAt(clock.now() + patience);
        continue;
      }
      const verdict: Verdict | { kind: "take over" } = foreign
        ? { kind: "take over" }
        : judge(run, {
            open: runs,
            active: new Set(this.#active.keys()),
            gate: open.gate,
            catalogue,
            now: clock.now(),
          });
      const without = () => {
        runs = runs.filter((one) => one.id !== run.id);
      };
      switch (verdict.kind) {
        case "ignore":
          lookAgainAt(run.notBeforeAt);
          break;
        case "wait":
          if (run.state !== "waiting" || run.reason !== verdict.reason || run.message !== verdict.message) {
            await control.execute(letWait(run, verdict, clock.now()));
            spend(1);
          }
          lookAgainAt(verdict.until);
          break;
        case "skip":
          await control.execute(skip(run, verdict, clock.now()));
          spend(1);
          without();
          break;
        case "cancel":
          await this.#start(run, mayStay, spend, { ...cancelledEnding, message: verdict.message });
          without();
          break;
        case "replace":
          await requestCancel(control, verdict.other.id, `run ${run.id} of the same job`, clock.now());
          await control.execute(letWait(run, { reason: "overlap", message: verdict.message }, clock.now()));
          spend(2);
          this.#active.get(verdict.other.id)?.execution.poke();
          lookAgainAt(clock.now() + 1000);
          break;
        case "supersede":
          await this.#start(verdict.older, mayStay, spend, {
            state: "failed",
            code: "superseded",
            message: `Its retry was given up because run ${run.id} of the same job was due`,
          });
          break;
        case "take over":
        case "start": {
          if (verdict.kind === "take over" && !catalogue.find(run.processor)) {
            await setRunAside(
              control,
              run,
              { reason: "unknown_processor", message: unknownWords(run) },
              { ...run, log: [] },
            );
            spend(1);
            break;
          }
          if (this.#mustSave(budget)) {
            if (this.#active.size === 0) lookAgainAt(clock.now() + AT_ONCE_MS);
            break;
          }
          const late = verdict.kind === "take over" && run.deadlineAt !== null && clock.now() >= run.deadlineAt;
          const cancelled = verdict.kind === "take over" && run.cancelRequestedAt !== null ? cancelledEnding : null;
          const warning = verdict.kind === "start" ? verdict.warning : null;
          if (run.load === "heavy" && !late && !cancelled && !(await this.#permitted(run, spend))) {
            lookAgainAt(clock.now() + ASK_EVERY_MS);
            if (verdict.kind === "start") break;
          }
          const claimed = await this.#start(run, mayStay, spend, late ? overtime : cancelled, warning);
          if (claimed) runs = runs.map((one) => (one.id === run.id ? { ...one, ...claimed } : one));
          break;
        }
        default:
          verdict satisfies never;
      }
    }
    this.#fresh = false;
  }

  get #staleAfter(): number {
    return this.#ports.staleAfterMs ?? STALE_AFTER_MS;
  }

  /**
   * How much longer (ms) the owner of a run at work may be silent before it counts as gone; 0: it is gone. A new incarnation
   * at the edge replaces the one before, and a run that we left ourselves, or whose claim was ours and its answer lost, is ours; any other owner is gone once nothing was
   * heard of it for {@link STALE_AFTER_MS}, by our own clock. So two runners that know nothing of each other do not take a run
   * from each other by turns.
   */
  #patienceWith(run: OpenRun): number {
    if (this.#unfinished.get(run.id) === run.lease || this.#isOwnClaim(run)) return 0;
    if (this.#fresh && this.#ports.takesOver !== "when silent") return 0;
    const now = (this.#ports.monotonic ?? this.#ports.clock.now)();
    const sign = `${run.lease} ${run.heartbeatAt}`;
    const known = this.#foreign.get(run.id);
    if (known?.sign !== sign) {
      this.#foreign.set(run.id, { sign, since: now });
      return this.#staleAfter;
    }
    return Math.max(0, known.since + this.#staleAfter - now);
  }

  /** The answer to our claim was lost; unless the store has refused its lease before: then the run is another owner's there. */
  #isOwnClaim({ id, claimant }: OpenRun): boolean {
    return claimant === this.#claimant && !this.#lost.has(id);
  }

  /** Asks for the permit of a heavy run; without one the run waits and says so. */
  async #permitted(run: Run, spend: (calls: number) => void): Promise<boolean> {
    const { clock, control } = this.#ports;
    const client = await readClient(control, run.clientId);
    const given = await takePermit(control, permitRequest(run, client), clock.now());
    spend(2);
    if (!given && run.state !== "running" && run.reason !== "permit") {
      await control.execute(letWait(run, { reason: "permit", message: PERMIT_WORDS }, clock.now()));
      spend(1);
    }
    return given;
  }

  async #start(
    run: Run,
    mayStay: () => boolean,
    spend: (calls: number) => void,
    closeWith: Ending | null,
    warning: string | null = null,
  ): Promise<Run | null> {
    const { catalogue, clock, control } = this.#ports;
    const processor = catalogue.find(run.processor);
    if (!processor || this.#active.has(run.id)) return null;
    const claimed = await claimRun(control, run, processor, this.#claimant, clock.now(), closeWith !== null);
    spend(1);
    if (!claimed) return null;
    this.#begin(processor, claimed, mayStay, spend, closeWith, warning);
    return claimed.run;
  }

  /** Lets a claimed run work. */
  #begin(
    processor: Processor,
    claimed: ClaimedRun,
    mayStay: () => boolean,
    spend: (calls: number) => void,
    closeWith: Ending | null,
    warning: string | null,
  ): void {
    const { run } = claimed;
    // A cancel that was asked for between the look and the claim: only the claim's own answer knows.
    const ending = closeWith ?? (run.cancelRequestedAt === null ? null : cancelledEnding);
    const execution = new Execution(this.#ports, processor, claimed, spend, otherRuns(this.#ports, run, spend));
    if (warning) execution.warn(warning);
    const done = execution
      .work(mayStay, ending)
      .catch((error: unknown): Exit => {
        // The run stays as its checkpoint says; the next invocation takes it up.
        this.#outage = true;
        this.#ports.report(`Run ${run.id} was interrupted`, error);
        return "open";
      })
      .then((exit) => {
        this.#active.delete(run.id);
        this.#foreign.delete(run.id);
        if (exit === "open") this.#unfinished.set(run.id, run.lease);
        else this.#unfinished.delete(run.id);
        if (exit === "lost") this.#lost.add(run.id);
        else this.#lost.delete(run.id);
        const { follows } = execution;
        if (!follows || follows.due) this.#lookAt = AT_ONCE;
        else if (follows.next) this.#planned.set(follows.next.id, follows.next);
      });
    this.#active.set(run.id, { execution, done });
    this.#started = true;
  }
}
