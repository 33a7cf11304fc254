/** Sets of small numbers as bits: 0-31 in one number, 0-59 in two (`low` has 0-31, `high` has 32-59). */

/** The smallest member at or above `from` (0-31), or -1. */
export function nextBit(bits: number, from: number): number {
  const rest = bits & (-1 << from);
  return rest === 0 ? -1 : 31 - Math.clz32(rest & -rest);
}

/** The largest member at or below `to` (0-31), or -1. */
export function previousBit(bits: number, to: number): number {
  return 31 - Math.clz32(bits & (-1 >>> (31 - to)));
}

/** The smallest member of a set of 0-59 at or above `from`, or -1. */
export function nextOfSixty(low: number, high: number, from: number): number {
  if (from < 32) {
    const rest = low & (-1 << from);
    if (rest !== 0) return 31 - Math.clz32(rest & -rest);
    return high === 0 ? -1 : 63 - Math.clz32(high & -high);
  }
  const rest = high & (-1 << (from - 32));
  return rest === 0 ? -1 : 63 - Math.clz32(rest & -rest);
}

/** The largest member of a set of 0-59 at or below `to`, or -1. */
export function previousOfSixty(low: number, high: number, to: number): number {
  if (to >= 32) {
    const rest = high & (-1 >>> (63 - to));
    if (rest !== 0) return 63 - Math.clz32(rest);
    return 31 - Math.clz32(low);
  }
  return 31 - Math.clz32(low & (-1 >>> (31 - to)));
}

/** The members of a set of 0-63, rising. */
export function members(low: number, high: number): number[] {
  const values: number[] = [];
  for (let value = 0; value < 64; value++) {
    const half = value < 32 ? low : high;
    if (((half >>> (value & 31)) & 1) === 1) values.push(value);
  }
  return values;
}
