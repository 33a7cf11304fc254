import { type Day, MS_PER_DAY, startOfDay } from "../../../time/day.ts";
import type { DemoClient } from "../clients.ts";
import { Dice } from "./dice.ts";

/** Whose world is made, for which night, from which numbers. */
export interface NightScene {
  readonly client: DemoClient;
  /** The local day in whose early hours the night is. */
  readonly day: Day;
  /** Its first instant for the client (ms). */
  readonly midnight: number;
  readonly dice: Dice;
}

/** @param seed the same seed and day make the same world */
export function nightScene(client: DemoClient, day: Day, seed: number): NightScene {
  return { client, day, midnight: startOfDay(day, client.timeZone), dice: new Dice(seed * 7919 + client.id) };
}

/** The instant (ms) some days and hours after the night's midnight; negative days: before it. */
export function instantOf({ midnight }: NightScene, days: number, hours = 0): number {
  return midnight + days * MS_PER_DAY + hours * 3_600_000;
}
