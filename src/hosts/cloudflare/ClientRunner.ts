import { DurableObject } from "cloudflare:workers";
import type { PlannedRun } from "../../control/runs/open-runs.ts";
import { Runner } from "../../runner/runner.ts";
import { runnerPorts } from "../assemble.ts";
import { FollowingClock } from "../system-clock.ts";
import { type Environment, limitsOf, platformOf } from "./environment.ts";

/** After an unexpected error the runner looks again this much later (ms). */
const PAUSE_MS = 5_000;

/** Time (ms) by which an alarm is overdue only if the platform has given it up: it tries one that failed six times, then never again. */
const GIVEN_UP_AFTER_MS = 5_000;

/**
 * One client's runner as a Durable Object; its alarm handler is the loop (handbook, runner: a runner). An alarm is at-least-once
 * and dropped after six failed retries, so the handler catches everything and re-arms.
 */
export class ClientRunner extends DurableObject<Environment> {
  #runner: Runner | null = null;
  /** Runs go by it; alarms go by the platform's own. */
  readonly #clock = new FollowingClock();
  #working = false;

  /**
   * There is something to take. Called by the tick, by manual starts, by cancels; a lost call is made good by the next tick.
   *
   * @param time what the tick takes for the time, ms
   * @param planned the runs that the tick planned: the alarm comes when they are due; left out: the runner looks now
   */
  async wake(clientId: number, time?: number, planned?: readonly PlannedRun[]): Promise<void> {
    this.#clock.follow(time);
    if ((await this.ctx.storage.get("clientId")) !== clientId) await this.ctx.storage.put("clientId", clientId);
    const runner = this.#runnerOf(clientId);
    if (!planned) {
      runner.poke();
      return await this.#arm(Date.now() + 1);
    }
    runner.expect(planned);
    // One that is at work sees to them itself, and its end sets the alarm.
    if (!this.#working && planned.length > 0)
      await this.#arm(this.#hostTime(Math.min(...planned.map(({ dueAt }) => dueAt))));
  }

  override async alarm(): Promise<void> {
    let next: number | null = null;
    this.#working = true;
    try {
      const clientId = await this.ctx.storage.get<number>("clientId");
      if (clientId === undefined) return;
      const runner = this.#runnerOf(clientId);
      // An alarm that an earlier object had set, for something that this one does not know of.
      const isKnown = runner.nextAt !== null && runner.nextAt <= this.#clock.now();
      next = await runner.work(isKnown ? [] : undefined);
    } catch (error) {
      console.error("The runner was interrupted", error instanceof Error ? `${error.name}: ${error.message}` : "");
      next = this.#clock.now() + PAUSE_MS;
    } finally {
      this.#working = false;
    }
    if (next !== null) await this.#arm(this.#hostTime(next));
  }

  #runnerOf(clientId: number): Runner {
    this.#runner ??= new Runner(
      { ...runnerPorts(platformOf(this.env)), ...limitsOf(this.env), clock: this.#clock },
      clientId,
    );
    return this.#runner;
  }

  /** The instant of an alarm, by the platform's clock, for one by the runner's. It is in the future: one that is set to now can stall. */
  #hostTime(instant: number): number {
    return Math.max(instant - this.#clock.offset, Date.now() + 1);
  }

  /** Sets the alarm unless an earlier one is set. One that was given up leaves its time behind and would never come. */
  async #arm(instant: number): Promise<void> {
    const set = await this.ctx.storage.getAlarm();
    const comes = set !== null && set > Date.now() - GIVEN_UP_AFTER_MS;
    if (!comes || set > instant) await this.ctx.storage.setAlarm(instant);
  }
}
