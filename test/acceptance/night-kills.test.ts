import { beforeAll, describe, expect, it } from "vitest";
import { localDay } from "../../src/time/day.ts";
import type { EdgeSystem } from "../harness/edge/edge-system.ts";
import { newSeed } from "../harness/seed.ts";
import { type Left, openNightSystem } from "./night-system.ts";

const KILLS = 20;
/** Two clients' runners, each with one mail on its way at a time. */
const IN_FLIGHT = 2;
/** Work between two kills (ms). */
const [SHORTEST, LONGEST] = [100, 1200];

// The earlier of the two clients' days: no run works on a day to come.
const today = localDay(Date.now(), "America/Sao_Paulo");

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function night(strike: (system: EdgeSystem, over: () => boolean) => Promise<number>) {
  const begun = performance.now();
  const stage = await openNightSystem(today);
  try {
    let over = false;
    const played = stage.play().finally(() => {
      over = true;
    });
    const [kills] = await Promise.all([strike(stage.system, () => over), played]);
    const runs = await stage.system.database.execute("SELECT processor, state, message FROM runs ORDER BY id");
    const left = await stage.left();
    return { kills, left, runs: runs.rows.map((row) => ({ ...row })), took: performance.now() - begun };
  } finally {
    await stage.close();
  }
}

/** Kills at random moments while the night goes on, and sees to it that the next tick finds whom a kill has left. */
function killing(random: () => number, kill: (system: EdgeSystem) => Promise<void>) {
  return async (system: EdgeSystem, over: () => boolean): Promise<number> => {
    for (let kills = 0; ; kills += 1) {
      await pause(SHORTEST + random() * (LONGEST - SHORTEST));
      if (over() || kills === KILLS) return kills;
      await kill(system);
      // No process waits for the silence of 45 seconds here.
      await system.database.execute("UPDATE runs SET heartbeat_at = 0 WHERE state = 'running'");
      await system.tick();
    }
  };
}

const others = ({ mails: _mails, unknown: _unknown, ...rest }: Left) => rest;
const lines = ({ mails }: Left) => mails.map((mail) => Object.values(mail).join(" · "));

describe("a night of two clients at the real edge runtime and the real database server", () => {
  let undisturbed: readonly Left[];

  beforeAll(async () => {
    const { left, took } = await night(async () => 0);
    undisturbed = left;
    console.log(`an undisturbed night: ${(took / 1000).toFixed(0)} s`);
    expect(left.map(({ mails }) => mails.length > 50)).toEqual([true, true]);
  });

  it.each([
    {
      killed: "edge runtime",
      kill: async (system: EdgeSystem) => {
        await system.kill();
        await system.start();
      },
    },
    { killed: "database server", kill: (system: EdgeSystem) => system.killServer() },
  ])(`with the $killed killed ${KILLS} times leaves what an undisturbed one leaves`, async ({ killed, kill }) => {
    const { kills, left, runs, took } = await night(killing(newSeed(`night, ${killed}`), kill));
    const unknown = left.map((one) => one.unknown);
    console.log(`${killed}: ${kills} kills, ${unknown} mails unknown, ${(took / 1000).toFixed(0)} s`);
    expect(kills).toBe(KILLS);
    expect(runs.filter(({ state }) => !["ok", "no_action", "partial"].includes(String(state)))).toEqual([]);
    expect(left.map(others)).toEqual(undisturbed.map(others));
    expect(unknown.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(kills * IN_FLIGHT);
    for (const [index, one] of left.entries()) {
      const missing = lines(undisturbed[index] as Left);
      for (const mail of lines(one)) {
        const at = missing.indexOf(mail);
        expect(at, `one mail too many: ${mail}`).toBeGreaterThanOrEqual(0);
        missing.splice(at, 1);
      }
      expect(missing.length).toBeLessThanOrEqual(one.unknown);
    }
  });
});
