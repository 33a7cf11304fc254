import {
  beginning,
  type Checkpoint,
  type Databases,
  type Defect,
  idle,
  type Layout,
  leftAlone,
  moves,
  type Owner,
} from "./protocol.ts";

/** What is wrong with the databases, in words; null when nothing is. */
export function wrongWith({ runs, checkpoints }: Databases): string | null {
  if (runs.filter((run) => run.state === "running").length > 1) return "two runs of the job are at work";
  for (const [index, run] of runs.entries()) {
    const checkpoint = checkpoints[index] as Checkpoint;
    const { writes } = checkpoint;
    if (checkpoint.foreign) return "a step was applied under an old lease";
    if (writes.some((count) => count > 1)) return "a unit was written twice";
    if (run.finishes > 1) return "a run was finished twice";
    if (checkpoint.lease > run.lease) return "the store knows a lease that control has not given";
    if (checkpoint.done && writes.some((count) => count !== 1)) return "a checkpoint is done and a unit is missing";
    if (run.state === "ok" && !checkpoint.done) return "a run is ok and its checkpoint is not done";
  }
  return null;
}

/** What is wrong with what an undisturbed owner makes of it; null when both runs end. */
function stuck(state: Databases, defect: Defect | null, layout: Layout): string | null {
  const end = leftAlone(state, defect, layout);
  const wrong = wrongWith(end);
  if (wrong) return `left alone, ${wrong}`;
  return end.runs.every((run) => run.state === "ok" && run.finishes === 1) ? null : "left alone, a run does not end";
}

/** Numbers for things that are equal by their content. */
class Numbering<T> {
  readonly items: T[] = [];
  readonly #numbers = new Map<string, number>();

  of(item: T): number {
    const key = JSON.stringify(item);
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.items.push(item) - 1;
      this.#numbers.set(key, number);
    }
    return number;
  }
}

/** More owners' states than there are; three such numbers fit an integer that is exact. */
const OWNERS_AT_MOST = 2 ** 16;

/** What a visit to every state came to. */
export interface Exploration {
  /** States of both databases, both owners and all calls under way; owners have no names. */
  readonly states: number;
  readonly transitions: number;
  /** What the databases alone may hold. */
  readonly contents: number;
  /** What is wrong with the nearest wrong state, and how many moves lead there; null when none is wrong. */
  readonly wrong: { readonly words: string; readonly moves: number } | null;
}

/** Visits every state that can be reached, nearest first, up to the first that is wrong. */
export function explore(layout: Layout, defect: Defect | null = null): Exploration {
  const databases = new Numbering<Databases>();
  const owners = new Numbering<Owner>();
  const movesOf = new Map<number, (readonly [number, number])[]>();
  const judged: (string | null)[] = [];
  const known = new Set<number>();
  let transitions = 0;
  let wrong: string | null = null;
  let nearest: number[] = [];

  const visit = (state: number, one: number, other: number) => {
    const key = (state * OWNERS_AT_MOST + Math.min(one, other)) * OWNERS_AT_MOST + Math.max(one, other);
    if (known.has(key)) return;
    known.add(key);
    nearest.push(key);
    judged[state] ??= judge(state);
    wrong ??= judged[state] || null;
  };
  const judge = (state: number) => {
    const content = databases.items[state] as Databases;
    return wrongWith(content) ?? stuck(content, defect, layout) ?? "";
  };
  const movesFrom = (state: number, owner: number) => {
    const key = state * OWNERS_AT_MOST + owner;
    let found = movesOf.get(key);
    if (!found) {
      found = moves(databases.items[state] as Databases, owners.items[owner] as Owner, defect, layout).map((move) => [
        databases.of(move.state),
        owners.of(move.owner),
      ]);
      movesOf.set(key, found);
    }
    return found;
  };

  visit(databases.of(beginning), owners.of(idle), owners.of(idle));
  let distance = 0;
  for (; nearest.length > 0 && wrong === null; distance += 1) {
    const frontier = nearest;
    nearest = [];
    for (const key of frontier) {
      const other = key % OWNERS_AT_MOST;
      const rest = (key - other) / OWNERS_AT_MOST;
      const one = rest % OWNERS_AT_MOST;
      const state = (rest - one) / OWNERS_AT_MOST;
      for (const [next, owner] of movesFrom(state, one)) visit(next, owner, other);
      for (const [next, owner] of movesFrom(state, other)) visit(next, owner, one);
      transitions += movesFrom(state, one).length + movesFrom(state, other).length;
    }
  }
  const found = { states: known.size, transitions, contents: databases.items.length };
  return { ...found, wrong: wrong === null ? null : { words: wrong, moves: distance } };
}
