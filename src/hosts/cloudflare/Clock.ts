import { DurableObject, waitUntil } from "cloudflare:workers";
import type { TickReport } from "../../scheduler/tick.ts";
import { controlDatabase } from "../assemble.ts";
import { ping } from "../ping.ts";
import { sweepOnce, tickAndWake } from "../upkeep.ts";
import { type Environment, platformOf, wakeRunner } from "./environment.ts";

/** The alarm comes this much after the last tick (ms): only if the Cron Trigger failed to. */
const ALARM_AFTER_MS = 75_000;

/** Retention looks once in so many ms. */
const SWEEP_EVERY_MS = 3_600_000;

/**
 * Ticks once, wakes the runners concerned and tells the outside switch of `PING_URL`, without waiting for it; used by the
 * object, and by the Worker when the object does not answer.
 */
export async function tickNow(environment: Environment, source: string): Promise<TickReport> {
  const control = controlDatabase(platformOf(environment));
  const report = await tickAndWake(control, (clientId) => wakeRunner(environment, clientId), source, Date.now());
  waitUntil(
    ping(
      (request) => fetch(request),
      environment.PING_URL,
      (message) => console.error(message),
    ),
  );
  return report;
}

/** The tick's object: the Cron Trigger pokes it, and its own alarm stands in should the Cron Trigger fail (design.md, section 5). */
export class Clock extends DurableObject<Environment> {
  async tick(source: string): Promise<void> {
    await this.#arm();
    await this.#tick(source);
  }

  /** Whatever alarm is set, also one of the past that was given up, makes way for the next. */
  async #arm(): Promise<void> {
    await this.ctx.storage.setAlarm(Date.now() + ALARM_AFTER_MS);
  }

  async #tick(source: string): Promise<void> {
    const report = await tickNow(this.env, source);
    // What did not fit this invocation goes on at once; retention has to wait for that.
    if (report.more) await this.ctx.storage.setAlarm(Date.now() + 1);
    else await this.#sweep();
  }

  /** Retention, once an hour; at once again when there was more to remove than one call may. */
  async #sweep(): Promise<void> {
    const now = Date.now();
    if (now < ((await this.ctx.storage.get<number>("sweepAt")) ?? 0)) return;
    const removed = await sweepOnce(platformOf(this.env), now);
    await this.ctx.storage.put("sweepAt", removed > 0 ? now : now + SWEEP_EVERY_MS);
  }

  override async alarm(): Promise<void> {
    // Outside: should the next alarm not be set, the platform has to repeat this one, or nothing would come any more.
    await this.#arm();
    try {
      await this.#tick("alarm");
    } catch (error) {
      console.error(
        "The tick failed; the next one tries again",
        error instanceof Error ? `${error.name}: ${error.message}` : "",
      );
    }
  }
}
