import type { Contradiction, Meeting, PlanWarnings } from "../../../../administration/plan/plan.ts";
import type { PlannedJob } from "../../../../control/jobs/planned-jobs.ts";
import { useReader } from "../../../reader/reader.ts";
import { clockTime, localTime } from "../../../reader/time-words.ts";

/** More warnings of one kind than this are counted only. */
const SHOWN = 10;

/** What is wrong with a job beside its neighbours, or nothing. It keeps no administrator from saving. */
export function PlanWarningNotice(props: { warnings: PlanWarnings }) {
  const { t } = useReader();
  const { meetings, contradictions } = props.warnings;
  if (meetings.length + contradictions.length === 0) return null;
  return (
    <div class="notice warn">
      <h2>{t("Worth a look: other jobs of the same client")}</h2>
      <WarningList {...props.warnings} />
    </div>
  );
}

/** The same as sentences, each with links to the jobs that it names. */
export function WarningList(props: PlanWarnings) {
  const { t } = useReader();
  const { meetings, contradictions } = props;
  const more = Math.max(0, meetings.length - SHOWN) + Math.max(0, contradictions.length - SHOWN);
  return (
    <ul>
      {contradictions.slice(0, SHOWN).map((one) => (
        <li>
          <ContradictionWords contradiction={one} />
        </li>
      ))}
      {meetings.slice(0, SHOWN).map((one) => (
        <li>
          <MeetingWords meeting={one} />
        </li>
      ))}
      {more > 0 ? <li>{t("and {count} more", { count: more })}</li> : null}
    </ul>
  );
}

/** A job by its name; one that is not stored yet has no page. */
export function JobLink(props: { job: PlannedJob }) {
  const { jobId, name } = props.job;
  return jobId === 0 ? <strong>{name}</strong> : <a href={`/admin/jobs/${jobId}`}>{name}</a>;
}

function MeetingWords(props: { meeting: Meeting }) {
  const { t, locale } = useReader();
  const { one, other, oneAt, otherAt, times } = props.meeting;
  return (
    <>
      {t.rich(
        "Both are heavy and start within 15 minutes of each other: {one} on {oneTime}, {other} at {otherTime} ({zone}); {often}. One of them waits.",
        {
          one: <JobLink job={one} />,
          other: <JobLink job={other} />,
          oneTime: localTime(oneAt, one.timeZone, locale),
          otherTime: clockTime(otherAt, one.timeZone),
          zone: one.timeZone,
          often: t.count(times, "once among the next 20 fires", "{count} times among the next 20 fires"),
        },
      )}
    </>
  );
}

function ContradictionWords(props: { contradiction: Contradiction }) {
  const { t, locale } = useReader();
  const { earlier, later, earlierAt, laterAt } = props.contradiction;
  return (
    <>
      {t.rich(
        "{later} builds on {earlier} and should come after it, but fires before it: on {laterTime}, while {earlier} follows at {earlierTime} ({zone}).",
        {
          later: <JobLink job={later} />,
          earlier: <JobLink job={earlier} />,
          laterTime: localTime(laterAt, later.timeZone, locale),
          earlierTime: clockTime(earlierAt, later.timeZone),
          zone: later.timeZone,
        },
      )}
    </>
  );
}
