import { expect, test } from "vitest";
import { localDay } from "../../src/time/day.ts";
import type { EdgeSystem } from "../harness/edge/edge-system.ts";
import { newSeed } from "../harness/seed.ts";
import { type Left, openNightSystem } from "./night-system.ts";

/** Of the edge runtime, and as many of the database server. */
const KILLS = 20;
/** Two clients' runners, each with one mail on its way at a time. */
const IN_FLIGHT = 2;
/** Work between two kills (ms). */
const [SHORTEST, LONGEST] = [50, 600];

// The earlier of the two clients' days: no run works on a day to come.
const today = localDay(Date.now(), "America/Sao_Paulo");

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** @param processors whose jobs are started; left out: all */
async function night<K>(
  strike: (system: EdgeSystem, over: () => boolean) => Promise<K>,
  processors?: ReadonlySet<string>,
) {
  const begun = performance.now();
  const stage = await openNightSystem(today);
  try {
    let over = false;
    const played = stage.play(processors).finally(() => {
      over = true;
    });
    const [kills] = await Promise.all([strike(stage.system, () => over), played]);
    const runs = await stage.system.database.execute("SELECT processor, state, message FROM runs ORDER BY id");
    const busy = await stage.busy();
    const left = await stage.left();
    return { kills, busy, left, runs: runs.rows.map((row) => ({ ...row })), took: performance.now() - begun };
  } finally {
    await stage.close();
  }
}

interface Kills {
  readonly runtime: number;
  readonly server: number;
}

/** Kills at random moments while the night goes on, and sees to it that the next tick finds whom a kill has left. */
function killing(random: () => number) {
  return async (system: EdgeSystem, over: () => boolean): Promise<Kills> => {
    const kills = { runtime: 0, server: 0 };
    for (;;) {
      await pause(SHORTEST + random() * (LONGEST - SHORTEST));
      const left = (["runtime", "server"] as const).filter((one) => kills[one] < KILLS);
      const victim = left[Math.floor(random() * left.length)];
      if (!victim || over()) return kills;
      if (victim === "server") await system.killServer();
      else {
        await system.kill();
        await system.start();
      }
      kills[victim] += 1;
      // No process waits for the silence of 45 seconds here.
      await system.database.execute("UPDATE runs SET heartbeat_at = 0 WHERE state = 'running'");
      await system.tick();
    }
  };
}

const others = ({ mails: _mails, unknown: _unknown, ...rest }: Left) => rest;
const lines = ({ mails }: Left) => mails.map((mail) => Object.values(mail).join(" · "));

const seconds = (ms: number) => `${(ms / 1000).toFixed(0)} s`;

test(`a night of two clients at the real edge runtime and the real database server, with each killed ${KILLS} times, leaves what an undisturbed one leaves`, async () => {
  const undisturbed = await night(async () => null);
  expect(undisturbed.left.map(({ mails }) => mails.length > 50)).toEqual([true, true]);

  // What found nothing to do is not struck: a kill finds nothing in it either.
  const { kills, left, runs, took } = await night(killing(newSeed("night")), undisturbed.busy);
  const unknown = left.map((one) => one.unknown);
  console.log(
    `${JSON.stringify(kills)}, ${unknown} mails unknown; ${seconds(took)}, ${seconds(undisturbed.took)} undisturbed`,
  );
  expect(kills).toEqual({ runtime: KILLS, server: KILLS });
  expect(runs.filter(({ state }) => !["ok", "no_action", "partial"].includes(String(state)))).toEqual([]);
  expect(left.map(others)).toEqual(undisturbed.left.map(others));
  expect(unknown.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(2 * KILLS * IN_FLIGHT);
  for (const [index, one] of left.entries()) {
    const missing = lines(undisturbed.left[index] as Left);
    for (const mail of lines(one)) {
      const at = missing.indexOf(mail);
      expect(at, `one mail too many: ${mail}`).toBeGreaterThanOrEqual(0);
      missing.splice(at, 1);
    }
    expect(missing.length).toBeLessThanOrEqual(one.unknown);
  }
});
