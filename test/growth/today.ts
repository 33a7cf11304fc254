import { inject } from "vitest";

const { seed, sweep } = inject("conformance");

/** Shares into which the texts are dealt. */
const SHARES = 3;

/** What is tried today: a third of it, another each day, or all of it with `npm run conformance`. */
export function ofToday<T>(all: readonly T[]): readonly T[] {
  return sweep ? all : all.filter((_, index) => index % SHARES === seed % SHARES);
}
