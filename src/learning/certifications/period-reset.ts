import { addDays, addMonths, type Day } from "../../time/day.ts";

/** Amounts are compared at that many decimals, as in SQL. */
const PRECISION = 1e6;

/** Something that counts towards a certification. */
export interface Credit {
  readonly sourceRef: string;
  readonly amount: number;
  /** Local day of the completion. */
  readonly on: Day;
}

/** A period that is over, with what decides what follows. */
export interface OverPeriod {
  readonly periodNo: number;
  readonly startOn: Day;
  readonly endOn: Day;
  readonly amount: number;
  /** Start of the person's first period. */
  readonly firstStartOn: Day;
  readonly requiredAmount: number;
  readonly durationMonths: number;
  readonly startMode: "assignment" | "common";
  /** `MM-DD`, with `common`. */
  readonly commonStartMmdd: string | null;
  readonly carryOver: boolean;
  /** A further period follows. */
  readonly goesOn: boolean;
}

/** A period as it is to stand there. */
export interface ResetPeriod {
  readonly periodNo: number;
  readonly startOn: Day;
  readonly endOn: Day;
  readonly amount: number;
  readonly status: "in_progress" | "fulfilled" | "not_fulfilled";
  readonly isCurrent: boolean;
}

/** What becomes of a period that is over: itself first, then those that follow, the last of them current. */
export interface Reset {
  readonly periods: readonly [ResetPeriod, ...ResetPeriod[]];
  /** Credits that are to be given, and in which period. */
  readonly given: readonly (Credit & { readonly periodNo: number })[];
  /** Credits of the period that belong to a later one, and to which. */
  readonly moved: readonly { readonly sourceRef: string; readonly periodNo: number }[];
}

const isEnough = (amount: number, required: number) =>
  Math.round(amount * PRECISION) >= Math.round(required * PRECISION);
const sum = (credits: readonly Credit[]) => credits.reduce((total, { amount }) => total + amount, 0);

/**
 * Closes a period that is over, and opens the next ones until one is not over on `today` (handbook, catalogue: CertificationReset).
 *
 * @param due completions from the start of the period on, credited or not
 * @param own the credits that the period has
 * @param most periods that are opened at most
 */
export function resetPeriod(
  period: OverPeriod,
  due: readonly Credit[],
  own: readonly Credit[],
  today: Day,
  most: number,
): Reset {
  const { requiredAmount, carryOver, goesOn } = period;
  const closed: ResetPeriod[] = [];
  const given: (Credit & { periodNo: number })[] = [];
  const moved: { sourceRef: string; periodNo: number }[] = [];
  // Without a next period what is dated behind the end stays where it is.
  const later = goesOn ? own.filter(({ on }) => on > period.endOn) : [];
  const laterRefs = new Set(later.map(({ sourceRef }) => sourceRef));
  let { periodNo, startOn, endOn } = period;
  let amount = period.amount - sum(later);
  for (;;) {
    const within = ({ on }: Credit) => on >= startOn && on <= endOn;
    const arrives = periodNo === period.periodNo ? [] : later.filter(within);
    // What is finished again in a later period counts there again.
    const known = periodNo === period.periodNo ? own.filter(({ sourceRef }) => !laterRefs.has(sourceRef)) : arrives;
    const has = new Set(known.map(({ sourceRef }) => sourceRef));
    const credits = due.filter((one) => within(one) && !has.has(one.sourceRef));
    moved.push(...arrives.map(({ sourceRef }) => ({ sourceRef, periodNo })));
    given.push(...credits.map((one) => ({ ...one, periodNo })));
    amount += sum(arrives) + sum(credits);
    const enough = isEnough(amount, requiredAmount);
    const isLast = endOn >= today || closed.length === most;
    if (isLast) {
      const earned = arrives.length + credits.length > 0 && enough;
      closed.push({ periodNo, startOn, endOn, amount, status: earned ? "fulfilled" : "in_progress", isCurrent: true });
      break;
    }
    closed.push({ periodNo, startOn, endOn, amount, status: enough ? "fulfilled" : "not_fulfilled", isCurrent: false });
    if (!goesOn) break;
    amount = carryOver ? Math.max(0, amount - requiredAmount) : 0;
    [periodNo, startOn] = [periodNo + 1, addDays(endOn, 1)];
    endOn = lastDay(period, startOn);
  }
  // A credit that no later period holds was not moved: it goes with the last one.
  const homeless = [...laterRefs].filter((ref) => !moved.some(({ sourceRef }) => sourceRef === ref));
  const last = closed.at(-1) as ResetPeriod;
  if (homeless.length > 0) {
    moved.push(...homeless.map((sourceRef) => ({ sourceRef, periodNo: last.periodNo })));
    const added = sum(later.filter(({ sourceRef }) => homeless.includes(sourceRef)));
    closed[closed.length - 1] = { ...last, amount: last.amount + added };
  }
  return { periods: closed as [ResetPeriod, ...ResetPeriod[]], given, moved };
}

/**
 * The last day of a period that starts on a day. Where that is the last of its month only because the month has no more days, the day from
 * which periods are counted comes back: 31 January, 28 February, 31 March.
 */
function lastDay({ startMode, commonStartMmdd, firstStartOn, durationMonths }: OverPeriod, startOn: Day): Day {
  const wanted = Number((startMode === "common" && commonStartMmdd ? commonStartMmdd : firstStartOn).slice(-2));
  const clamped = addDays(startOn, 1).endsWith("-01") && wanted > Number(startOn.slice(-2));
  const next = addMonths(startOn, durationMonths);
  const nextStart = clamped ? withDay(next, wanted) : next;
  return addDays(nextStart, -1);
}

/** The day with this number in the month of `day`, or the last one before it that the month has. */
function withDay(day: Day, wanted: number): Day {
  const last = addDays(addMonths(`${day.slice(0, 8)}01`, 1), -1);
  return wanted >= Number(last.slice(-2)) ? last : `${day.slice(0, 8)}${String(wanted).padStart(2, "0")}`;
}
