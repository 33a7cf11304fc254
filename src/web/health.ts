import { Hono } from "hono";
import { type Health, readHealth } from "../control/health.ts";
import type { Environment } from "./environment.ts";
import type { Ports } from "./ports.ts";

/** Time (ms) for which an answer is given again: a monitor asks rarely, and a stranger who asks often costs nothing. */
const KEPT_MS = 5_000;

/** The health as it was last read; one for each process. A value and no promise: at the edge a request may not wait for another's. */
export class HealthMemory {
  #last: { readonly at: number; readonly health: Health } | null = null;

  /** The health, at most five seconds old. */
  async read(ports: Pick<Ports, "control" | "now">): Promise<Health> {
    const now = ports.now();
    if (this.#last && now >= this.#last.at && now - this.#last.at < KEPT_MS) return this.#last.health;
    const health = await readHealth(ports.control, now);
    this.#last = { at: now, health };
    return health;
  }
}

/** Whether two texts are the same, in a time that does not depend on where they differ. */
async function isSame(given: string, wanted: string): Promise<boolean> {
  const digest = async (text: string) =>
    new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  const [one, other] = await Promise.all([digest(given), digest(wanted)]);
  return one.every((byte, index) => byte === other[index]);
}

/**
 * `GET /health`, for a monitor: 200, or 503 when an operator should look. Every caller gets `{ "ok": … }`; with
 * `Authorization: Bearer <HEALTH_TOKEN>` what was found comes with it.
 */
export function healthRoutes(ports: Ports): Hono<Environment> {
  const memory = ports.healthMemory ?? new HealthMemory();
  const routes = new Hono<Environment>();
  routes.get("/health", async (c) => {
    const health = await memory.read(ports);
    const given = c.req.header("authorization") ?? "";
    const isKnown = Boolean(ports.healthToken) && (await isSame(given, `Bearer ${ports.healthToken}`));
    return c.json(isKnown ? health : { ok: health.ok }, health.ok ? 200 : 503, { "cache-control": "no-store" });
  });
  return routes;
}
