import type { Blackout } from "../../../administration/pauses/blackouts.ts";
import { holdAt } from "../../../administration/pauses/holds.ts";
import { type Plan, WINDOW_MS } from "../../../administration/plan/plan.ts";
import type { PlannedJob } from "../../../control/jobs/planned-jobs.ts";
import { useReader } from "../../reader/reader.ts";
import { clockTime, localTime } from "../../reader/time-words.ts";

/** Jobs that the line has room for; the table has them all. */
const LANES = 30;

const HOUR_MS = 3_600_000;
const LEFT = 210;
const WIDTH = 960;
const TOP = 24;
const LANE = 22;

const shortened = (name: string) => (name.length > 30 ? `${name.slice(0, 29)}…` : name);

/** A pause without an end reaches beyond every window, so its end need not be told apart. */
const pauseOf = ({ pausedUntil }: PlannedJob) => (pausedUntil === null ? null : { until: pausedUntil, note: "" });

interface Lane {
  readonly job: PlannedJob;
  readonly fires: readonly number[];
  /** First and last fire of a job that fires too often for a mark each. */
  readonly band: readonly [number, number] | null;
}

/** The jobs of a plan, those that fire first on top. */
function lanesOf(plan: Plan): Lane[] {
  const byJob = Map.groupBy(plan.fires, ({ job }) => job);
  const single = [...byJob].map(([job, fires]) => ({ job, fires: fires.map(({ at }) => at), band: null }));
  const frequent = plan.frequent.map(({ job, first, last }) => ({ job, fires: [], band: [first, last] as const }));
  return [...single, ...frequent];
}

/**
 * A plan as a picture: a line for each job, 24 hours wide. Heavy jobs are bars, light ones dots; the table beside it says the
 * same in words.
 */
export function PlanLine(props: {
  plan: Plan;
  now: number;
  zone: string;
  blackouts: readonly Blackout[];
  stopped: boolean;
}) {
  const { t, locale } = useReader();
  const { plan, now, zone, stopped } = props;
  const all = lanesOf(plan);
  const lanes = all.slice(0, LANES);
  if (lanes.length === 0) return null;
  const height = TOP + lanes.length * LANE + 6;
  const xOf = (at: number) => Math.round(LEFT + ((at - now) / WINDOW_MS) * (WIDTH - LEFT - 10));
  const blackouts = props.blackouts.filter(({ startsAt, endsAt }) => startsAt < now + WINDOW_MS && endsAt > now);
  const isHeld = (job: PlannedJob, at: number) => stopped || holdAt({ pause: pauseOf(job), blackouts }, at) !== null;
  const blackoutWords = ({ startsAt, endsAt, note }: Blackout) => {
    const span = { from: localTime(startsAt, zone, locale), until: localTime(endsAt, zone, locale) };
    return note === ""
      ? t("Blackout from {from} until {until}", span)
      : t("Blackout from {from} until {until}: {note}", { ...span, note });
  };
  const firstHour = Math.ceil(now / HOUR_MS) * HOUR_MS;
  const hours = Array.from({ length: 12 }, (_, index) => firstHour + index * 2 * HOUR_MS);
  return (
    <>
      {/* On a narrow screen it is moved sideways, by keyboard too. */}
      <div class="panel">
        <section class="line" aria-label={t("The next 24 hours as a picture")} tabindex={0}>
          <svg role="img" viewBox={`0 0 ${WIDTH} ${height}`} aria-labelledby="plan-title plan-words">
            <title id="plan-title">{t("The next 24 hours as a picture")}</title>
            <desc id="plan-words">
              {t("{fires} fires of {jobs} jobs from {from} on, in {zone}. The table below has them one by one.", {
                fires: plan.fires.length + plan.frequent.reduce((sum, { count }) => sum + count, 0),
                jobs: all.length,
                from: localTime(now, zone, locale),
                zone,
              })}
            </desc>
            {blackouts.map((blackout) => {
              const [from, until] = [Math.max(blackout.startsAt, now), Math.min(blackout.endsAt, now + WINDOW_MS)];
              return (
                <rect
                  class="blackout"
                  x={xOf(from)}
                  y={TOP - 4}
                  width={xOf(until) - xOf(from)}
                  height={height - TOP + 2}
                >
                  <title>{blackoutWords(blackout)}</title>
                </rect>
              );
            })}
            {hours.map((at) => (
              <>
                <line class="grid" x1={xOf(at)} x2={xOf(at)} y1={TOP - 4} y2={height} />
                <text x={xOf(at)} y={14} text-anchor="middle">
                  {clockTime(at, zone).slice(0, 5)}
                </text>
              </>
            ))}
            {lanes.map(({ job, fires, band }, index) => {
              const y = TOP + index * LANE + LANE / 2;
              const heavy = job.load === "heavy";
              return (
                <g class={heavy ? "heavy" : "light"}>
                  <text x={0} y={y + 4}>
                    {shortened(job.name)}
                  </text>
                  {band ? (
                    <rect
                      class={stopped || job.pausedUntil !== null ? "held" : undefined}
                      x={xOf(band[0])}
                      y={y - 2}
                      width={xOf(band[1]) - xOf(band[0])}
                      height={4}
                    />
                  ) : null}
                  {fires.map((at) =>
                    heavy ? (
                      <rect
                        class={isHeld(job, at) ? "held" : undefined}
                        x={xOf(at) - 3}
                        y={y - 8}
                        width={6}
                        height={16}
                      />
                    ) : (
                      <circle class={isHeld(job, at) ? "held" : undefined} cx={xOf(at)} cy={y} r={4} />
                    ),
                  )}
                </g>
              );
            })}
          </svg>
        </section>
      </div>
      <p class="soft small">
        {t("Bars are heavy jobs, dots light ones; a line is a job that fires often. What is hollow does not start.")}{" "}
        {all.length > LANES ? t("The picture shows the first {count} jobs; the table has all.", { count: LANES }) : ""}
      </p>
      {blackouts.length === 0 ? null : (
        <ul class="small">
          {blackouts.map((blackout) => (
            <li>{blackoutWords(blackout)}</li>
          ))}
        </ul>
      )}
    </>
  );
}
