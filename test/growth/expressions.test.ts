import { expect, it } from "vitest";
import { findSlowText } from "./expressions.ts";
import { expressionsIn, sourceFiles } from "./source.ts";

it("no regular expression of the product needs more than linear time for any crafted text", async () => {
  const slow: string[] = [];
  const known = new Map<string, string>();
  for (const file of await sourceFiles()) {
    for (const { place, expression } of expressionsIn(file)) {
      const written = String(expression);
      if (known.has(written)) {
        if (known.get(written) !== "") slow.push(`${place} ${written}: as before`);
        continue;
      }
      const found = await findSlowText(expression);
      known.set(written, found ? "slow" : "");
      if (found) slow.push(`${place} ${written}: ${JSON.stringify(found)}`);
    }
  }
  expect(known.size).toBeGreaterThan(100);
  expect(slow).toEqual([]);
});
