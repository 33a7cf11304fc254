/** A group with what its evaluation looks at. */
export interface OrderedNode {
  readonly id: number;
  /** Ids that its rule names: they have to be done before it. Ids that are no node, or its own, stand for themselves. */
  readonly needs: ReadonlySet<number>;
  /** Ids whose commands change what its rule names: better done before it, where that is possible. */
  readonly prefers: ReadonlySet<number>;
}

/** A rank in the order: by depth, then id. */
export interface Rank {
  readonly depth: number;
  readonly id: number;
}

/** The order in which groups are evaluated. */
export interface EvaluationOrder {
  /** Every node that is in no circle, each behind all that it needs. */
  readonly ranks: readonly Rank[];
  /** Ids whose rules need each other in a circle, or need themselves. */
  readonly circles: ReadonlySet<number>;
}

/**
 * Orders groups whose rules name other groups (handbook, catalogue: TargetGroupPersonAssignment). A node's depth is the longest
 * way to it, so a rank says something
 * also after other nodes have come or gone. What is only preferred gives way where it would close a circle.
 */
export function evaluationOrder(nodes: readonly OrderedNode[]): EvaluationOrder {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const known = (ids: Iterable<number>) => [...ids].filter((id) => byId.has(id));
  const needs = new Map(nodes.map((node) => [node.id, known(node.needs)]));
  const circle = componentsOf(needs);
  const members = new Map<number, number>();
  for (const one of circle.values()) members.set(one, (members.get(one) ?? 0) + 1);
  const circles = new Set(
    nodes
      .filter(({ id }) => (members.get(circle.get(id) ?? -1) ?? 0) > 1 || needs.get(id)?.includes(id))
      .map(({ id }) => id),
  );

  const both = new Map(nodes.map((node) => [node.id, known(new Set([...node.needs, ...node.prefers]))]));
  const joint = componentsOf(both);
  const before = new Map(
    nodes.map(({ id }) => [
      id,
      (both.get(id) ?? []).filter(
        (other) => !circles.has(other) && (needs.get(id)?.includes(other) || joint.get(other) !== joint.get(id)),
      ),
    ]),
  );
  const depths = new Map<number, number>();
  for (const { id } of nodes) if (!circles.has(id)) measure(id, before, depths);
  const ranks = [...depths].map(([id, depth]) => ({ id, depth }));
  return { ranks: ranks.sort((a, b) => a.depth - b.depth || a.id - b.id), circles };
}

/** The longest way to a node of a graph without circles, without recursion: a chain may have thousands of links. */
function measure(start: number, before: ReadonlyMap<number, readonly number[]>, depths: Map<number, number>): void {
  const stack = [start];
  for (let id = stack.at(-1); id !== undefined; id = stack.at(-1)) {
    const open = (before.get(id) ?? []).filter((other) => !depths.has(other));
    if (open.length > 0) stack.push(...open);
    else {
      depths.set(id, Math.max(0, ...(before.get(id) ?? []).map((other) => (depths.get(other) ?? 0) + 1)));
      stack.pop();
    }
  }
}

/** The strongly connected component of each node (R. Tarjan, 1972), without recursion. */
function componentsOf(graph: ReadonlyMap<number, readonly number[]>): Map<number, number> {
  const index = new Map<number, number>();
  const low = new Map<number, number>();
  const component = new Map<number, number>();
  const open: number[] = [];
  for (const root of graph.keys()) {
    if (index.has(root)) continue;
    const path: { readonly id: number; next: number }[] = [{ id: root, next: 0 }];
    for (let frame = path.at(-1); frame; frame = path.at(-1)) {
      const { id } = frame;
      if (frame.next === 0) {
        index.set(id, index.size);
        low.set(id, index.get(id) ?? 0);
        open.push(id);
      }
      const other = graph.get(id)?.[frame.next];
      frame.next += 1;
      if (other === undefined) {
        path.pop();
        const parent = path.at(-1);
        if (parent) low.set(parent.id, Math.min(low.get(parent.id) ?? 0, low.get(id) ?? 0));
        if (low.get(id) === index.get(id)) {
          for (let member = open.pop(); member !== undefined; member = open.pop()) {
            component.set(member, id);
            if (member === id) break;
          }
        }
      } else if (!index.has(other)) path.push({ id: other, next: 0 });
      else if (!component.has(other)) low.set(id, Math.min(low.get(id) ?? 0, index.get(other) ?? 0));
    }
  }
  return component;
}
