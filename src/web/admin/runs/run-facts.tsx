import { policyWords } from "../../../control/jobs/policies.ts";
import { isTerminal } from "../../../control/runs/run-state.ts";
import type { Run } from "../../../control/runs/runs.ts";
import type { Processor } from "../../../processors/contract.ts";
import { ParameterFacts } from "../../page/parameter-facts.tsx";
import { useReader } from "../../reader/reader.ts";
import { Time } from "../../reader/time.tsx";
import { ProcessorName } from "../parts/processor-name.tsx";
import { kindWords, runTime } from "../parts/run-columns.tsx";

/**
 * What is known of a run, as a list of terms.
 *
 * @param props.steps committed so far; null: not known
 * @param props.processor null: this release does not have it
 */
export function RunFacts(props: {
  run: Run;
  clientName: string;
  now: number;
  steps: number | null;
  processor: Processor | null;
}) {
  const reader = useReader();
  const { t } = reader;
  const { run, now, steps } = props;
  const took = runTime(run, now);
  return (
    <dl class="facts">
      <dt>{t("Job")}</dt>
      <dd>
        <a href={`/admin/jobs/${run.jobId}`}>{run.jobName}</a>
      </dd>
      <dt>{t("Processor")}</dt>
      <dd>
        <ProcessorName id={run.processor} processor={props.processor} path={`/admin/processors/${run.processor}`} />
        {run.load === "heavy" ? <span class="tag">{t("heavy")}</span> : null}
      </dd>
      <dt>{t("Client")}</dt>
      <dd>
        {props.clientName}
        {run.nodeId === "" ? "" : `, ${t("node {id}", { id: run.nodeId })}`}
      </dd>
      <dt>{t("Started by")}</dt>
      <dd>
        {t(kindWords[run.kind])}
        {run.requestedBy ? t(", asked for by {name}", { name: run.requestedBy }) : ""}
      </dd>
      <dt>{t("Time zone")}</dt>
      <dd>{run.timeZone}</dd>
      {run.occurrences > 1 ? (
        <>
          <dt>{t("Stands for")}</dt>
          <dd>
            {run.occurrences >= 10_000
              ? t("at least {count} planned moments", { count: run.occurrences })
              : t("{count} planned moments", { count: run.occurrences })}
            {run.untilAt === null ? "" : t(", the last on {time}", { time: reader.moment(run.untilAt) })}
          </dd>
        </>
      ) : null}
      {run.asOf === null ? null : (
        <>
          <dt>{t("Works on the day")}</dt>
          <dd>{run.asOf}</dd>
        </>
      )}
      {isTerminal(run.state) || run.notBeforeAt === null ? null : (
        <>
          <dt>{t("Not before")}</dt>
          <dd>
            <Time at={run.notBeforeAt} zone={run.timeZone} bare />
          </dd>
        </>
      )}
      {took === null ? null : (
        <>
          <dt>{t("Took")}</dt>
          <dd>{reader.duration(took)}</dd>
        </>
      )}
      {run.attempt > 0 ? (
        <>
          <dt>{t("Attempt")}</dt>
          <dd>{t("{attempt} of {attempts}", { attempt: run.attempt, attempts: run.policies.attempts })}</dd>
        </>
      ) : null}
      {steps === null ? null : (
        <>
          <dt>{t("Steps")}</dt>
          <dd>{reader.number(steps)}</dd>
        </>
      )}
      {run.reason === null ? null : (
        <>
          <dt>{t("Reason")}</dt>
          <dd>
            <code>{run.reason}</code>
          </dd>
        </>
      )}
    </dl>
  );
}

/** The parameters that a run was given. */
export function RunParameters(props: { run: Run }) {
  const { t } = useReader();
  const { parameters } = props.run;
  if (Object.keys(parameters).length === 0) return <p class="soft">{t("None: the processor's own values hold.")}</p>;
  return <ParameterFacts parameters={parameters} />;
}

/** The policies under which a run was planned, in words. */
export function RunPolicies(props: { run: Run }) {
  const { t } = useReader();
  return (
    <ul>
      {policyWords(props.run.policies).map((sentence) => (
        <li>{t.told(sentence)}</li>
      ))}
    </ul>
  );
}
