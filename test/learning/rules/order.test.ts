import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluationOrder, type OrderedNode } from "../../../src/learning/rules/order.ts";

const node = (id: number, needs: readonly number[] = [], prefers: readonly number[] = []): OrderedNode => ({
  id,
  needs: new Set(needs),
  prefers: new Set(prefers),
});
const order = (nodes: readonly OrderedNode[]) => {
  const { ranks, circles } = evaluationOrder(nodes);
  return { ids: ranks.map(({ id }) => id), circles: [...circles].sort((a, b) => a - b) };
};

describe("the order in which groups are evaluated", () => {
  it.each([
    ["by id where nothing refers to anything", [node(3), node(1), node(2)], [1, 2, 3], []],
    ["behind what a rule names", [node(1, [2]), node(2, [3]), node(3)], [3, 2, 1], []],
    ["an id that is no target group does not matter", [node(1, [99]), node(2)], [1, 2], []],
    ["a group that names itself is a circle", [node(1, [1]), node(2)], [2], [1]],
    ["only the members of a circle fail, not who names them", [node(1, [2]), node(2, [1]), node(3, [1])], [3], [1, 2]],
    ["two circles", [node(1, [2]), node(2, [1]), node(3, [4]), node(4, [3]), node(5)], [5], [1, 2, 3, 4]],
    ["behind whose commands it sees", [node(1, [], [2]), node(2)], [2, 1], []],
    ["a preference in a circle gives way", [node(1, [], [2]), node(2, [1])], [1, 2], []],
    ["two that prefer each other", [node(1, [], [2]), node(2, [], [1])], [1, 2], []],
    ["a preference for itself", [node(1, [], [1])], [1], []],
  ])("%s", (_, nodes, ids, circles) => {
    expect(order(nodes)).toEqual({ ids, circles });
  });

  it("has every node once, in a circle or behind what it needs, whatever the graph", () => {
    const id = fc.integer({ min: 1, max: 12 });
    const graph = fc.uniqueArray(
      fc.record({ id, needs: fc.uniqueArray(id, { maxLength: 3 }), prefers: fc.uniqueArray(id, { maxLength: 3 }) }),
      { selector: (one) => one.id },
    );
    fc.assert(
      fc.property(graph, (drawn) => {
        const nodes = drawn.map((one) => node(one.id, one.needs, one.prefers));
        const { ids, circles } = order(nodes);
        expect([...ids, ...circles].sort((a, b) => a - b)).toEqual(drawn.map((one) => one.id).sort((a, b) => a - b));
        const needs = new Map(drawn.map((one) => [one.id, one.needs]));
        const reachable = (from: number) => {
          const seen = new Set<number>();
          const stack = [...(needs.get(from) ?? [])];
          for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
            if (seen.has(next)) continue;
            seen.add(next);
            stack.push(...(needs.get(next) ?? []));
          }
          return seen;
        };
        for (const one of drawn) expect(circles.includes(one.id)).toBe(reachable(one.id).has(one.id));
        for (const [index, one] of ids.entries())
          for (const needed of needs.get(one) ?? [])
            if (ids.includes(needed)) expect(ids.indexOf(needed)).toBeLessThan(index);
      }),
    );
  });

  it("takes a chain of 20,000 groups", () => {
    const nodes = Array.from({ length: 20_000 }, (_, index) => node(index + 1, index + 2 <= 20_000 ? [index + 2] : []));
    expect(order(nodes).ids[0]).toBe(20_000);
  });
});
