import type { Query } from "../store/statement.ts";
import type { Write } from "./contract.ts";

/**
 * Writes that end in one which stands for them all (an entry of `index_changes` behind its audit entry), counted by that
 * one: `count` grows by the rows it writes. For units that do several such things, each with a counter of its own.
 */
export function counted<N extends string>(writes: readonly Query[], count: N): Write<N>[] {
  return writes.map((write, index) => (index === writes.length - 1 ? { write, count } : write));
}
