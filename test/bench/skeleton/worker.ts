import { DurableObject } from "cloudflare:workers";

/**
 * The least that an edge runtime can do to fire many clients' runs at one second, as a floor to measure Minutehand against: an object for
 * each client with an alarm, whose alarm calls one Writer twice, and a Writer that commits together what waits together.
 */
interface Environment {
  readonly RUNNER: DurableObjectNamespace<BareRunner>;
  readonly WRITER: DurableObjectNamespace<BareWriter>;
  readonly CLOCK: DurableObjectNamespace<BareClock>;
  readonly LIBSQL_URL: string;
}

/** One client's: its alarm is the run. */
export class BareRunner extends DurableObject<Environment> {
  /** @param at when the alarm is to come, ms */
  async wake(id: number, at: number): Promise<void> {
    if ((await this.ctx.storage.get("id")) !== id) await this.ctx.storage.put("id", id);
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(at);
  }

  override async alarm(): Promise<void> {
    const started = Date.now();
    const id = await this.ctx.storage.get<number>("id");
    if (id === undefined) return;
    const writer = this.env.WRITER.get(this.env.WRITER.idFromName("writer"));
    await writer.write(`INSERT INTO bare_runs (id, started_at) VALUES (${id}, ${started})`);
    await writer.write(`UPDATE bare_runs SET ended_at = ${Date.now()} WHERE id = ${id}`);
  }
}

/** The one that writes: what comes while a commit is under way goes into the next. */
export class BareWriter extends DurableObject<Environment> {
  #waiting: { readonly sql: string; readonly done: () => void; readonly failed: (error: unknown) => void }[] = [];
  #busy = false;

  write(sql: string): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ sql, done, failed });
      if (!this.#busy) void this.#commit();
    });
  }

  async #commit(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, 500);
      try {
        await this.#send(group.map(({ sql }) => sql));
        for (const { done } of group) done();
      } catch (error) {
        for (const { failed } of group) failed(error);
      }
    }
    this.#busy = false;
  }

  /** One pipeline of the database server's protocol (Hrana over HTTP), each statement on the condition that the one before it went well. */
  async #send(statements: readonly string[]): Promise<void> {
    const steps = ["BEGIN IMMEDIATE", ...statements, "COMMIT"].map((sql, step) => ({
      stmt: { sql },
      ...(step === 0 ? {} : { condition: { type: "ok", step: step - 1 } }),
    }));
    const response = await fetch(`${this.env.LIBSQL_URL}/v2/pipeline`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ requests: [{ type: "batch", batch: { steps } }, { type: "close" }] }),
    });
    const answer = await response.text();
    if (!response.ok || answer.includes('"error":{')) throw new Error(`${response.status} ${answer.slice(0, 300)}`);
  }
}

/** The one that wakes all. */
export class BareClock extends DurableObject<Environment> {
  async wakeAll(count: number, at: number): Promise<void> {
    const { RUNNER } = this.env;
    const ids = Array.from({ length: count }, (_, index) => index + 1);
    await Promise.all(ids.map((id) => RUNNER.get(RUNNER.idFromName(String(id))).wake(id, at)));
  }
}

export default {
  async fetch(request, environment) {
    const { searchParams } = new URL(request.url);
    const { CLOCK } = environment;
    await CLOCK.get(CLOCK.idFromName("clock")).wakeAll(
      Number(searchParams.get("count")),
      Number(searchParams.get("at")),
    );
    return new Response("woken\n");
  },
} satisfies ExportedHandler<Environment>;
