import { expectTypeOf, it } from "vitest";
import { z } from "zod";
import { defineProcessor, type ProcessorDefinition } from "../../src/processors/contract.ts";

// Checked by the compiler (`npm run check`): each line below `@ts-expect-error` must be refused by it.

const parameters = z.strictObject({});
type Definition = ProcessorDefinition<typeof parameters, { after: number }>;

const whole: Definition = {
  id: "CoursePreparation",
  group: "courses",
  summary: "For tests.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: null,
  after: ["UserImport"],
  dryRun: "exact",
  parameters,
  async *run() {
    yield { cursor: { after: 1 } };
    return undefined;
  },
};

it("An id that is not in the list of ids does not compile, neither a processor's own nor one of `after`", () => {
  defineProcessor(whole);
  // @ts-expect-error: the id is misspelt
  defineProcessor<typeof parameters, { after: number }>({ ...whole, id: "CoursePreperation" });
  // @ts-expect-error: the id of the processor to run behind is misspelt
  defineProcessor<typeof parameters, { after: number }>({ ...whole, after: ["UserImprot"] });
  // @ts-expect-error: the ids are held to the list also where the compiler finds the types itself
  defineProcessor({ ...whole, id: "CoursePreperation" });
});

it("A step with another cursor than the processor's does not compile", () => {
  defineProcessor<typeof parameters, { after: number }>({
    ...whole,
    // @ts-expect-error: the cursor's `after` is a number
    async *run() {
      yield { cursor: { after: "1" } };
      return undefined;
    },
  });
  expectTypeOf<Parameters<Definition["run"]>[0]["cursor"]>().toEqualTypeOf<{ after: number } | null>();
});
