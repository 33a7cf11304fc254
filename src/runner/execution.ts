import type { Connectors } from "../connectors/connectors.ts";
import { type ClientFacts, readClient } from "../control/clients/clients.ts";
import { MOVING_WORDS } from "../control/clients/moves.ts";
import type { WhatFollows } from "../control/runs/open-runs.ts";
import type { LogLine } from "../control/runs/run-logs.ts";
import type { Run } from "../control/runs/runs.ts";
import {
  type Effect,
  isEffect,
  type OtherRuns,
  type Processor,
  type RunFailure,
  type Step,
  type Unit,
} from "../processors/contract.ts";
import type { Database } from "../store/database.ts";
import { DatabaseOutageError } from "../store/outage.ts";
import { bindFor } from "../store/rows.ts";
import { sql } from "../store/sql.ts";
import type { Query } from "../store/statement.ts";
import { type Checkpoint, openCheckpoint } from "../store/step/checkpoint.ts";
import { findEffect, intendEffect, type Outcome, settleEffect } from "../store/step/effects.ts";
import { countUnexpectedFailures, forgetUnexpectedFailures } from "../store/step/failures.ts";
import { guard, isConstraintError } from "../store/step/guard.ts";
import {
  type Counts,
  commitStep,
  type Ending,
  LeaseLostError,
  rehearseStep,
  type StepCommit,
  type StepResult,
  type UnitCommit,
} from "../store/step/step.ts";
import { Budget, SLICE } from "./budget.ts";
import { runContext } from "./context.ts";
import type { ClaimedRun } from "./control/claims.ts";
import { type End, finishRun, finishStatements, followsOf, readFailures } from "./control/finish.ts";
import { PERMIT_WORDS, permitRequest, returnPermit, takePermit } from "./control/permits.ts";
import { beat, retryRunLater, setRunAside } from "./control/progress.ts";
import { CRASHED, endingOf, faultOf, overtime, tooManyFailures } from "./endings.ts";
import { layOutUnit, layOutWrite } from "./lay-out.ts";
import { parametersOf, unreadable } from "./obstacle.ts";
import type { RunnerPorts } from "./ports.ts";
import { nextAttempt } from "./retry.ts";
import { endPosition, readPosition, rowLimit } from "./row-limit.ts";

/** The runner reports progress, and asks about a cancel, at most this often (ms); a wake-up asks at once. */
const BEAT_EVERY_MS = 1_000;

/** Why {@link Execution.work} came back: the run has ended (or waits for a retry), its lease is lost, or the run stays open because the runner stops. */
export type Exit = "ended" | "lost" | "open";

/** One claimed run, from its checkpoint to its end or to the end of the invocation. */
export class Execution {
  readonly run: Run;
  readonly #ports: RunnerPorts;
  readonly #processor: Processor;
  readonly #spend: (calls: number) => void;
  readonly #otherRuns: OtherRuns;
  /** What its claim brought along, for its first slice. */
  readonly #opened: Omit<ClaimedRun, "run"> | null;
  /** Kept over slices, since it remembers how many requests in a row have failed. */
  #connectors: Connectors | null = null;
  #budget: Budget;
  #store: Database;
  #client: ClientFacts | null = null;
  #checkpoint: Checkpoint | null = null;
  #step = 0;
  #cursor: unknown = null;
  #counts: Counts = {};
  /** Unexpected failures, over all slices. */
  #unexpected = 0;
  /** The processor was told that these are too many: its next step gives up what it is at, and with that they no longer count. */
  #told = false;
  #progress: { done: number; total: number | null } = { done: 0, total: null };
  #log: LogLine[] = [];
  /** Its claim was the first. */
  #lastBeatAt: number;
  #askAtOnce = false;
  #follows: WhatFollows | null = null;

  /**
   * @param claimed the run, `running` under our lease, and what its claim brought along; the run alone: that is read
   * @param spend takes calls from the invocation's budget
   * @param otherRuns what the run may do to runs of other owners
   */
  constructor(
    ports: RunnerPorts,
    processor: Processor,
    claimed: ClaimedRun | Pick<ClaimedRun, "run">,
    spend: (calls: number) => void,
    otherRuns: OtherRuns,
  ) {
    this.run = claimed.run;
    this.#opened = "client" in claimed ? claimed : null;
    this.#ports = ports;
    this.#processor = processor;
    this.#spend = spend;
    this.#otherRuns = otherRuns;
    this.#budget = new Budget(ports.slice ?? SLICE, ports.clock.now());
    this.#store = ports.control;
    this.#lastBeatAt = ports.clock.now();
  }

  /** What its client has to do next, once the run has ended; null: that has to be looked at. */
  get follows(): WhatFollows | null {
    return this.#follows;
  }

  /** A cancel of this run was requested: ask at the next step. */
  poke(): void {
    this.#askAtOnce = true;
  }

  /** Adds a warning to the run's log. */
  warn(message: string): void {
    this.#say("warn", message);
  }

  /**
   * Works until the run ends, its lease is lost or `mayStay` says no (asked after each step).
   *
   * @param closeWith ends the run with this instead of working on it (cancel or supersede before a retry)
   * @throws the database's error when it can neither be read nor written; the run stays as its checkpoint says.
   */
  async work(mayStay: () => boolean, closeWith: Ending | null = null): Promise<Exit> {
    try {
      const checkpoint = await this.#open();
      if (!checkpoint)
        return await this.#finish({
          state: "failed",
          code: "client_missing",
          message: "The client of this run was removed",
        });
      if (checkpoint.ending) return await this.#finish(checkpoint.ending);
      if (closeWith) return await this.#end(closeWith);
      const obstacle = unreadable(this.#processor, checkpoint);
      if (obstacle) return await this.#end(obstacle);
      for (;;) {
        const exit = await this.#slice(mayStay);
        if (exit) return exit;
        if (!mayStay()) return "open";
        if (!(await this.#mayGoOn())) return await this.#setAside("permit", PERMIT_WORDS);
      }
    } catch (error) {
      if (error instanceof LeaseLostError) {
        this.#ports.report(error.message, null);
        return "lost";
      }
      throw error;
    }
  }

  async #open(): Promise<Checkpoint | null> {
    const { control, clock, storeOf } = this.#ports;
    this.#client = this.#opened ? this.#opened.client : await readClient(control, this.run.clientId);
    if (!this.#opened) this.#spend(1);
    if (!this.#client) return null;
    this.#store = this.#processor.store === "learning" ? await storeOf(this.#client) : control;
    let opened = this.#opened?.checkpoint;
    if (!opened) {
      opened = await openCheckpoint(
        this.#store,
        {
          ...this.run,
          cursorVersion: this.#processor.cursorVersion ?? 1,
          // No client leaves the control tables, whatever database its own are in.
          clientId: this.#processor.store === "control" ? 0 : this.run.clientId,
        },
        this.run.startedAt ?? clock.now(),
      );
      this.#spend(1);
    }
    this.#checkpoint = opened;
    this.#step = opened.step;
    this.#cursor = opened.cursor;
    this.#counts = opened.counts;
    this.#progress = opened.progress;
    if ((opened.counts.failed ?? 0) > 0) {
      const read = await this.#store.execute(bindFor(this.run.clientId, this.run.id)(countUnexpectedFailures()));
      this.#unexpected = Number(read.rows[0]?.failed);
      this.#spend(1);
    }
    const attempt = this.run.attempt > 1 ? `, attempt ${this.run.attempt}` : "";
    const from = opened.step > 0 ? ` from step ${opened.step}` : "";
    this.#say("info", `${this.run.dryRun ? "Dry run started" : "Started"}${attempt}${from}`);
    return opened;
  }

  #say(level: LogLine["level"], message: string, data: Record<string, unknown> | null = null): void {
    this.#log.push({ at: this.#ports.clock.now(), level, message, data });
  }

  /** One slice: a fresh generator from the checkpoint, until the run ends or the budget is used up (null). */
  async #slice(mayStay: () => boolean): Promise<Exit | null> {
    const { clock } = this.#ports;
    const budget = new Budget(this.#ports.slice ?? SLICE, clock.now());
    this.#budget = budget;
    const spend = (calls: number) => {
      this.#budget.spend(calls);
      this.#spend(calls);
    };
    const fit = parametersOf(this.#processor, this.run, this.#client as ClientFacts);
    if ("obstacle" in fit) return await this.#end(fit.obstacle);
    const { parameters } = fit;
    const maxRows = parameters.maxRows as number | null;
    const maxFailures = parameters.maxFailures as number;
    if (maxRows !== null && this.#step === 0 && this.#cursor === null) {
      this.#cursor = await readPosition(this.#store, this.#processor, this.run);
      this.#spend(1);
    }
    const rowsLeft = () => (maxRows === null ? Number.POSITIVE_INFINITY : maxRows - (this.#counts.scanned ?? 0));
    if (maxRows !== null && rowsLeft() <= 0) return await this.#end(rowLimit(maxRows));
    // A step holds at most `chunkSize` rows, so a last, smaller one is a slice of its own: no step is ever cut in two.
    const chunkSize = Math.min(parameters.chunkSize as number, rowsLeft());
    this.#connectors ??= this.#ports.connectorsFor(this.#client as ClientFacts, spend, this.run.attempt);
    const context = runContext(this.#ports, {
      run: this.run,
      client: this.#client as ClientFacts,
      store: this.#store,
      parameters: { ...parameters, chunkSize },
      now: (this.#checkpoint as Checkpoint).now,
      cursor: this.#cursor,
      resumed: this.#step > 0,
      otherRuns: this.#otherRuns,
      say: (level, message, data) => this.#say(level, message, data),
      connectors: this.#connectors,
      spend,
    });
    const generator = this.#processor.run(context);
    let feed: unknown;
    let refusal: RunFailure | null = null;
    let exit: Exit | null | undefined;
    try {
      for (;;) {
        const result = refusal ? await generator.throw(refusal) : await generator.next(feed);
        refusal = null;
        if (result.done) return await this.#end(result.value ?? endingOf(this.#counts));
        // A step that follows from an effect's outcome belongs to it; a further effect is for the next slice.
        if (exit !== undefined && isEffect(result.value)) return exit;
        feed = isEffect(result.value)
          ? await this.#effect(result.value)
          : await this.#commit(this.#stepCommit(result.value));
        // Of an effect the processor hears the outcome first.
        if (this.#unexpected > maxFailures && !isEffect(result.value)) {
          this.#told = true;
          refusal = tooManyFailures(maxFailures);
          continue;
        }
        if (maxRows !== null && rowsLeft() <= 0) return await this.#end(rowLimit(maxRows));
        const order = await this.#orders();
        if (order === "cancel") return await this.#end({ state: "cancelled", code: "cancelled", message: "Cancelled" });
        if (order === "stop") return await this.#setAside("stopped", "Everything was stopped by an administrator");
        if (order === "moving") return await this.#setAside("moving", MOVING_WORDS);
        if (order === "permit") return await this.#setAside("permit", PERMIT_WORDS);
        if (clock.now() >= (this.run.deadlineAt ?? Number.POSITIVE_INFINITY)) return await this.#end(overtime);
        if (exit !== undefined) return exit;
        exit = budget.exhausted(clock.now()) || rowsLeft() < chunkSize ? null : mayStay() ? undefined : "open";
        // The outcome of an effect may be a reason to end the run: its processor hears of it before the slice ends.
        if (exit !== undefined && !isEffect(result.value)) return exit;
      }
    } catch (error) {
      return await this.#failed(error);
    } finally {
      await generator.return(undefined).catch(() => undefined);
      await context.connectors
        .close()
        .catch((error: unknown) => this.#ports.report("Closing a connection failed", error));
    }
  }

  #bind = (query: Query, index = 0) => bindFor(this.run.clientId, this.run.id)(query, index);

  #unitCommit = (unit: Unit<string>): UnitCommit => layOutUnit(unit, this.#bind);

  #stepCommit(step: Step<unknown, string>): StepCommit {
    if (step.progress) this.#progress = { ...step.progress };
    return {
      runId: this.run.id,
      lease: this.run.lease,
      step: this.#step,
      units: (step.units ?? []).map((unit) => this.#unitCommit(unit)),
      counts: step.counts as Counts | undefined,
      cursor: JSON.stringify(step.cursor ?? null),
      progress: this.#progress,
      also: [...(this.#told ? [forgetUnexpectedFailures()] : []), ...(step.also ?? [])].map((query) =>
        this.#bind(query),
      ),
      followUp: (step.followUp ?? []).map((write) => layOutWrite(write, 0, this.#bind)),
    };
  }

  async #commit(commit: StepCommit): Promise<undefined> {
    const result = await this.#send(commit);
    if (commit.cursor !== undefined) this.#cursor = JSON.parse(commit.cursor) as unknown;
    this.#counts = result.counts;
    if (this.#told) this.#unexpected = 0;
    this.#told = false;
    this.#unexpected += result.failures.filter(({ unexpected }) => unexpected).length;
    for (const failure of result.failures)
      this.#say("warn", `${failure.ref}: ${failure.message}`, { ref: failure.ref, code: failure.code });
    return undefined;
  }

  async #send(commit: StepCommit): Promise<StepResult> {
    const rehearse =
      this.run.dryRun && (commit.units.some((unit) => unit.writes.length > 0) || (commit.followUp ?? []).length > 0);
    const result = rehearse ? await rehearseStep(this.#store, commit) : await commitStep(this.#store, commit);
    this.#step += 1;
    this.#spend(rehearse ? 4 : 1);
    return result;
  }

  /**
   * Intent, call, outcome (handbook, contract: effects); a known outcome is not called again, an unknown one
   * only if it is repeatable.
   */
  async #effect(effect: Effect<unknown, unknown, string>): Promise<Outcome<unknown>> {
    const { run } = this;
    const { clock } = this.#ports;
    if (run.dryRun) {
      this.#say("info", `Would do: ${effect.description}`, { rehearsed: true, ref: effect.key });
      const outcome: Outcome<unknown> = { state: "rehearsed" };
      await this.#settle(effect, outcome, null);
      return outcome;
    }
    const known =
      this.#checkpoint && this.#checkpoint.step > 0 ? await findEffect(this.#store, run.id, effect.key) : null;
    this.#spend(known === null ? 0 : 1);
    if (known?.state === "done") {
      // The outcome and what follows from it are one step, so a done effect was settled; only the generator has to hear of it.
      if (effect.cursor !== undefined) this.#cursor = effect.cursor;
      return known;
    }
    if (known && !effect.repeatable) {
      await this.#settle(effect, known, null);
      return known;
    }
    if (!known) {
      const intended = await this.#intend({
        runId: run.id,
        lease: run.lease,
        step: this.#step,
        units: [],
        // Each `before` must find its row as the processor saw it, or another run was faster and the call must not happen.
        also: [
          intendEffect(run.id, effect.key, clock.now()),
          ...(effect.before ?? []).flatMap((write) => [this.#bind(write), guard(sql`changes() > 0`)]),
        ],
      });
      if (!intended) return { state: "refused" };
    }
    const value = await effect.call();
    const outcome: Outcome<unknown> = { state: "done", value };
    await this.#settle(effect, outcome, settleEffect(run.id, effect.key, value, clock.now()));
    return outcome;
  }

  /** Commits an effect's intent; false when a `before` matched nothing. */
  async #intend(commit: StepCommit): Promise<boolean> {
    try {
      await this.#commit(commit);
      return true;
    } catch (error) {
      if (isConstraintError(error)) return false;
      throw error;
    }
  }

  async #settle(
    effect: Effect<unknown, unknown, string>,
    outcome: Outcome<unknown>,
    settled: ReturnType<typeof settleEffect> | null,
  ): Promise<void> {
    await this.#commit({
      runId: this.run.id,
      lease: this.run.lease,
      step: this.#step,
      units: (effect.settle?.(outcome) ?? []).map((unit) => this.#unitCommit(unit)),
      counts: effect.counts as Counts | undefined,
      also: settled ? [settled] : [],
      ...(effect.cursor === undefined ? {} : { cursor: JSON.stringify(effect.cursor) }),
      progress: this.#progress,
    });
  }

  /** Tells control how far the run is, and learns what is asked of it. */
  async #orders(): Promise<"cancel" | "stop" | "moving" | "permit" | null> {
    const now = this.#ports.clock.now();
    if (!this.#askAtOnce && now - this.#lastBeatAt < BEAT_EVERY_MS) return null;
    this.#askAtOnce = false;
    const answer = await beat(
      this.#ports.control,
      this.run,
      { counts: this.#counts, progress: this.#progress, log: this.#log },
      now,
    );
    this.#spend(1);
    if (!answer) throw new LeaseLostError(this.run.id, this.run.lease);
    this.#log = [];
    this.#lastBeatAt = now;
    if (answer.cancelRequestedAt !== null) return "cancel";
    if (answer.stopped) return "stop";
    if (answer.moving) return "moving";
    if (this.run.load !== "heavy" || answer.permitted) return null;
    // Its permit ran out while it stood still, or it took over from a runner that had none to leave.
    this.#spend(1);
    return (await takePermit(this.#ports.control, permitRequest(this.run, this.#client), now)) ? null : "permit";
  }

  /** Lets the run wait, to go on from its checkpoint when it may. */
  async #setAside(reason: "permit" | "stopped" | "moving", message: string): Promise<Exit> {
    const heartbeat = { counts: this.#counts, progress: this.#progress, log: this.#log };
    await setRunAside(this.#ports.control, this.run, { reason, message }, heartbeat);
    if (reason === "moving") await this.#passPermitOn();
    return "ended";
  }

  /** Between two slices a heavy run queues up behind those that have waited longer. False: it does not go on now. */
  async #mayGoOn(): Promise<boolean> {
    if (this.run.load !== "heavy") return true;
    await this.#passPermitOn(true);
    this.#spend(1);
    return await takePermit(this.#ports.control, permitRequest(this.run, this.#client), this.#ports.clock.now());
  }

  /** A heavy run that has ended, waits for its retry or wants a further slice wakes the runner of the client that has waited longest. */
  async #passPermitOn(wantMore = false): Promise<void> {
    if (this.run.load !== "heavy") return;
    const { control, clock } = this.#ports;
    const next = await returnPermit(control, permitRequest(this.run, this.#client), wantMore, clock.now());
    this.#spend(1);
    if (next !== null && next !== this.run.clientId) await this.#ports.wakeRunner(next);
  }

  async #failed(error: unknown): Promise<Exit> {
    if (error instanceof LeaseLostError || error instanceof DatabaseOutageError) throw error;
    const { code, retry, retryAfterMs } = faultOf(error);
    const message = error instanceof Error ? error.message : String(error);
    if (code === CRASHED) this.#ports.report(`Run ${this.run.id} (${this.run.processor}) crashed`, error);
    this.#say("error", `${code}: ${message}`);
    if (retry) {
      const now = this.#ports.clock.now();
      const at = nextAttempt(this.run.policies, this.run.attempt, now, this.#ports.random(), retryAfterMs);
      if (at !== null && now < (this.run.deadlineAt ?? Number.POSITIVE_INFINITY)) {
        await retryRunLater(this.#ports.control, this.run, {
          at,
          message: `Tries again later: ${message}`,
          log: this.#log,
        });
        await this.#passPermitOn();
        return "ended";
      }
    }
    return await this.#end({ state: "failed", code, message });
  }

  /** The checkpoint lies beside the control tables: one batch writes both. */
  get #together(): boolean {
    return this.#store === this.#ports.control;
  }

  /** Ends the run in its store, and in the control tables: in one batch where that is one database, else in this order. */
  async #end(ending: Ending): Promise<Exit> {
    const commit: StepCommit = {
      runId: this.run.id,
      lease: this.run.lease,
      step: this.#step,
      units: [],
      also: endPosition(this.#processor, this.run, this.#cursor, ending),
      ending,
    };
    if (!this.#together) {
      await this.#send(commit);
      return await this.#finish(ending);
    }
    const behind = finishStatements(this.run, this.#reportOf(ending, null), this.#ports.clock.now());
    const result = await this.#send({ ...commit, behind });
    this.#follows = result.behind && followsOf([...result.behind]);
    await this.#passPermitOn();
    return "ended";
  }

  /** Tells the control tables of an end that the store knows already. */
  async #finish(ending: Ending): Promise<Exit> {
    const { control, clock } = this.#ports;
    const mustRead = !this.#together && (this.#counts.failed ?? 0) > 0;
    const errors = mustRead ? await readFailures(this.#store, this.run.id) : null;
    this.#follows = await finishRun(control, this.run, this.#reportOf(ending, errors), clock.now());
    this.#spend(mustRead ? 2 : 1);
    await this.#passPermitOn();
    return "ended";
  }

  #reportOf(ending: Ending, errors: Run["errors"] | null): End {
    return { ending, counts: this.#counts, progress: this.#progress, log: this.#log, errors };
  }
}
