import { z } from "zod";
import { defineProcessor, type Processor } from "../../../src/processors/contract.ts";

type Shape = Partial<Omit<Processor, "run" | "parameters" | "nextRunFrom" | "cursor">> & { id: string; title: string };

/** A processor that counts one row and ends; the pages see only what it declares. */
function declared(shape: Shape, parameters: z.ZodObject = z.strictObject({})): Processor {
  return defineProcessor<z.ZodObject, number, string, string>({
    group: "platform",
    summary: `Does what ${shape.id} does.`,
    scope: "client",
    store: "control",
    load: "light",
    suggestedCron: "0 10 0 * * ?",
    after: [],
    dryRun: "exact",
    ...shape,
    parameters,
    async *run({ log }) {
      log.info("Looked at one row", { row: 1 });
      yield { units: [{ ref: "row:1", writes: [] }], cursor: 1, progress: { done: 1, total: 1 } };
      return undefined;
    },
  });
}

/** A parameter of every kind that a form can draw. */
export const everyKind = z.strictObject({
  amount: z.int().min(0).max(50).default(7).describe("How many"),
  limit: z.int().min(1).nullable().default(null).describe("Entries, at most"),
  share: z.number().min(0).max(1).default(0.5),
  forced: z.boolean().default(false).describe("Even if nothing changed"),
  mode: z.enum(["ignore", "passive"]).default("ignore"),
  address: z.email().nullable().default(null),
  since: z.iso.date().nullable().default(null),
  title: z.string().min(1, "Give a title"),
  days: z.array(z.int()).default([1, 2]),
  words: z.array(z.string()).default([]),
  channels: z.array(z.enum(["mail", "push"])).default(["mail"]),
  extra: z.record(z.string(), z.string()).default({}),
});

/** One processor for each thing that the pages tell apart. */
export const processors = {
  plain: declared({ id: "PlainJob", title: "Do plain work", group: "courses" }),
  every: declared(
    { id: "EveryKind", title: "Show every kind", group: "imports", load: "heavy", suggestedCron: null },
    everyKind,
  ),
  destructive: declared({
    id: "DestructiveJob",
    title: "Destroy things",
    group: "people",
    confirm: "destructive",
    suggestedCron: null,
  }),
  node: declared({ id: "NodeJob", title: "Bring system texts to all nodes", scope: "node" }),
  global: declared({ id: "GlobalJob", title: "Work for the platform", scope: "global" }),
} as const;
