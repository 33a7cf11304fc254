import { describe, expect, it } from "vitest";
import { pages } from "../../../src/processors/patterns/pages.ts";

/** A table of ids of which a page of two is read at a time. */
function table(...ids: readonly number[]) {
  const rows = [...ids];
  let reads = 0;
  const read = async (after: number) => {
    reads += 1;
    return rows.filter((id) => id > after).slice(0, 2);
  };
  return { rows, read, reads: () => reads };
}
const allFrom = (from: number, read: (after: number) => Promise<number[]>) =>
  Array.fromAsync(pages(from, read, (id) => id));

describe("pages of rows", () => {
  it("come in the order of their key until there are none, each with the key behind which the next begins", async () => {
    const { read, reads } = table(1, 2, 3, 5, 8);
    expect(await allFrom(0, read)).toEqual([
      { rows: [1, 2], after: 2 },
      { rows: [3, 5], after: 5 },
      { rows: [8], after: 8 },
    ]);
    expect(reads()).toBe(4);
  });

  it("go on from each of these keys as if they had not been interrupted", async () => {
    const { read } = table(1, 2, 3, 5, 8);
    const whole = await allFrom(0, read);
    for (const [index, { after }] of whole.entries()) {
      expect(await allFrom(after, read)).toEqual(whole.slice(index + 1));
    }
  });

  it("are none where there is nothing", async () => {
    expect(await allFrom(0, table().read)).toEqual([]);
  });

  it("are read one at a time: what is added behind the key is read too, what is added before it is not", async () => {
    const { rows, read, reads } = table(10, 20, 30);
    const found: number[] = [];
    for await (const page of pages(0, read, (id) => id)) {
      if (found.length === 0) {
        expect(reads()).toBe(1);
        rows.push(5, 40);
      }
      found.push(...page.rows);
    }
    expect(found).toEqual([10, 20, 30, 40]);
  });
});
