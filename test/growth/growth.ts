/** What work may cost: 50 ms of CPU for each 10 kB of input (µs for each kB). */
export const BUDGET_US_PER_KB = 5_000;
/** Lengths of the inputs that are tried in turn (characters), each {@link FACTOR} times the one before. */
const LENGTHS = [500, 2_000, 8_000, 32_000] as const;
/** Linear work grows by 4 from one length to the next, quadratic by 16. Between them lies room for a busy machine. */
const STEEP = 9;
/** A measurement below this (µs) says nothing about growth: other threads and the collection of garbage take as much on a busy machine. */
const NOISE_US = 40_000;
/** Work that takes less (µs) for 8,000 characters is not tried with more: quadratic work would have shown by then. */
const CHEAP_US = 2_000;
/** Number of measurements; the smallest counts: other load only ever adds. */
const REPEATS = 4;
/** Number of measurements of both lengths, in turn, that have to confirm a suspicion: some systems count CPU in steps of 4 ms. */
const CONFIRMATIONS = 12;

/** CPU time of this thread, or of this process where the runtime counts no threads (Node before 23.9), in µs. */
function cpu(): number {
  const usage = process as { threadCpuUsage?: () => NodeJS.CpuUsage };
  const { user, system } = usage.threadCpuUsage?.() ?? process.cpuUsage();
  return user + system;
}

/** Something that is done with a text. A refusal (an error) is as good as an answer: only its price is looked at. */
export type Work = (text: string) => unknown;

/** CPU (µs) of doing it once. */
async function once(work: Work, text: string): Promise<number> {
  const before = cpu();
  try {
    const pending = work(text);
    if (pending instanceof Promise) await pending;
  } catch {
    // See Work.
  }
  return cpu() - before;
}

/** CPU (µs) that work takes for a text: the smallest of a few measurements, or the first that is not above `enough`. */
export async function costOf(work: Work, text: string, enough: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < REPEATS && least > enough; turn += 1) {
    least = Math.min(least, await once(work, text));
    // No other load explains this.
    if (least > enough * 10) break;
  }
  return least;
}

/** A cost that is too high. */
export interface Excess {
  /** Length of the input, characters. */
  readonly length: number;
  /** CPU for it and for a quarter of it, µs. */
  readonly cost: number;
  readonly before: number;
}

/**
 * Means of several measurements of two texts, taken in turn (µs): what a clock's coarse steps add or leave out evens out, and so does a
 * collection of garbage that met one of them.
 */
async function bothOf(work: Work, shorter: string, longer: string): Promise<{ before: number; now: number }> {
  let [before, now, turns] = [0, 0, 0];
  // Work that hangs is not done twelve times.
  while (turns < CONFIRMATIONS && now < CONFIRMATIONS * 10 * NOISE_US) {
    turns += 1;
    before += await once(work, shorter);
    now += await once(work, longer);
  }
  return { before: before / turns, now: now / turns };
}

/**
 * Whether work costs more CPU than a fixed amount for each 10 kB, or grows faster than its input; null: neither. It stops at the
 * first length that shows it, so that cubic work does not hang.
 *
 * @param make the input of a length
 */
export async function findExcess(work: Work, make: (length: number) => string): Promise<Excess | null> {
  let before = 0;
  let shorter = "";
  for (const length of LENGTHS) {
    const text = make(length);
    const budget = Math.max((BUDGET_US_PER_KB * length) / 1024, NOISE_US);
    const steep = before === 0 ? budget : Math.max(before * STEEP, NOISE_US);
    const now = await costOf(work, text, Math.min(budget, steep));
    if (now > budget || now > steep) {
      const both = await bothOf(work, shorter, text);
      if (both.now > budget || (before > 0 && both.now > both.before * STEEP)) return { length, cost: now, before };
    }
    if (length === 8_000 && now < CHEAP_US) return null;
    before = now;
    shorter = text;
  }
  return null;
}
