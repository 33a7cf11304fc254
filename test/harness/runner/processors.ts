import { z } from "zod";
import { defineProcessor, effect, type Processor } from "../../../src/processors/contract.ts";
import { sql } from "../../../src/store/sql.ts";
import { thisClient } from "../../../src/store/statement.ts";

type Shape = Partial<Omit<Processor, "run" | "parameters" | "nextRunFrom" | "cursor">> & { id: string };

/** What a processor of a test declares unless it matters. */
export const plain = {
  group: "platform",
  title: "For tests",
  summary: "For tests.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: null,
  after: [],
  dryRun: "exact",
} as const;

/** Completes every course of its client, `chunkSize` at a time; before each step it calls `between`. */
export function completing(shape: Shape, between: (step: number) => Promise<void> | void = () => undefined): Processor {
  return defineProcessor<z.ZodObject, { after: number }, string, string>({
    ...plain,
    ...shape,
    parameters: z.strictObject({}),
    async *run({ rows, cursor, parameters, now }) {
      let after = cursor?.after ?? 0;
      for (let step = 0; ; step += 1) {
        const found = await rows.all<{ id: number }>(
          sql`SELECT id FROM components WHERE client_id = ${thisClient} AND id > ${after} ORDER BY id LIMIT ${parameters.chunkSize}`,
        );
        const last = found.at(-1);
        if (!last) return undefined;
        await between(step);
        after = last.id;
        yield {
          units: found.map(({ id }) => ({
            ref: `course:${id}`,
            writes: [
              sql`UPDATE components SET planning_status = 'completed', updated_at = ${now} WHERE client_id = ${thisClient} AND id = ${id} AND planning_status <> 'completed'`,
            ],
            counts: { completed: 1 },
          })),
          cursor: { after },
        };
      }
    },
  });
}

/** Makes one remote call for each number up to `calls`, and writes what came of it into the component's title. */
export function calling(
  shape: Shape,
  calls: number,
  call: (number: number) => Promise<unknown>,
  repeatable = false,
): Processor {
  return defineProcessor<z.ZodObject, { done: number }, string, string>({
    ...plain,
    ...shape,
    parameters: z.strictObject({}),
    async *run({ cursor }) {
      for (let number = (cursor?.done ?? 0) + 1; number <= calls; number += 1) {
        yield* effect({
          key: `call:${number}`,
          description: `call ${number}`,
          repeatable,
          call: () => call(number),
          settle: (outcome) => [
            {
              ref: `call:${number}`,
              writes: [
                sql`UPDATE components SET title = title || ${`${number}:${outcome.state} `} WHERE client_id = ${thisClient} AND id = 1`,
              ],
            },
          ],
          cursor: { done: number },
        });
      }
      return undefined;
    },
  });
}
