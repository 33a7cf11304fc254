import { z } from "zod";
import { type JobPolicies, jobPolicies } from "../../control/jobs/policies.ts";
import type { Catalogue } from "../../processors/catalogue.ts";
import { parameterSchema } from "../../processors/parameters.ts";
import { QuartzExpression, QuartzSyntaxError } from "../../quartz/index.ts";
import type { Sites } from "../../scheduler/align.ts";
import { isTimeZone, knownZone } from "../../time/day.ts";
import { inputWords } from "../input-words.ts";

/** What an administrator gives for a job, before it is checked against catalogue, clients and clock. */
export const jobFields = z.strictObject({
  name: z.string().trim().min(1, "Give the job a name").max(200, "Use at most 200 characters"),
  description: z.string().trim().max(2000).default(""),
  processor: z.string().min(1, "Choose a processor"),
  clientId: z.int().min(0).default(0).describe("0 for all clients, or for the platform"),
  cron: z.string().trim().max(120, "An expression has at most 120 characters").nullable().default(null),
  timeZone: z.string().trim().nullable().default(null).describe("IANA zone; empty for the zone of each client"),
  parameters: z.record(z.string(), z.unknown()).default({}),
  active: z.boolean().default(true),
  executeOnEachNode: z.boolean().default(false),
  policies: z.record(z.string(), z.unknown()).default({}).describe("What is not given is as the processor suggests"),
  after: z
    .strictObject({ jobId: z.int().min(1), condition: z.enum(["ok", "ended"]).default("ok") })
    .nullable()
    .default(null)
    .describe("The job that this one follows; it then has no expression of its own"),
});
export type JobFields = z.input<typeof jobFields>;

/** A job that may be saved. `parameters` has every default filled in. */
export type CheckedJob = Omit<z.output<typeof jobFields>, "policies"> & {
  policies: JobPolicies;
  load: "light" | "heavy";
  customised: boolean;
};

/** What is wrong with one field, and how to mend it. `field` is a path: `cron`, `parameters.graceDays`. */
export interface Problem {
  readonly field: string;
  readonly message: string;
}

export type JobCheck =
  | { readonly ok: true; readonly job: CheckedJob }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** What a schema refused, by field. @param prefix path of what was checked: `parameters` */
export function problemsOf(error: z.ZodError, prefix = ""): Problem[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        field: [prefix, ...issue.path, key].filter((part) => part !== "").join("."),
        message: `There is no parameter "${key}"; remove it or correct its name`,
      }));
    }
    return [{ field: [prefix, ...issue.path].filter((part) => part !== "").join("."), message: issue.message }];
  });
}

/** Fires looked at when an expression is checked for its shortest period. */
const PERIOD_SAMPLES = 120;

function checkCron(
  cron: string,
  zone: string,
  transitions: "safe" | "quartz",
  minimumSeconds: number,
  now: number,
): string | null {
  let expression: QuartzExpression;
  try {
    expression = QuartzExpression.parse(cron);
  } catch (error) {
    if (error instanceof QuartzSyntaxError) return error.message;
    throw error;
  }
  let at = expression.next(now, zone, { transitions });
  if (at === null) return "This expression never fires again; choose a day and year to come";
  for (let sample = 0; sample < PERIOD_SAMPLES; sample += 1) {
    const following: number | null = expression.next(at, zone, { transitions });
    if (following === null) break;
    if (following - at < minimumSeconds * 1000) {
      return `This fires every ${(following - at) / 1000} s; the shortest period allowed here is ${minimumSeconds} s`;
    }
    at = following;
  }
  return null;
}

/** What is wrong with "after job X": no such job, a clock beside it, or a circle. */
function chainProblems(fields: z.output<typeof jobFields>, sites: Sites, jobId: number | null): Problem[] {
  if (fields.after === null) return [];
  if (fields.cron !== null && fields.cron !== "") {
    return [{ field: "after", message: "A job has either an expression or a job that it follows; empty one of them" }];
  }
  const path: number[] = [];
  for (let at: number | undefined = fields.after.jobId; at !== undefined; at = sites.chains.get(at) ?? undefined) {
    if (!sites.chains.has(at)) {
      return path.length > 0 ? [] : [{ field: "after", message: `There is no job ${at}; choose one of the list` }];
    }
    if (at === jobId || path.includes(at)) {
      const circle = [jobId ?? "this job", ...path, at].join(" after ");
      return [{ field: "after", message: `This would run in a circle (${circle}); choose another job` }];
    }
    path.push(at);
  }
  return [];
}

/**
 * Checks a job whole before anything is saved: fields, processor, client, zone, expression (Quartz syntax, a fire to come,
 * the shortest period), parameters, nodes. Answers every problem at once.
 *
 * @param jobId of the stored job that is being changed; null for a new one
 * @param minimumPeriodSeconds setting `minPeriodSeconds`, default 10
 * @param now ms
 */
export function checkJob(
  input: unknown,
  catalogue: Catalogue,
  sites: Sites,
  minimumPeriodSeconds: number,
  now: number,
  jobId: number | null = null,
): JobCheck {
  const parsed = jobFields.safeParse(input, { error: inputWords });
  if (!parsed.success) return { ok: false, problems: problemsOf(parsed.error) };
  const fields = parsed.data;
  const problems: Problem[] = [];
  const processor = catalogue.find(fields.processor);
  if (!processor) {
    problems.push({
      field: "processor",
      message: `There is no processor "${fields.processor}"; choose one of the list`,
    });
    return { ok: false, problems };
  }
  const client = sites.clients.find((one) => one.id === fields.clientId);
  if (processor.scope !== "client" && fields.clientId !== 0) {
    problems.push({ field: "clientId", message: `${processor.id} works for the platform; leave the client empty` });
  } else if (fields.clientId !== 0 && !client) {
    problems.push({
      field: "clientId",
      message: `There is no client ${fields.clientId}; choose one of the list or all clients`,
    });
  }
  const suggested = { misfire: processor.misfire ?? "once" };
  const policies = jobPolicies.safeParse({ ...suggested, ...fields.policies }, { error: inputWords });
  if (!policies.success) problems.push(...problemsOf(policies.error, "policies"));
  problems.push(...chainProblems(fields, sites, jobId));
  if (fields.timeZone === "") fields.timeZone = null;
  const zoneKnown = fields.timeZone === null || isTimeZone(fields.timeZone);
  if (!zoneKnown) {
    problems.push({
      field: "timeZone",
      message: `There is no time zone "${fields.timeZone}"; use an IANA name such as Europe/Berlin, or leave it empty for the client's`,
    });
  }
  if (fields.cron === "") fields.cron = null;
  if (fields.cron !== null) {
    // A stored zone that this host does not know is no reason to refuse: whether it fires at all is the same in any other.
    const zone = knownZone((zoneKnown ? fields.timeZone : null) ?? client?.timeZone ?? sites.systemTimeZone);
    const minimum = Math.max(minimumPeriodSeconds, processor.minimumPeriodSeconds ?? 0);
    const problem = checkCron(fields.cron, zone, policies.data?.transitions ?? "safe", minimum, now);
    if (problem) problems.push({ field: "cron", message: problem });
  }
  if (fields.executeOnEachNode && processor.scope !== "node") {
    problems.push({ field: "executeOnEachNode", message: `${processor.id} does not run on nodes; clear the tick` });
  }
  if (processor.eachNode && !fields.executeOnEachNode && sites.nodes.length > 1) {
    problems.push({
      field: "executeOnEachNode",
      message: `There are ${sites.nodes.length} nodes; tick "execute on each node", or some would keep old texts`,
    });
  }
  const parameters = parameterSchema(processor).safeParse(fields.parameters, { error: inputWords });
  if (!parameters.success) problems.push(...problemsOf(parameters.error, "parameters"));
  if (problems.length > 0 || !parameters.success || !policies.success) return { ok: false, problems };
  const customised =
    fields.cron !== processor.suggestedCron ||
    JSON.stringify(policies.data) !== JSON.stringify(jobPolicies.parse(suggested)) ||
    fields.timeZone !== null ||
    // A required parameter has no suggested value, so a job that gives it differs.
    JSON.stringify(parameters.data) !== JSON.stringify(parameterSchema(processor).safeParse({}).data);
  return {
    ok: true,
    job: { ...fields, parameters: parameters.data, policies: policies.data, load: processor.load, customised },
  };
}
