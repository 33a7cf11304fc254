import { readFileSync } from "node:fs";
import { type Transition, type Zone, zoneFromTransitions } from "../../../src/quartz/index.ts";

/** A case answered by the real org.quartz.CronExpression 2.3.2; see `vectors/README.md`. */
export interface GoldenCase {
  readonly id: number;
  readonly category: string;
  readonly expression: string;
  readonly zone: string;
  readonly start: number;
  readonly count: number;
  readonly valid: boolean;
  readonly fires?: readonly number[];
  readonly error?: string;
  readonly tags?: readonly string[];
}

/** A fact from the tests of Quartz, Quartz.NET, Cronos, cron-utils or croner, with Quartz's own answer beside it. */
export interface PeerFact {
  readonly id: number;
  readonly source: string;
  readonly kind: "next" | "match" | "no-match" | "null" | "valid" | "invalid";
  readonly expression: string;
  readonly zone: string;
  readonly start: number;
  readonly expected: readonly number[];
  /** The instant that must not be a fire, for `no-match`. */
  readonly at?: number;
  readonly quartz: { readonly valid: boolean; readonly fires?: readonly number[] };
  readonly quartzAgrees: boolean;
}

export const goldenCases = lines<GoldenCase>("golden.jsonl");
export const peerFacts = lines<PeerFact>("peers.jsonl");

/** The zones as the golden answers were made with them, whatever zone data the runtime has. */
export const goldenZones: ReadonlyMap<string, Zone> = new Map(
  lines<{ zone: string; t: Transition[] }>("transitions.jsonl").map(({ zone, t }) => [
    zone,
    zoneFromTransitions(zone, t),
  ]),
);

function lines<Line>(name: string): Line[] {
  const text = readFileSync(new URL(`vectors/${name}`, import.meta.url), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}
