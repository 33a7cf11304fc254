import { calendarOf } from "../../control/calendar.ts";
import { jobPolicies } from "../../control/policies.ts";
import type { Processor } from "../../processors/contract.ts";
import type { Places } from "../../scheduler/align.ts";
import { type CheckedJob, checkJob, type Problem } from "../../scheduler/job-input.ts";
import { minimumPeriod } from "../../scheduler/jobs.ts";
import { readWarnings } from "../../scheduler/plan-warnings.ts";
import type { Ports } from "../ports.ts";
import { useReader } from "../reader.ts";
import type { Translate } from "../words/translate.ts";
import type { SchedulePlan } from "./schedule-preview.tsx";

/** What a job that may be saved would do. @param id of the stored job; null for a new one */
async function planOf(
  ports: Ports,
  job: CheckedJob,
  processor: Processor,
  places: Places,
  id: number | null,
  t: Translate,
): Promise<SchedulePlan> {
  const client = places.clients.find((one) => one.id === job.clientId);
  const zone = job.timeZone ?? client?.timeZone ?? places.systemTimeZone;
  const holidays = client?.holidays ?? [];
  const forEach = job.timeZone === null && !client && processor.scope === "client";
  return {
    cron: job.cron,
    after: job.after?.jobId ?? null,
    zone,
    zoneNote: forEach ? t("each client in its own zone") : undefined,
    calendar: calendarOf(holidays),
    policies: job.policies,
    warnings: await readWarnings(ports, { ...job, id }, zone, ports.now()),
  };
}

/** Checks the whole input of a form, and says what it would do. */
export async function checkedPlan(
  ports: Ports,
  input: object,
  processor: Processor,
  places: Places,
  id: number | null,
  t: Translate,
): Promise<{ ok: true; plan: SchedulePlan } | { ok: false; problems: readonly Problem[] }> {
  const check = checkJob(input, ports.catalogue, places, await minimumPeriod(ports.control), ports.now(), id);
  if (!check.ok) return check;
  return { ok: true, plan: await planOf(ports, check.job, processor, places, id, t) };
}

/**
 * What the clock of a form would do while the rest of it may still be wanting: name and parameters are not looked at, policies
 * that cannot be read are taken as suggested. What is wrong with the clock itself is said.
 */
export async function planOfClock(
  ports: Ports,
  input: {
    readonly name?: unknown;
    readonly cron?: unknown;
    readonly timeZone?: unknown;
    readonly clientId?: unknown;
    readonly policies?: unknown;
    readonly after?: unknown;
    readonly active?: unknown;
  },
  processor: Processor,
  places: Places,
  id: number | null,
  t: Translate,
): Promise<SchedulePlan | { readonly problem: string }> {
  const period = await minimumPeriod(ports.control);
  const suggested = { misfire: processor.misfire ?? "once" };
  const given = jobPolicies.safeParse({ ...suggested, ...(input.policies as object) });
  const clientId = places.clients.some((client) => client.id === input.clientId) ? Number(input.clientId) : 0;
  const policies = given.data ?? jobPolicies.parse(suggested);
  const job = {
    name:
      String(input.name ?? "")
        .trim()
        .slice(0, 200) || t("This job"),
    processor: processor.id,
    clientId,
    cron: input.cron ?? null,
    timeZone: input.timeZone ?? null,
    active: input.active !== false,
    after: input.after ?? null,
    policies,
  };
  const check = checkJob(job, ports.catalogue, places, period, ports.now(), id);
  const problems = check.ok ? [] : check.problems.filter(({ field }) => /^(cron|timeZone|after)\b/.test(field));
  const [first] = problems;
  if (first) return { problem: first.message };
  const { cron, timeZone, active } = job;
  const checked: CheckedJob = {
    ...job,
    description: "",
    cron: typeof cron === "string" && cron.trim() !== "" ? cron.trim() : null,
    timeZone: typeof timeZone === "string" && timeZone.trim() !== "" ? timeZone.trim() : null,
    active,
    executeOnEachNode: false,
    after: check.ok ? check.job.after : null,
    parameters: {},
    load: processor.load,
    customised: false,
  };
  return planOf(ports, checked, processor, places, id, t);
}

/** What is wrong with the clock of a form, while somebody types. */
export function ExpressionProblem(props: { message: string }) {
  const { t } = useReader();
  return (
    <p class="problem">
      <span class="unseen">{t("Error:")} </span>
      {props.message}
    </p>
  );
}
