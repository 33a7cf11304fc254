import { expect, it } from "vitest";
import { textFunctionsIn } from "./functions.ts";
import { findExcess } from "./growth.ts";
import { grown, plainGrowers } from "./inputs.ts";
import { sourceFiles } from "./source.ts";
import { ofToday } from "./today.ts";

/** Not reached by what others send: what `npm start` alone calls, and passwords' hashes, which are meant to be expensive. */
const LEFT_OUT = ["src/hosts/", "src/control/access/password.ts"];

it("no function of the product that takes texts needs more than linear time for any crafted text", async () => {
  const slow: string[] = [];
  let count = 0;
  for (const file of await sourceFiles()) {
    if (LEFT_OUT.some((path) => file.path.startsWith(path))) continue;
    const functions = textFunctionsIn(file);
    if (functions.length === 0) continue;
    const exports = (await import(/* @vite-ignore */ `../../${file.path}`)) as Record<
      string,
      (...all: unknown[]) => unknown
    >;
    for (const { name, exported, argumentsFor } of functions) {
      count += 1;
      for (const grower of ofToday(plainGrowers)) {
        const excess = await findExcess(
          (text) => exports[exported]?.(...argumentsFor(text)),
          (length) => grown(grower, length),
        );
        if (!excess) continue;
        slow.push(`${name}: ${JSON.stringify({ ...excess, grower })}`);
        break;
      }
    }
  }
  expect(count).toBeGreaterThan(80);
  expect(slow).toEqual([]);
});
