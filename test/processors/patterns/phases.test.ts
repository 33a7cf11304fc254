import { describe, expect, it } from "vitest";
import { z } from "zod";
import { effect, isEffect, RunFailure, TOO_MANY_FAILURES, type Yielded } from "../../../src/processors/contract.ts";
import { afterId } from "../../../src/processors/patterns/change-rows.ts";
import { phaseCursor, phases, withCursors } from "../../../src/processors/patterns/phases.ts";

const at = { fill: afterId, send: z.strictObject({ mail: z.string() }), close: afterId };
type Cursor = z.output<ReturnType<typeof phaseCursor<typeof at>>>;
type Steps = AsyncGenerator<Yielded<{ after: number }>, void, unknown>;

/** Steps numbered behind `from` up to `last`. */
async function* counting(from: { after: number } | null, last: number): Steps {
  for (let after = (from?.after ?? 0) + 1; after <= last; after += 1) yield { cursor: { after } };
}
async function* sending(from: { mail: string } | null) {
  if (!from) yield { cursor: { mail: "a" } };
}
const work = (cursor: Cursor | null) =>
  phases(cursor, at, { close: (from) => counting(from, 1), send: sending, fill: (from) => counting(from, 2) });

const all: Cursor[] = [
  { phase: "fill", at: { after: 1 } },
  { phase: "fill", at: { after: 2 } },
  { phase: "send", at: { mail: "a" } },
  { phase: "close", at: { after: 1 } },
];
const cursors = async (steps: AsyncGenerator<Yielded<Cursor>>) =>
  (await Array.fromAsync(steps)).map(({ cursor }) => cursor);

describe("phases", () => {
  it("are worked one after the other, in the order of their schemas; the cursor says in which one a run is, and where", async () => {
    expect(await cursors(work(null))).toEqual(all);
  });

  it("go on from each cursor as if there had been no interruption", async () => {
    for (const [index, cursor] of all.entries()) expect(await cursors(work(cursor))).toEqual(all.slice(index + 1));
  });

  it("before the one that the cursor names are not begun again", async () => {
    const begun: string[] = [];
    const noting = (name: string) => () => {
      begun.push(name);
      return counting(null, 0) as AsyncGenerator<never, void>;
    };
    await cursors(
      phases({ phase: "send", at: { mail: "a" } }, at, {
        fill: noting("fill"),
        send: noting("send"),
        close: noting("close"),
      }),
    );
    expect(begun).toEqual(["send", "close"]);
  });

  it("hand an effect's outcome on to the phase that asked for it", async () => {
    const outcomes: unknown[] = [];
    const calling = { key: "one", description: "one", call: async () => 1 };
    const steps = phases<{ one: typeof afterId }>(
      null,
      { one: afterId },
      {
        async *one() {
          outcomes.push(yield* effect(calling));
          outcomes.push(yield* effect({ ...calling, key: "two", cursor: { after: 2 } }));
        },
      },
    );
    const first = await steps.next();
    expect(first.value && isEffect(first.value)).toBe(true);
    expect(first.value).not.toHaveProperty("cursor");
    const second = await steps.next({ state: "done", value: 1 });
    expect(second.value).toMatchObject({ key: "two", cursor: { phase: "one", at: { after: 2 } } });
    expect(await steps.next({ state: "unknown" })).toEqual({ done: true, value: undefined });
    expect(outcomes).toEqual([{ state: "done", value: 1 }, { state: "unknown" }]);
  });

  it("get what the runner throws at one of their steps, and can finish with a step of their own", async () => {
    const steps = phases<{ one: typeof afterId; two: typeof afterId }>(
      null,
      { one: afterId, two: afterId },
      {
        async *one() {
          try {
            yield { cursor: { after: 1 } };
          } catch (error) {
            yield { cursor: { after: 2 } };
            throw error;
          }
        },
        two: (from) => counting(from, 1),
      },
    );
    await steps.next();
    const tooMany = new RunFailure(TOO_MANY_FAILURES, "101 rows failed");
    expect((await steps.throw(tooMany)).value).toEqual({ cursor: { phase: "one", at: { after: 2 } } });
    await expect(steps.next()).rejects.toBe(tooMany);
    expect(await steps.next()).toEqual({ done: true, value: undefined });
  });

  it("close what they have opened when the run is left in their midst", async () => {
    let open = false;
    const steps = phases<{ one: typeof afterId }>(
      null,
      { one: afterId },
      {
        async *one() {
          open = true;
          try {
            yield { cursor: { after: 1 } };
          } finally {
            open = false;
          }
        },
      },
    );
    await steps.next();
    expect(open).toBe(true);
    await steps.return(undefined);
    expect(open).toBe(false);
  });
});

describe("the cursor of phases", () => {
  const cursor = phaseCursor(at);

  it("is one of its phases with that phase's own cursor", () => {
    for (const one of all) expect(cursor.parse(JSON.parse(JSON.stringify(one)))).toEqual(one);
  });

  it.each([
    ["an unknown phase", { phase: "empty", at: { after: 1 } }],
    ["another phase's cursor", { phase: "send", at: { after: 1 } }],
    ["no cursor of the phase", { phase: "fill" }],
    ["more than that", { phase: "fill", at: { after: 1 }, left: 3 }],
    ["the cursor of one phase alone", { after: 1 }],
  ])("is not %s", (_, stored) => {
    expect(cursor.safeParse(stored).success).toBe(false);
  });
});

describe("steps whose cursors are put into the run's", () => {
  it("say what is known when they are yielded, and hand on what the part returns", async () => {
    const found: number[] = [];
    async function* part(): AsyncGenerator<Yielded<number>, string, unknown> {
      found.push(1);
      yield { cursor: 1 };
      found.push(2);
      yield { cursor: 2 };
      return "all";
    }
    const seen: unknown[] = [];
    const whole = withCursors(part(), (after) => ({ after, found: [...found] }));
    let result = await whole.next();
    while (!result.done) {
      seen.push(result.value.cursor);
      result = await whole.next();
    }
    expect(seen).toEqual([
      { after: 1, found: [1] },
      { after: 2, found: [1, 2] },
    ]);
    expect(result.value).toBe("all");
  });
});
