import { DurableObject, waitUntil } from "cloudflare:workers";
import { controlDatabase } from "../assemble.ts";
import { ping } from "../ping.ts";
import { type HostTick, mustSweep, sweepOnce, tickAndWake } from "../upkeep.ts";
import { type Environment, platformOf, wakeRunner } from "./environment.ts";

/** The alarm comes this much after the last tick (ms): only if the Cron Trigger failed to. */
const ALARM_AFTER_MS = 75_000;

/**
 * Ticks once, wakes the runners concerned and tells the outside switch of `PING_URL`, without waiting for it; used by the
 * object, and by the Worker when the object does not answer.
 *
 * @param plannedAt the instant for which the Cron Trigger planned its call, ms: a clock besides the host's and the database's; null: no
 *   Cron Trigger called
 */
export async function tickNow(environment: Environment, source: string, plannedAt: number | null): Promise<HostTick> {
  const control = controlDatabase(platformOf(environment));
  const report = await tickAndWake(control, (...whom) => wakeRunner(environment, ...whom), source, {
    witness: plannedAt,
    release: environment.RELEASE_ID,
  });
  waitUntil(
    ping(
      (request) => fetch(request),
      environment.PING_URL,
      (message) => console.error(message),
    ),
  );
  return report;
}

/**
 * The tick's object: the Cron Trigger pokes it, and its own alarm stands in should the Cron Trigger fail (handbook, runner: the
 * tick).
 */
export class Clock extends DurableObject<Environment> {
  async tick(source: string, plannedAt: number | null = null): Promise<void> {
    await this.#arm();
    await this.#tick(source, plannedAt);
  }

  /** Whatever alarm is set, also one of the past that was given up, makes way for the next. */
  async #arm(): Promise<void> {
    await this.ctx.storage.setAlarm(Date.now() + ALARM_AFTER_MS);
  }

  async #tick(source: string, plannedAt: number | null): Promise<void> {
    const report = await tickNow(this.env, source, plannedAt);
    // What did not fit this invocation goes on at once; retention has to wait for that.
    if (report.more) await this.ctx.storage.setAlarm(Date.now() + 1);
    else await this.#sweep(report);
  }

  /** Retention, once an hour; at once again when there was more to remove than one call may. */
  async #sweep(report: HostTick): Promise<void> {
    if (!mustSweep(report, (await this.ctx.storage.get<number>("sweptAt")) ?? 0)) return;
    const removed = await sweepOnce(platformOf(this.env), report.now);
    await this.ctx.storage.put("sweptAt", removed > 0 ? 0 : report.now);
  }

  override async alarm(): Promise<void> {
    // Outside: should the next alarm not be set, the platform has to repeat this one, or nothing would come any more.
    await this.#arm();
    try {
      await this.#tick("alarm", null);
    } catch (error) {
      console.error(
        "The tick failed; the next one tries again",
        error instanceof Error ? `${error.name}: ${error.message}` : "",
      );
    }
  }
}
