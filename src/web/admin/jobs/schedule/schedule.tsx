import type { Blackout } from "../../../../administration/pauses/blackouts.ts";
import { blackoutsOf, nextStart } from "../../../../administration/pauses/holds.ts";
import { calendarOf } from "../../../../control/jobs/calendar.ts";
import type { ListedJob, NextTrigger } from "../../../../control/jobs/job-list.ts";
import { QuartzExpression, QuartzSyntaxError, UnknownZoneError } from "../../../../quartz/index.ts";
import { useReader } from "../../../reader/reader.ts";
import { Relative } from "../../../reader/time.tsx";
import { clockTime, localTime } from "../../../reader/time-words.ts";
import type { Locale } from "../../../words/translate.ts";

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
type FiringJob = Pick<ListedJob, "clientId" | "cron" | "timeZone" | "active" | "policies" | "next">;

/** The next start of a trigger (ms): null for none to come, undefined where its expression or zone cannot be read here. */
function startOf(
  job: FiringJob,
  next: NextTrigger,
  blackouts: readonly Blackout[],
  now: number,
): number | null | undefined {
  const calendar = calendarOf(next.holidays);
  const options = { transitions: job.policies.transitions, ...(calendar ? { calendar } : {}) };
  const holds = { pause: next.pause, blackouts: blackoutsOf(blackouts, next.clientId) };
  try {
    const expression = QuartzExpression.parse(job.cron ?? "");
    // The tick plans two minutes ahead and moves its trigger on, so the trigger's own next fire may be too late.
    return nextStart((after) => expression.next(after, next.timeZone, options), holds, now);
  } catch (error) {
    if (error instanceof QuartzSyntaxError || error instanceof UnknownZoneError) return undefined;
    throw error;
  }
}

/**
 * When a job starts next, in the reader's zone with the trigger's beside it where the two clocks differ, and for which client where
 * each fires in its own zone. Behind a pause and blackouts; a table of many says elsewhere that a job is manual or inactive.
 *
 * @param props.blackouts those of all clients that may be concerned
 * @param props.stopped everything is stopped: it would fire
 * @param props.whose the client is said too, where it is one of several
 */
export function NextFire(props: {
  job: FiringJob;
  blackouts: readonly Blackout[];
  stopped: boolean;
  whose: boolean;
  now: number;
}) {
  const { t, moment, zone, locale } = useReader();
  const { job, blackouts, stopped, now } = props;
  const { next } = job;
  if (job.cron === null || !job.active) return null;
  const none = <span class="soft">{t("none to come")}</span>;
  if (next === null) return none;
  const at = startOf(job, next, blackouts, now);
  if (at === undefined) return <span class="soft">{t("not known: expression or time zone cannot be read here")}</span>;
  if (at === null) {
    return next.pause?.until === null ? (
      <span class="soft">{t("paused until an administrator resumes it")}</span>
    ) : (
      none
    );
  }
  const time = moment(at);
  const client = props.whose && job.clientId === 0 && job.timeZone === null ? next.clientName : null;
  return (
    <>
      {stopped ? t("would fire {time}, stopped", { time }) : time}
      <small>
        {stopped ? null : <Relative at={at} now={now} brief />}
        {localTime(at, next.timeZone, locale) === localTime(at, zone, locale)
          ? null
          : ` · ${clockTime(at, next.timeZone)} ${next.timeZone}`}
        {client === null ? null : ` · ${client}`}
      </small>
    </>
  );
}
