import { QuartzExpression, QuartzSyntaxError } from "../../quartz/index.ts";
import { useReader } from "../reader.ts";
import { Relative, Time } from "../time.tsx";
import { localTime } from "../time-words.ts";
import type { Locale } from "../words/translate.ts";

/** A job's clock as pages show it. */
export interface Schedule {
  /** Valid: it was checked when the job was saved, or just now. */
  readonly cron: string;
  readonly zone: string;
  readonly transitions: "safe" | "quartz";
}

/** Fires closer than this (ms) are pointed out (spec 3.2). */
const CLOSE_MS = 60_000;

/** The next fires after an instant, at most `count`; ms. */
export function nextFires(schedule: Schedule, after: number, count: number): number[] {
  const expression = QuartzExpression.parse(schedule.cron);
  const fires: number[] = [];
  let at: number | null = after;
  while (fires.length < count) {
    at = expression.next(at, schedule.zone, { transitions: schedule.transitions });
    if (at === null) break;
    fires.push(at);
  }
  return fires;
}

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

/** What an expression means: in words, and its next five fires in the job's zone. */
export function ScheduleWords(props: { schedule: Schedule; now: number; zoneNote?: string | undefined }) {
  const { t, locale, zone, duration } = useReader();
  const { schedule, now } = props;
  const fires = nextFires(schedule, now, 5);
  const gaps = fires.slice(1).map((fire, index) => fire - (fires[index] ?? fire));
  const closest = Math.min(...gaps);
  return (
    <>
      <p>
        <strong>{QuartzExpression.parse(schedule.cron).describe(locale)}</strong>
      </p>
      <p class="soft small">
        {fires.length === 1
          ? t("Next fire in {zone}", { zone: schedule.zone })
          : t("Next {count} fires in {zone}", { count: fires.length, zone: schedule.zone })}
        {props.zoneNote ? ` (${props.zoneNote})` : ""}:
      </p>
      <ol class="fires">
        {fires.map((fire) => (
          <li>
            <time datetime={new Date(fire).toISOString()} title={new Date(fire).toISOString()}>
              {localTime(fire, schedule.zone, locale)}
            </time>{" "}
            <span class="soft small">
              <Relative at={fire} now={now} />
              {localTime(fire, zone, locale) === localTime(fire, schedule.zone, locale)
                ? null
                : ` · ${localTime(fire, zone, locale)} ${zone}`}
            </span>
          </li>
        ))}
      </ol>
      {closest < CLOSE_MS ? (
        <p class="notice warn">
          {t("This fires every {time}. Less than a minute apart is seldom needed and costs a run each time.", {
            time: duration(closest),
          })}
        </p>
      ) : null}
    </>
  );
}

/** What {@link NextFire} needs of a job. */
interface FiringJob {
  readonly cron: string | null;
  readonly active: boolean;
  readonly policies: { readonly transitions: "safe" | "quartz" };
  /** Of the trigger that fires next: the next fire that is not planned yet, and its zone. */
  readonly nextFireAt: number | null;
  readonly nextTimeZone: string | null;
}

/**
 * When a job fires next. The tick plans two minutes ahead and moves its trigger on, so what is planned already is worked out
 * from the expression.
 */
function nextFireOf(job: FiringJob & { readonly cron: string }, now: number): number | null {
  if (job.nextTimeZone === null || expressionWords(job.cron, "en") === null) return job.nextFireAt;
  const [soonest] = nextFires(
    { cron: job.cron, zone: job.nextTimeZone, transitions: job.policies.transitions },
    now,
    1,
  );
  return Math.min(job.nextFireAt ?? Number.POSITIVE_INFINITY, soonest ?? Number.POSITIVE_INFINITY);
}

/** When a job fires next, in the zone of the trigger that does; or why it does not. */
export function NextFire(props: { job: FiringJob; now: number }) {
  const { t } = useReader();
  const { job, now } = props;
  const { cron } = job;
  if (cron === null) return <span class="soft">{t("manual")}</span>;
  if (!job.active) return <span class="soft">{t("inactive")}</span>;
  const at = nextFireOf({ ...job, cron }, now);
  if (at === null || !Number.isFinite(at)) return <span class="soft">{t("none to come")}</span>;
  return <Time at={at} zone={job.nextTimeZone ?? "UTC"} now={now} />;
}
