import { expect, it } from "vitest";
import { findExcess } from "./growth.ts";
import { grown, plainGrowers } from "./inputs.ts";
import { parsers } from "./parsers.ts";
import { ofToday } from "./today.ts";

it("no parser of a form, a header or a file needs more than linear time for any crafted text", async () => {
  const slow: string[] = [];
  for (const [name, work] of parsers) {
    for (const grower of ofToday(plainGrowers)) {
      const excess = await findExcess(work, (length) => grown(grower, length));
      if (!excess) continue;
      slow.push(`${name}: ${JSON.stringify({ ...excess, grower })}`);
      break;
    }
  }
  expect(slow).toEqual([]);
});
