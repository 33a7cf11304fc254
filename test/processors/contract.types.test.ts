import { expectTypeOf, it } from "vitest";
import { z } from "zod";
import { settings } from "../../src/control/clients/setting-definitions.ts";
import { components } from "../../src/learning/schema.ts";
import { defineProcessor, effect, type Step, type Unit } from "../../src/processors/contract.ts";
import { deliveryCounts, mailing, mailingCursor } from "../../src/processors/delivery.ts";
import { afterId, changeRows } from "../../src/processors/patterns/change-rows.ts";
import { deleteRows } from "../../src/processors/patterns/delete-rows.ts";
import { phaseCursor, phases } from "../../src/processors/patterns/phases.ts";
import { unitOf } from "../../src/processors/unit-of.ts";
import { select } from "../../src/store/select.ts";
import { sql } from "../../src/store/sql.ts";

// Checked by the compiler (`npm run check`): each line below `@ts-expect-error` must be refused by it. No type is named:
// cursor and counts are those of the definition.

const whole = {
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
  parameters: z.strictObject({ graceDays: z.int() }),
  cursor: afterId,
  counts: ["completed", "undated"],
} as const;
const find = (after: number) => select(components, ["id", "endAt"], sql`WHERE id > ${after}`);

it("A whole definition compiles, and its run sees parameters and cursor by their schemas", () => {
  defineProcessor({
    ...whole,
    async *run({ cursor, parameters }) {
      expectTypeOf(cursor).toEqualTypeOf<{ after: number } | null>();
      expectTypeOf(parameters.graceDays).toEqualTypeOf<number>();
      yield {
        units: [{ ref: "one", writes: [{ write: sql`SELECT 1`, count: "undated" }], counts: { completed: 1 } }],
        cursor: { after: 1 },
        counts: { scanned: 1 },
      };
      return undefined;
    },
  });
});

it("An id that is not in the list of ids does not compile, neither a processor's own nor one of `after`", () => {
  const run = async function* () {
    yield { cursor: { after: 1 } };
    return undefined;
  };
  defineProcessor({ ...whole, run });
  // @ts-expect-error: the id is misspelt
  defineProcessor({ ...whole, id: "CoursePreperation", run });
  // @ts-expect-error: the id of the processor to run behind is misspelt
  defineProcessor({ ...whole, after: ["UserImprot"], run });
});

it("A step with another cursor than the schema's does not compile", () => {
  defineProcessor({
    ...whole,
    // @ts-expect-error: the cursor's `after` is a number
    async *run() {
      yield { cursor: { after: "1" } };
      return undefined;
    },
  });
});

it("An effect with another cursor than the schema's does not compile", () => {
  defineProcessor({
    ...whole,
    // @ts-expect-error: the cursor's `after` is a number
    async *run() {
      yield* effect({ key: "one", description: "one", call: async () => 1, cursor: { after: "1" } });
      return undefined;
    },
  });
});

it("A place where the next run goes on that is no cursor does not compile", () => {
  defineProcessor({
    ...whole,
    // @ts-expect-error: the cursor's `after` is a number
    nextRunFrom: () => ({ after: "1" }),
    async *run() {
      yield { cursor: { after: 1 } };
      return undefined;
    },
  });
});

it("A count that the processor does not declare does not compile, wherever it is counted", () => {
  type Count = (typeof whole.counts)[number];
  // @ts-expect-error: counted by a unit
  const unit: Unit<Count> = { ref: "one", writes: [], counts: { compelted: 1 } };
  // @ts-expect-error: counted by a write
  const counting: Unit<Count> = { ref: "one", writes: [{ write: sql`SELECT 1`, count: "compelted" }] };
  // @ts-expect-error: counted by a step
  const step: Step<{ after: number }, Count> = { cursor: { after: 1 }, counts: { changed: 1, compelted: 1 } };
  // @ts-expect-error: the units of a step count more than it says
  const wide: Step<{ after: number }> = { cursor: { after: 1 }, units: [] as Unit<Count>[] };
  expectTypeOf([unit, counting, step, wide]).not.toBeAny();
  defineProcessor({
    ...whole,
    // @ts-expect-error: counted by a unit
    async *run() {
      yield { units: [{ ref: "one", writes: [], counts: { compelted: 1 } }], cursor: { after: 1 } };
      return undefined;
    },
  });
  defineProcessor({
    ...whole,
    // @ts-expect-error: counted by a write
    async *run() {
      const writes = [{ write: sql`SELECT 1`, count: "compelted" as const }];
      yield { units: [{ ref: "one", writes }], cursor: { after: 1 } };
      return undefined;
    },
  });
  defineProcessor({
    ...whole,
    // @ts-expect-error: counted by a step
    async *run() {
      yield { cursor: { after: 1 }, counts: { compelted: 1 } };
      return undefined;
    },
  });
  defineProcessor({
    ...whole,
    // @ts-expect-error: counted by what an effect settles
    async *run() {
      const settle = () => [{ ref: "one", writes: [], counts: { compelted: 1 } }];
      yield* effect({ key: "one", description: "one", call: async () => 1, settle, cursor: { after: 1 } });
      return undefined;
    },
  });
  defineProcessor({
    ...whole,
    // @ts-expect-error: counted by a unit that is built with care
    async *run() {
      const units = [await unitOf("one", () => ({ writes: [], counts: { compelted: 1 } }))];
      yield { units, cursor: { after: 1 } };
      return undefined;
    },
  });
});

it("A pattern knows the rows that it reads, and counts only what is declared", () => {
  defineProcessor({
    ...whole,
    run: (context) =>
      changeRows(context, {
        entity: "course",
        find,
        change: (course) => {
          expectTypeOf(course).toEqualTypeOf<{ readonly id: number; readonly endAt: number | null }>();
          // @ts-expect-error: the row has no such column
          course.title;
          return { writes: [{ write: sql`SELECT 1`, count: "completed" }], counts: { undated: 1 } };
        },
      }),
  });
  defineProcessor({
    ...whole,
    run: (context) =>
      changeRows(context, {
        entity: "course",
        find,
        // @ts-expect-error: counted by a write
        change: () => [{ write: sql`SELECT 1`, count: "compelted" }],
      }),
  });
  defineProcessor({
    ...whole,
    run: (context) =>
      changeRows(context, {
        entity: "course",
        find,
        // @ts-expect-error: counted by a unit
        change: () => ({ writes: [], counts: { compelted: 1 } }),
      }),
  });
  const keyed = (after: { readonly id: number } | null) =>
    select(components, ["id"], sql`WHERE id > ${after?.id ?? 0}`);
  const remove = () => sql`SELECT 1`;
  defineProcessor({
    ...whole,
    cursor: z.strictObject({ id: z.int() }),
    counts: ["deleted"],
    run: (context) => deleteRows(context, { entity: "course", find: keyed, remove }),
  });
  defineProcessor({
    ...whole,
    cursor: z.strictObject({ id: z.int() }),
    // @ts-expect-error: it counts what it deletes, and that is not declared
    run: (context) => deleteRows(context, { entity: "course", find: keyed, remove }),
  });
});

it("A pattern goes on from its own kind of cursor only", () => {
  defineProcessor({
    ...whole,
    cursor: z.strictObject({ day: z.string() }),
    // @ts-expect-error: the pattern's cursor is the last row's id
    run: (context) => changeRows(context, { entity: "course", find, change: () => [] }),
  });
  const at = { fill: afterId, close: z.strictObject({ day: z.string() }) };
  const steps = async function* () {
    yield { cursor: { after: 1 } };
  };
  defineProcessor({
    ...whole,
    cursor: phaseCursor(at),
    run: (context) =>
      phases(context.cursor, at, {
        fill: steps,
        // @ts-expect-error: the cursor of this phase is a day
        close: steps,
      }),
  });
  defineProcessor({
    ...whole,
    cursor: phaseCursor(at),
    // @ts-expect-error: a phase is missing
    run: (context) => phases(context.cursor, at, { fill: steps }),
  });
});

it("A processor that sends mail has to declare what the sending counts, and its cursor", () => {
  const own = async function* () {
    yield { cursor: { after: 1 } };
    return undefined;
  };
  defineProcessor({
    ...whole,
    cursor: mailingCursor(afterId),
    counts: [...whole.counts, ...deliveryCounts],
    run: (context) => mailing(context, [], own),
  });
  defineProcessor({
    ...whole,
    cursor: mailingCursor(afterId),
    // @ts-expect-error: `sent` and `errors` are not among its counts
    run: (context) => mailing(context, [], own),
  });
  defineProcessor({
    ...whole,
    counts: [...whole.counts, ...deliveryCounts],
    // @ts-expect-error: a run that is taken up while it sends has another cursor
    run: (context) => mailing(context, [], own),
  });
});

it("A setting has the type of its definition, and only defined ones can be read", () => {
  defineProcessor({
    ...whole,
    async *run({ configuration }) {
      expectTypeOf(await configuration.read(settings.passwordValidityDays)).toEqualTypeOf<number | undefined>();
      expectTypeOf(await configuration.read(settings.lockTimeoutMinutes)).toEqualTypeOf<number>();
      // @ts-expect-error: there is no such setting
      await configuration.read(settings.passwordValidDays);
      // @ts-expect-error: a setting is read by its definition, not by its key
      await configuration.read("password.validityDays");
      yield { cursor: { after: 1 } };
      return undefined;
    },
  });
});
