import { describe, expect, it } from "vitest";
import { demoClients } from "../../../src/demo/night/clients.ts";
import { localDay } from "../../../src/time/day.ts";
import { newSeed } from "../../harness/seed.ts";
import { type DenoNight, type Left, openDenoNight } from "./night.ts";

const KILLS = 20;
/** Work between two kills (ms). */
const [SHORTEST, LONGEST] = [50, 500];
const STALE_AFTER_SECONDS = 1;
const LONG = 300_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The day that has begun for both clients. */
const day = demoClients.map(({ timeZone }) => localDay(Date.now(), timeZone)).sort()[0] ?? "";

/**
 * Plays a night while `strike` does its worst, and again, which changes nothing, if that has not come to an end by then.
 *
 * @param processors whose jobs are started; left out: all
 */
async function play(
  on: "file" | "server",
  strike: (night: DenoNight) => Promise<number>,
  processors?: ReadonlySet<string>,
) {
  const night = await openDenoNight(on, day, STALE_AFTER_SECONDS);
  try {
    const begun = performance.now();
    let over = false;
    const struck = strike(night).then((kills) => {
      over = true;
      return kills;
    });
    const [kills] = await Promise.all([struck, night.play(() => over, processors)]);
    const seconds = (performance.now() - begun) / 1000;
    const runs = (await night.database.execute("SELECT processor, state, message, lease FROM runs ORDER BY id")).rows;
    const busy = await night.busy();
    return { kills, seconds, busy, left: await night.left(), runs: runs.map((row) => ({ ...row })) };
  } finally {
    await night.close();
  }
}

/** Two processes, of which one after the other is killed at random moments and started again. */
function killing(random: () => number) {
  return async (night: DenoNight): Promise<number> => {
    const processes = await Promise.all([night.process("first"), night.process("second")]);
    let kills = 0;
    for (; kills < KILLS; kills += 1) {
      await pause(SHORTEST + random() * (LONGEST - SHORTEST));
      const slot = random() < 0.5 ? 0 : 1;
      await processes[slot].kill();
      processes[slot] = await night.process(slot === 0 ? "first" : "second");
    }
    return kills;
  };
}

const others = ({ mails: _mails, unknown: _unknown, ...rest }: Left) => rest;
const lines = ({ mails }: Left) => mails.map((mail) => Object.values(mail).join(" · ")).sort();

/** The lines that `all` has and `some` has not, each as often as it has it more. */
function less(all: readonly string[], some: readonly string[]): string[] {
  const left = [...some];
  return all.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

describe("a night of two clients on two Deno processes and one libSQL server", () => {
  it(
    `whose processes are killed ${KILLS} times leaves what one undisturbed process leaves`,
    async () => {
      const undisturbed = await play("file", async (night) => {
        await night.process("only");
        return 0;
      });
      // What found nothing to do is not struck: a kill finds nothing in it either.
      const killed = await play("server", killing(newSeed("night on Deno")), undisturbed.busy);

      const unknown = killed.left.reduce((sum, one) => sum + one.unknown, 0);
      // Every take-over raises the lease, and can catch one mail on its way.
      const takeOvers = killed.runs.reduce((sum, { lease }) => sum + Number(lease) - 1, 0);
      console.log(
        `undisturbed ${undisturbed.seconds.toFixed(0)} s, ${undisturbed.runs.length} runs; ${killed.kills} kills, ${takeOvers} take-overs, ${unknown} mails unknown, ${killed.runs.length} runs, ${killed.seconds.toFixed(0)} s`,
      );
      expect(undisturbed.left.map(({ mails }) => mails.length > 50)).toEqual([true, true]);
      expect(killed.kills).toBe(KILLS);
      expect(takeOvers).toBeGreaterThan(0);
      expect(killed.runs.filter(({ state }) => !["ok", "no_action", "partial"].includes(String(state)))).toEqual([]);
      expect(killed.left.map(others)).toEqual(undisturbed.left.map(others));
      expect(unknown).toBeLessThanOrEqual(takeOvers);
      for (const [index, one] of killed.left.entries()) {
        const [arrived, expected] = [lines(one), lines(undisturbed.left[index] as Left)];
        expect(less(arrived, expected)).toEqual([]);
        expect(less(expected, arrived).length).toBeLessThanOrEqual(one.unknown);
      }
    },
    LONG,
  );
});
