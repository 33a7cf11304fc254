import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";

const MINUTE = 60_000;

/** Lets the object's storage tell of an alarm at this instant (ms), and notes which alarms the object sets from then on. */
function alarmsFrom(state: DurableObjectState, alarm: number | null): number[] {
  const asked: number[] = [];
  let set = alarm;
  Object.defineProperties(state.storage, {
    getAlarm: { configurable: true, value: async () => set },
    setAlarm: {
      configurable: true,
      value: async (instant: number) => {
        set = instant;
        asked.push(instant);
      },
    },
  });
  return asked;
}

const runner = (name: string) => env.CLIENT_RUNNER.get(env.CLIENT_RUNNER.idFromName(name));

it("a client's runner whose alarm was given up, so that its time lies in the past, is revived by the next wake-up", async () => {
  await runInDurableObject(runner("given up"), async (instance, state) => {
    const asked = alarmsFrom(state, Date.now() - 10 * MINUTE);
    const before = Date.now();
    await instance.wake(1);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toBeGreaterThanOrEqual(before);
    expect(asked[0]).toBeLessThanOrEqual(Date.now() + 1);
  });
});

it("a client's runner keeps an alarm that is about to fire, and brings a later one forward", async () => {
  await runInDurableObject(runner("about to fire"), async (instance, state) => {
    const asked = alarmsFrom(state, Date.now() - 100);
    await instance.wake(1);
    expect(asked).toEqual([]);
  });
  await runInDurableObject(runner("later"), async (instance, state) => {
    const asked = alarmsFrom(state, Date.now() + MINUTE);
    await instance.wake(1);
    expect(asked).toHaveLength(1);
  });
});

it("a client's runner that is handed its runs sets its alarm for the first of them, and none where there is none", async () => {
  const due = Date.now() + MINUTE;
  const planned = [due + 1000, due].map((dueAt, index) => ({ id: index + 1, dueAt, processor: "Work" }));
  await runInDurableObject(runner("handed over"), async (instance, state) => {
    const asked = alarmsFrom(state, null);
    await instance.wake(1, undefined, planned);
    await instance.wake(1, undefined, []);
    expect(asked).toEqual([due]);
    await instance.wake(1);
    expect(asked).toHaveLength(2);
    expect(asked[1]).toBeLessThanOrEqual(Date.now() + 1);
  });
});

it("a Clock whose alarm was given up is revived by the Cron Trigger", async () => {
  await runInDurableObject(env.CLOCK.get(env.CLOCK.idFromName("given up")), async (instance, state) => {
    const asked = alarmsFrom(state, Date.now() - 10 * MINUTE);
    const before = Date.now();
    // The tick itself finds no table here; the alarm stands before it.
    await instance.tick("cron").catch(() => undefined);
    expect(asked[0]).toBeGreaterThan(before + MINUTE);
  });
});

it("an alarm of the Clock that could not be set again is left to the platform to repeat", async () => {
  await runInDurableObject(env.CLOCK.get(env.CLOCK.idFromName("refused")), async (instance, state) => {
    const refused = new Error("storage");
    Object.defineProperty(state.storage, "setAlarm", { configurable: true, value: () => Promise.reject(refused) });
    await expect(instance.alarm()).rejects.toBe(refused);
  });
});
