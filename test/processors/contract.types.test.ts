import { sql } from "drizzle-orm";
import { expectTypeOf, it } from "vitest";
import { z } from "zod";
import {
  defineProcessor,
  effect,
  type ProcessorDefinition,
  type Step,
  type Unit,
} from "../../src/processors/contract.ts";
import { deliver, deliveryCounts, type MailingCursor } from "../../src/processors/delivery.ts";
import { unitOf } from "../../src/processors/unit-of.ts";

// Checked by the compiler (`npm run check`): each line below `@ts-expect-error` must be refused by it.

const parameters = z.strictObject({});
interface Cursor {
  readonly after: number;
}
const counts = ["completed", "undated"] as const;
type Count = (typeof counts)[number];
type Definition = ProcessorDefinition<typeof parameters, Cursor, Count>;

const whole: Definition = {
  id: "CoursePreparation",
  group: "courses",
  title: "For tests",
  summary: "For tests.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: null,
  after: ["UserImport"],
  dryRun: "exact",
  parameters,
  counts,
  async *run() {
    yield {
      units: [{ ref: "one", writes: [], counts: { completed: 1 } }],
      cursor: { after: 1 },
      counts: { scanned: 1 },
    };
    return undefined;
  },
};

it("An id that is not in the list of ids does not compile, neither a processor's own nor one of `after`", () => {
  defineProcessor<typeof parameters, Cursor, Count>(whole);
  // @ts-expect-error: the id is misspelt
  defineProcessor<typeof parameters, Cursor, Count>({ ...whole, id: "CoursePreperation" });
  // @ts-expect-error: the id of the processor to run behind is misspelt
  defineProcessor<typeof parameters, Cursor, Count>({ ...whole, after: ["UserImprot"] });
});

it("A step with another cursor than the processor's does not compile", () => {
  defineProcessor<typeof parameters, Cursor, Count>({
    ...whole,
    // @ts-expect-error: the cursor's `after` is a number
    async *run() {
      yield { cursor: { after: "1" } };
      return undefined;
    },
  });
  expectTypeOf<Parameters<Definition["run"]>[0]["cursor"]>().toEqualTypeOf<Cursor | null>();
});

it("An effect with another cursor than the processor's does not compile", () => {
  defineProcessor<typeof parameters, Cursor, Count>({
    ...whole,
    // @ts-expect-error: the cursor's `after` is a number
    async *run() {
      yield* effect({ key: "one", description: "one", call: async () => 1, cursor: { after: "1" } });
      return undefined;
    },
  });
});

it("A count that the processor does not declare does not compile, wherever it is counted", () => {
  // @ts-expect-error: declared, but not one of its own
  defineProcessor<typeof parameters, Cursor, Count>({ ...whole, counts: ["compelted"] });
  // @ts-expect-error: counted by a unit
  const unit: Unit<Count> = { ref: "one", writes: [], counts: { compelted: 1 } };
  // @ts-expect-error: counted by a write
  const counting: Unit<Count> = { ref: "one", writes: [{ write: sql`SELECT 1`, count: "compelted" }] };
  // @ts-expect-error: counted by a step
  const step: Step<Cursor, Count> = { cursor: { after: 1 }, counts: { changed: 1, compelted: 1 } };
  // @ts-expect-error: the units of a step count more than it says
  const wide: Step<Cursor> = { cursor: { after: 1 }, units: [] as Unit<Count>[] };
  expectTypeOf([unit, counting, step, wide]).not.toBeAny();
  defineProcessor<typeof parameters, Cursor, Count>({
    ...whole,
    // @ts-expect-error: yielded without a type of its own
    async *run() {
      yield { units: [{ ref: "one", writes: [], counts: { compelted: 1 } }], cursor: { after: 1 } };
      return undefined;
    },
  });
  defineProcessor<typeof parameters, Cursor, Count>({
    ...whole,
    // @ts-expect-error: counted by what an effect settles
    async *run() {
      const settle = () => [{ ref: "one", writes: [], counts: { compelted: 1 } }];
      yield* effect({ key: "one", description: "one", call: async () => 1, settle, cursor: { after: 1 } });
      return undefined;
    },
  });
  defineProcessor<typeof parameters, Cursor, Count>({
    ...whole,
    // @ts-expect-error: counted by a unit that is built with care
    async *run() {
      const units = [await unitOf("one", () => ({ writes: [], counts: { compelted: 1 } }))];
      yield { units, cursor: { after: 1 } };
      return undefined;
    },
  });
});

it("A processor that delivers mail has to declare what the delivery counts", () => {
  const both = [...counts, ...deliveryCounts] as const;
  defineProcessor<typeof parameters, MailingCursor<Cursor>, (typeof both)[number]>({
    ...whole,
    nextRunFrom: () => null,
    counts: both,
    async *run(context) {
      yield* deliver(context, { leftoversOf: [], failure: null });
      return undefined;
    },
  });
  defineProcessor<typeof parameters, MailingCursor<Cursor>, Count>({
    ...whole,
    nextRunFrom: () => null,
    // @ts-expect-error: `sent` and `errors` are not among its counts
    async *run(context) {
      yield* deliver(context, { leftoversOf: [], failure: null });
      return undefined;
    },
  });
});
