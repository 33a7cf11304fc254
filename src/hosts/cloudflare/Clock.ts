import { DurableObject } from "cloudflare:workers";
import { readClient } from "../../control/clients.ts";
import { sweepRetention } from "../../scheduler/retention.ts";
import { type TickReport, tick } from "../../scheduler/tick.ts";
import { controlDatabase, storesOf } from "../assemble.ts";
import { type Environment, platformOf, wakeRunner } from "./environment.ts";

/** The alarm comes this much after the last tick (ms): only if the Cron Trigger failed to. */
const ALARM_AFTER_MS = 75_000;

/** Retention looks once in so many ms. */
const SWEEP_EVERY_MS = 3_600_000;

/** Ticks once and wakes the runners concerned; used by the object, and by the Worker when the object does not answer. */
export async function tickNow(environment: Environment, source: string): Promise<TickReport> {
  const report = await tick({ control: controlDatabase(platformOf(environment)) }, Date.now(), source);
  const wakes = await Promise.allSettled(report.wake.map((clientId) => wakeRunner(environment, clientId)));
  for (const wake of wakes) {
    if (wake.status === "rejected")
      console.error("A runner was not woken; the next tick tries again", String(wake.reason));
  }
  return report;
}

/** The tick's object: the Cron Trigger pokes it, and its own alarm stands in should the Cron Trigger fail (design.md, section 5). */
export class Clock extends DurableObject<Environment> {
  async tick(source: string): Promise<void> {
    await this.ctx.storage.setAlarm(Date.now() + ALARM_AFTER_MS);
    const report = await tickNow(this.env, source);
    // What did not fit this invocation goes on at once.
    if (report.more) await this.ctx.storage.setAlarm(Date.now() + 1);
    await this.#sweep();
  }

  /** Retention, once an hour; at once again when there was more to remove than one call may. */
  async #sweep(): Promise<void> {
    const now = Date.now();
    if (now < ((await this.ctx.storage.get<number>("sweepAt")) ?? 0)) return;
    const platform = platformOf(this.env);
    const control = controlDatabase(platform);
    const stores = storesOf(platform);
    const removed = await sweepRetention(
      control,
      async (clientId) => {
        const client = await readClient(control, clientId);
        return client ? stores(client) : null;
      },
      now,
    );
    await this.ctx.storage.put("sweepAt", removed > 0 ? now : now + SWEEP_EVERY_MS);
  }

  override async alarm(): Promise<void> {
    try {
      await this.tick("alarm");
    } catch (error) {
      console.error(
        "The tick failed; the next one tries again",
        error instanceof Error ? `${error.name}: ${error.message}` : "",
      );
    }
  }
}
