import { afterAll, beforeAll, describe, it } from "vitest";
import type { Manager } from "../../harness/edge/manager.ts";
import { signIn } from "../../harness/edge/manager.ts";
import { cases } from "./cases.ts";
import { type Host, hosts } from "./host.ts";
import { type OwnedStage, setStage } from "./stage.ts";

/** Jobs are due this much (ms) after they were saved: by then every host should run. */
const AHEAD = 12_000;

/** The first test of a host waits for its start too (ms). */
const LONG = 120_000;

/** A full second whose minute has some seconds to come. */
function soonAfter(now: number): number {
  const second = Math.ceil((now + AHEAD) / 1000) * 1000;
  return second % 60_000 <= 56_000 ? second : second - (second % 60_000) + 60_000;
}

/** What becomes of each case on one host: all of them play at once. */
type Outcomes = ReadonlyMap<string, Promise<void>>;

const close: (() => Promise<void>)[] = [];

async function playOn(open: () => Promise<Host>): Promise<Outcomes> {
  const host = await open();
  close.push(() => host.close());
  await host.database.execute(
    "INSERT INTO settings (client_id, key, value, created_at, updated_at) VALUES (0, 'minPeriodSeconds', '1', 0, 0)",
  );
  let manager: Manager | null = null;
  const signedIn = () => {
    if (!manager) throw new Error("The host does not run yet");
    return manager;
  };
  const soon = soonAfter(Date.now());
  const checks = new Map<string, () => Promise<void>>();
  for (const one of cases) {
    const stage: OwnedStage = await setStage(host, one.key, soon, signedIn);
    close.push(() => stage.close());
    checks.set(one.key, await one.play(stage));
  }
  await host.start();
  manager = await signIn(host);
  return new Map([...checks].map(([key, check]) => [key, check()]));
}

describe("tick and runner, the same on every host", () => {
  const played = new Map<string, Promise<Outcomes>>();
  beforeAll(() => {
    // All hosts play side by side; a test waits for its own outcome only.
    for (const { name, open } of hosts) {
      const outcomes = playOn(open);
      outcomes.then(
        (all) => Promise.allSettled(all.values()),
        () => undefined,
      );
      played.set(name, outcomes);
    }
  });
  afterAll(async () => {
    await Promise.allSettled(played.values());
    for (const step of close.reverse()) await step();
  });

  describe.each(hosts)("$name", ({ name }) => {
    it.each(cases)(
      "$claim",
      async ({ key }) => {
        await (await played.get(name))?.get(key);
      },
      LONG,
    );
  });
});
