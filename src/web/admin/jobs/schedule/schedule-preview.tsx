import type { PlanWarnings } from "../../../../administration/plan/plan.ts";
import { type JobPolicies, policyWords } from "../../../../control/jobs/policies.ts";
import { isZoneKnown, QuartzExpression } from "../../../../quartz/index.ts";
import { useReader } from "../../../reader/reader.ts";
import { FireTable, type ShownClock } from "./fire-table.tsx";
import { PlanWarningNotice } from "./plan-warnings.tsx";

/** Id of the region of the form that holds the preview; the script fills it while the reader types. */
export const PREVIEW_ID = "schedule-preview";

/** Fires that the preview shows. */
const FIRES = 10;

/** What an input that may be saved would do. */
export interface SchedulePlan extends Omit<ShownClock, "cron"> {
  /** Valid: it was checked just now. Null: nothing fires by the clock. */
  readonly cron: string | null;
  /** The job that it follows instead; null: none. */
  readonly after: number | null;
  readonly policies: JobPolicies;
  readonly warnings: PlanWarnings;
}

/** What an expression and its policies mean: words, the next ten fires with changes of clocks, lint, policies, neighbours. */
export function SchedulePreview(props: { plan: SchedulePlan; now: number }) {
  const { t } = useReader();
  const { plan, now } = props;
  const { cron } = plan;
  return (
    <>
      {cron === null ? (
        <p>
          {plan.after === null
            ? t("Started by hand only.")
            : t("Starts when job {id} has ended.", { id: String(plan.after) })}
        </p>
      ) : (
        <FireTable shown={{ ...plan, cron }} count={FIRES} now={now} />
      )}
      {cron === null ? null : <Findings cron={cron} plan={plan} now={now} />}
      <PlanWarningNotice warnings={plan.warnings} />
      <details id={`${PREVIEW_ID}-policies`}>
        <summary>{t("What happens when it is late, overlaps or fails")}</summary>
        <ul class="small">
          {policyWords(plan.policies).map((words) => (
            <li>{t.told(words)}</li>
          ))}
        </ul>
      </details>
    </>
  );
}

function Findings(props: { cron: string; plan: SchedulePlan; now: number }) {
  const { t, locale } = useReader();
  const { cron, plan, now } = props;
  if (!isZoneKnown(plan.zone)) return null;
  const findings = QuartzExpression.parse(cron).lint(plan.zone, now, plan.options);
  if (findings.length === 0) return null;
  const words = { error: t("Mistake"), warning: t("Mind"), info: t("Note") };
  return (
    <ul class="small">
      {findings.map(({ severity, messages }) => (
        <li>
          <strong>{words[severity]}:</strong> {messages[locale]}.
        </li>
      ))}
    </ul>
  );
}
