import { readHolidays } from "../../../../administration/clients/clients.ts";
import { type CheckedJob, checkJob, type Problem } from "../../../../administration/jobs/job-input.ts";
import { minimumPeriod } from "../../../../administration/jobs/jobs.ts";
import { listBlackouts } from "../../../../administration/pauses/blackouts.ts";
import { readWarnings } from "../../../../administration/plan/plan-warnings.ts";
import { type ClientChoice, readClientChoices } from "../../../../control/clients/client-records.ts";
import { calendarOf } from "../../../../control/jobs/calendar.ts";
import { listPauses } from "../../../../control/jobs/pauses.ts";
import { jobPolicies } from "../../../../control/jobs/policies.ts";
import type { Processor } from "../../../../processors/contract.ts";
import { type FireOptions, QuartzExpression, UnknownZoneError } from "../../../../quartz/index.ts";
import type { Sites } from "../../../../scheduler/align.ts";
import type { Ports } from "../../../ports.ts";
import { useReader } from "../../../reader/reader.ts";
import type { Translate } from "../../../words/translate.ts";
import type { SchedulePlan } from "./schedule-preview.tsx";

/** Who looks at a plan. */
interface View {
  readonly t: Translate;
  /** Everything is stopped. */
  readonly stopped: boolean;
}

/** The active client that fires first of those that a clock serves, each in its own zone; undefined: none. A zone is asked once. */
function firstOf(cron: string, clients: readonly ClientChoice[], transitions: "safe" | "quartz", now: number) {
  const expression = QuartzExpression.parse(cron);
  const asked = new Set<string>();
  let first: { readonly client: ClientChoice; readonly at: number } | undefined;
  for (const client of clients) {
    if (client.status !== "active" || asked.has(client.timeZone)) continue;
    asked.add(client.timeZone);
    const at = nextOrNull(expression, now, client.timeZone, { transitions });
    if (at !== null && (first === undefined || at < first.at)) first = { client, at };
  }
  return first?.client;
}

const optionsOf = (transitions: "safe" | "quartz", holidays: readonly string[]): FireOptions => {
  const calendar = calendarOf(holidays);
  return { transitions, ...(calendar ? { calendar } : {}) };
};

/** Null too for a zone that this host does not know. */
function nextOrNull(expression: QuartzExpression, now: number, zone: string, options: FireOptions): number | null {
  try {
    return expression.next(now, zone, options);
  } catch (error) {
    if (error instanceof UnknownZoneError) return null;
    throw error;
  }
}

/** What a job that may be saved would do. @param id of the stored job; null for a new one */
async function planOf(
  ports: Ports,
  job: CheckedJob,
  processor: Processor,
  sites: Sites,
  id: number | null,
  { stopped }: View,
): Promise<SchedulePlan> {
  const { control } = ports;
  const now = ports.now();
  const { cron, policies } = job;
  const own = sites.clients.find((one) => one.id === job.clientId);
  const forEach = job.timeZone === null && !own && processor.scope === "client";
  // Where they are too many for a list, the system's zone stands for theirs.
  const served = forEach && cron !== null ? await readClientChoices(control) : null;
  const first = served && cron !== null ? firstOf(cron, served, policies.transitions, now) : undefined;
  const client = own ?? first;
  const zone = job.timeZone ?? client?.timeZone ?? sites.systemTimeZone;
  const [warnings, holidays, blackouts, pauses] = await Promise.all([
    readWarnings(ports, { ...job, id }, zone, now),
    first && cron?.toUpperCase().includes("C")
      ? readHolidays(ports, first.id).then((all) => all.map(({ day }) => day))
      : (own?.holidays ?? []),
    listBlackouts(control, now, client?.id ?? 0),
    id === null ? [] : listPauses(control, now, id),
  ]);
  return {
    cron,
    after: job.after?.jobId ?? null,
    zone,
    first: first?.name ?? null,
    options: optionsOf(policies.transitions, holidays),
    holds: { pause: pauses.find(({ clientId }) => clientId === (client?.id ?? 0)) ?? null, blackouts },
    idle: stopped ? "stopped" : !job.active ? "inactive" : own && !own.active ? "client" : null,
    policies,
    warnings,
  };
}

/** Checks the whole input of a form, and says what it would do. */
export async function checkedPlan(
  ports: Ports,
  input: object,
  processor: Processor,
  sites: Sites,
  id: number | null,
  view: View,
): Promise<{ ok: true; plan: SchedulePlan } | { ok: false; problems: readonly Problem[] }> {
  const check = checkJob(input, ports.catalogue, sites, await minimumPeriod(ports.control), ports.now(), id);
  if (!check.ok) return check;
  return { ok: true, plan: await planOf(ports, check.job, processor, sites, id, view) };
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
  sites: Sites,
  id: number | null,
  view: View,
): Promise<SchedulePlan | { readonly problem: string }> {
  const period = await minimumPeriod(ports.control);
  const suggested = { misfire: processor.misfire ?? "once" };
  const given = jobPolicies.safeParse({ ...suggested, ...(input.policies as object) });
  const clientId = sites.clients.some((client) => client.id === input.clientId) ? Number(input.clientId) : 0;
  const policies = given.data ?? jobPolicies.parse(suggested);
  const job = {
    name:
      String(input.name ?? "")
        .trim()
        .slice(0, 200) || view.t("This job"),
    processor: processor.id,
    clientId,
    cron: input.cron ?? null,
    timeZone: input.timeZone ?? null,
    active: input.active !== false,
    after: input.after ?? null,
    policies,
  };
  const check = checkJob(job, ports.catalogue, sites, period, ports.now(), id);
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
  return planOf(ports, checked, processor, sites, id, view);
}

/** What is wrong with the clock of a form, while the reader types. */
export function ExpressionProblem(props: { message: string }) {
  const { t } = useReader();
  return (
    <p class="problem">
      <span class="unseen">{t("Error:")} </span>
      {props.message}
    </p>
  );
}
