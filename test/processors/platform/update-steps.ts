import { z } from "zod";
import type { FileEntry } from "../../../src/files/files.ts";
import { effect } from "../../../src/processors/contract.ts";
import type { UpdateStep } from "../../../src/processors/platform/update-steps.ts";

/**
 * A step as a release may have one: moves the objects of one folder into another, one after the other. What was moved is listed no more.
 */
export function movingFiles(id: string, position: number, from: string, to: string): UpdateStep<null> {
  const nameOf = ({ key }: FileEntry) => key.slice(from.length);
  return {
    id,
    position,
    cursor: z.null(),
    async *run({ files }) {
      for (const entry of (await files.list(from)).entries) {
        const name = nameOf(entry);
        yield* effect<true, null>({
          key: `${id}:${name}`,
          description: `move ${from}${name} to ${to}${name}`,
          repeatable: true,
          call: async () => {
            await files.move(entry.key, `${to}${name}`);
            return true;
          },
          cursor: null,
        });
      }
    },
  };
}
