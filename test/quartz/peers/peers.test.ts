import { describe, expect, it } from "vitest";
import { QuartzExpression, QuartzSyntaxError, type TransitionRule, zoneNamed } from "../../../src/quartz/index.ts";
import { type PeerFact, peerFacts } from "./vectors.ts";

/** Whether a fact is true of us. */
function holds({ kind, expression, zone, start, expected, at }: PeerFact, transitions: TransitionRule): boolean {
  try {
    const parsed = QuartzExpression.parse(expression);
    if (kind === "valid" || kind === "invalid") return kind === "valid";
    const fires: number[] = [];
    for (let after: number | null = start; after !== null && fires.length < Math.max(1, expected.length); ) {
      after = parsed.next(after, zoneNamed(zone), { transitions });
      if (after !== null) fires.push(after);
    }
    if (kind === "null") return fires.length === 0;
    if (kind === "no-match") return fires[0] !== at;
    return JSON.stringify(fires) === JSON.stringify(expected);
  } catch (error) {
    expect(error).toBeInstanceOf(QuartzSyntaxError);
    return kind === "invalid" || kind === "no-match";
  }
}

describe("five peers' test suites, where Quartz agrees with them", () => {
  const agreed = peerFacts.filter(({ quartzAgrees }) => quartzAgrees);
  it.each([...Map.groupBy(agreed, ({ source }) => source)])("%s", (_source, facts) => {
    expect(facts.filter((fact) => !holds(fact, "quartz"))).toEqual([]);
  });

  it("are 1,361 facts", () => {
    expect(agreed).toHaveLength(1361);
  });
});

describe("all of Cronos's rows about fires, the daylight-saving ones among them, under the safe rule", () => {
  const rows = peerFacts.filter(({ source, kind }) => source.includes("Cronos") && kind !== "invalid");

  /** Rows that we answer differently, with the reason and our answer. */
  const EXCEPTIONS = [
    // Quartz and we know no year before 1970.
    { id: 672, ours: "1970-01-01T05:00:00Z" },
    // Hours cover all 24: the gap is skipped, where Cronos adds a fire at its end (handbook, clocks: daylight saving).
    { id: 699, ours: "2016-03-13T07:30:00Z" },
    { id: 711, ours: "2016-03-13T07:30:00Z" },
    // Cronos was asked for fires *at or after* the gap's end and does not look back into the gap; the row says "strictly after
    // the second before", for which rows 715 and 912 demand the fire at the gap's end.
    { id: 911, ours: "2017-03-30T22:00:00Z" },
    { id: 913, ours: "2018-03-29T22:00:00Z" },
  ];

  it.each([...Map.groupBy(rows, ({ source }) => source.replace(/.*Facts\./, ""))])("%s", (_source, facts) => {
    const differing = facts.filter((fact) => !holds(fact, "safe")).map(({ id }) => id);
    const listed = EXCEPTIONS.filter(({ id }) => facts.some((fact) => fact.id === id)).map(({ id }) => id);
    expect(differing).toEqual(listed);
  });

  it.each(EXCEPTIONS)("row $id differs: we fire at $ours", ({ id, ours }) => {
    const { expression, start, zone } = peerFacts.find((fact) => fact.id === id) as PeerFact;
    expect(QuartzExpression.parse(expression).next(start, zone)).toBe(Date.parse(ours));
  });

  it("are 191 daylight-saving rows among 940", () => {
    expect(rows).toHaveLength(940);
    expect(rows.filter(({ source }) => source.includes("DST"))).toHaveLength(191);
  });
});
