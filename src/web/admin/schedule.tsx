import { calendarOf } from "../../control/calendar.ts";
import { QuartzExpression, QuartzSyntaxError } from "../../quartz/index.ts";
import { useReader } from "../reader.ts";
import { Relative } from "../time.tsx";
import { clockTime, localTime } from "../time-words.ts";
import type { Locale } from "../words/translate.ts";

/** A stored expression in words; null for one that this release cannot read. */
export function expressionWords(cron: string, locale: Locale): string | null {
  try {
    return QuartzExpression.parse(cron).describe(locale);
  } catch (error) {
    if (error instanceof QuartzSyntaxError) return null;
    throw error;
  }
}

/** Why an expression is refused; null for one that is valid, or empty. */
export function syntaxProblem(cron: string, locale: Locale): string | null {
  if (cron.trim() === "") return null;
  try {
    QuartzExpression.parse(cron.trim());
    return null;
  } catch (error) {
    if (error instanceof QuartzSyntaxError) return error.reasons[locale];
    throw error;
  }
}

/** What {@link NextFire} needs of a job. */
interface FiringJob {
  readonly cron: string | null;
  readonly active: boolean;
  readonly policies: { readonly transitions: "safe" | "quartz" };
  /** Of the trigger that fires next: the next fire that is not planned yet, its zone, its client's holidays. */
  readonly nextFireAt: number | null;
  readonly nextTimeZone: string | null;
  readonly nextHolidays: readonly string[];
}

/**
 * When a job fires next. The tick plans two minutes ahead and moves its trigger on, so what is planned already is worked out
 * from the expression.
 */
function nextFireOf(job: FiringJob & { readonly cron: string }, now: number): number | null {
  if (job.nextTimeZone === null || expressionWords(job.cron, "en") === null) return job.nextFireAt;
  const calendar = calendarOf(job.nextHolidays);
  const soonest = QuartzExpression.parse(job.cron).next(now, job.nextTimeZone, {
    transitions: job.policies.transitions,
    ...(calendar ? { calendar } : {}),
  });
  return Math.min(job.nextFireAt ?? Number.POSITIVE_INFINITY, soonest ?? Number.POSITIVE_INFINITY);
}

/** When a job fires next, in the reader's zone with the job's beside it where the two differ, for a table of many that says elsewhere that a job is manual or inactive. */
export function NextFire(props: { job: FiringJob; now: number }) {
  const { t, moment, zone, locale } = useReader();
  const { job, now } = props;
  const { cron, nextTimeZone } = job;
  if (cron === null || !job.active) return null;
  const at = nextFireOf({ ...job, cron }, now);
  if (at === null || !Number.isFinite(at)) return <span class="soft">{t("none to come")}</span>;
  return (
    <>
      {moment(at)}
      <small>
        <Relative at={at} now={now} brief />
        {nextTimeZone === null || localTime(at, nextTimeZone, locale) === localTime(at, zone, locale)
          ? null
          : ` · ${clockTime(at, nextTimeZone)} ${nextTimeZone}`}
      </small>
    </>
  );
}
