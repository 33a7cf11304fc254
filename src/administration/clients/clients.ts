import type { SQL } from "drizzle-orm";
import { z } from "zod";
import { recordChanges } from "../../control/audit-trail.ts";
import { countRevisions, sameRevisions, selectJobs, toJob } from "../../control/jobs/jobs.ts";
import { skipUnstarted } from "../../control/runs/transitions.ts";
import { calendars, clients, jobs as jobRows } from "../../control/schema.ts";
import { alignClient, type ClientJob, hasNoPlatformTrigger, runsForClients } from "../../scheduler/align.ts";
import { readAhead } from "../../scheduler/edit.ts";
import type { Statement } from "../../store/database.ts";
import { select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read, readEach, statement } from "../../store/statement.ts";
import { both, guardedBatch } from "../../store/step/guard.ts";
import { isDay } from "../../time/day.ts";
import type { JobPorts } from "../jobs/jobs.ts";
import { type Invalid, invalid, readFields } from "../problems.ts";

/** The result of a change to a client. */
export type ClientResult =
  | { readonly state: "saved" }
  | Invalid
  /** The client, or a job that serves it, was changed again and again meanwhile. */
  | { readonly state: "conflict" }
  | { readonly state: "missing" };

/** Attempts of a batch that is refused, each with what has changed meanwhile. */
export const TRIES = 5;

/** A client with the jobs that serve it, as they were read. */
export interface ClientState {
  readonly id: number;
  readonly timeZone: string;
  readonly status: string;
  readonly holidays: readonly { readonly day: string; readonly name: string }[];
  /** Jobs that serve it, or would if it were active. */
  readonly jobs: readonly ClientJob[];
  /** Holds as long as client and jobs are as they were read. */
  readonly unchanged: SQL;
}

/** Reads a client and the jobs that serve it; null when there is no such client. */
export async function readClientState({ control, catalogue }: JobPorts, clientId: number): Promise<ClientState | null> {
  const serving = sql`deleted_at IS NULL AND client_id IN (0, ${clientId})`;
  const [[client], holidays, jobs, [last], forClients] = await readEach(control, [
    select(clients, ["timeZone", "status"], sql`WHERE id = ${clientId}`),
    selectHolidays(clientId),
    selectJobs(sql`WHERE ${serving} ORDER BY id`),
    countRevisions(serving),
    select(jobRows, ["id"], sql`WHERE ${serving} AND ${hasNoPlatformTrigger}`),
  ]);
  if (!client) return null;
  const { timeZone, status } = client;
  return {
    id: clientId,
    timeZone,
    status,
    holidays,
    jobs: jobs
      .filter((job) => runsForClients(job, catalogue, forClients))
      .map((row) => ({ ...toJob(row), jobId: row.id })),
    unchanged: both(
      sql`EXISTS (SELECT 1 FROM clients WHERE id = ${clientId} AND status = ${status} AND time_zone = ${timeZone})`,
      sameRevisions(serving, last),
    ),
  };
}

/**
 * Starts or stops a client in one batch. Stopped, it has no triggers: what had come due and not started is skipped as
 * `client_inactive`, what was planned ahead is withdrawn; runs at work go on to their end. Started again, each job goes on
 * from now, and pauses of before are forgotten. The caller wakes the client's runner.
 *
 * @param by the administrator's e-mail address
 * @param now ms
 */
export async function setClientActive(
  ports: JobPorts,
  clientId: number,
  active: boolean,
  by: string,
  now: number,
): Promise<ClientResult> {
  const status = active ? "active" : "inactive";
  for (let tries = 0; tries < TRIES; tries += 1) {
    const client = await readClientState(ports, clientId);
    if (!client) return { state: "missing" };
    if (client.status === status) return { state: "saved" };
    const ahead = await readAhead(ports.control, { clientId }, now);
    const results = await guardedBatch(ports.control, both(client.unchanged, ahead.unchanged), [
      ...ahead.withdraw,
      statement(sql`UPDATE clients SET status = ${status}, updated_at = ${now} WHERE id = ${clientId}`),
      ...(active
        ? [...alignClient({ ...client, holidays: client.holidays.map(({ day }) => day) }, client.jobs, now)]
        : [
            skipUnstarted(sql`client_id = ${clientId}`, NOT_ACTIVE, now),
            statement(sql`DELETE FROM triggers WHERE client_id = ${clientId}`),
          ]),
      recordChanges(
        [
          {
            clientId,
            actor: by,
            entity: "client",
            entityId: clientId,
            action: active ? "start" : "stop",
            before: { status: client.status },
            after: { status },
          },
        ],
        now,
      ),
    ]);
    if (results) return { state: "saved" };
  }
  return { state: "conflict" };
}

const NOT_ACTIVE = { reason: "client_inactive", message: "The client is not active" } as const;

const MOST_DAYS = 1000;
const TOO_MANY_DAYS = "Enter at most 1,000 days; leave out those that have passed";

/** What an administrator gives for the days that a client's calendar leaves out. */
export const holidayFields = z.strictObject({
  days: z
    .array(
      z.strictObject({
        day: z.string().trim().refine(isDay, "Enter a day as YYYY-MM-DD"),
        name: z.string().trim().max(200).default(""),
      }),
    )
    .max(MOST_DAYS, TOO_MANY_DAYS)
    .describe("All holidays of the client; what is not given goes"),
});

type Holidays = readonly { readonly day: string; readonly name: string }[];

/**
 * Saves a client's holidays, all of them, in one batch. Jobs whose expression asks for the calendar (`C`) are planned anew
 * from now; the others stay as they are.
 *
 * @param by the administrator's e-mail address
 * @param now ms
 */
export async function saveHolidays(
  ports: JobPorts,
  clientId: number,
  input: unknown,
  by: string,
  now: number,
): Promise<ClientResult> {
  const given = readFields(holidayFields, input, "A calendar");
  if (given.state === "invalid") return given;
  return await storeHolidays(ports, clientId, () => given.fields.days, by, now);
}

/**
 * Adds holidays to a client's and takes others away, whatever another administrator adds at the same time. A day that is there already
 * gets the new name.
 *
 * @param change.add days as in {@link holidayFields}
 * @param change.remove days to take away; one that is not there is no problem
 * @param by the administrator's e-mail address
 * @param now ms
 */
export async function changeHolidays(
  ports: JobPorts,
  clientId: number,
  change: { readonly add?: unknown; readonly remove?: readonly string[] },
  by: string,
  now: number,
): Promise<ClientResult> {
  const given = readFields(holidayFields, { days: change.add ?? [] }, "A calendar");
  if (given.state === "invalid") return given;
  const added = given.fields.days;
  const gone = new Set([...(change.remove ?? []), ...added.map(({ day }) => day)]);
  const merge = (stored: Holidays) => [...stored.filter(({ day }) => !gone.has(day)), ...added];
  return await storeHolidays(ports, clientId, merge, by, now);
}

async function storeHolidays(
  ports: JobPorts,
  clientId: number,
  become: (stored: Holidays) => Holidays,
  by: string,
  now: number,
): Promise<ClientResult> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const client = await readClientState(ports, clientId);
    if (!client) return { state: "missing" };
    const days = [...become(client.holidays)].sort((a, b) => a.day.localeCompare(b.day));
    const twice = days.find(({ day }, index) => days[index + 1]?.day === day);
    if (twice) return invalid("days", `${twice.day} is there twice; keep one`);
    if (days.length > MOST_DAYS) return invalid("days", TOO_MANY_DAYS);
    const asking = client.jobs.filter(({ cron }) => cron?.toUpperCase().includes("C"));
    const names = (list: Holidays) => Object.fromEntries(list.map(({ day, name }) => [day, name]));
    const unchanged = both(client.unchanged, sameHolidays(clientId, names(client.holidays)));
    const ahead = await readAhead(ports.control, { clientId, jobIds: asking.map(({ jobId }) => jobId) }, now);
    const results = await guardedBatch(ports.control, both(unchanged, ahead.unchanged), [
      ...ahead.withdraw,
      statement(sql`DELETE FROM calendars WHERE client_id = ${clientId}`),
      insertHolidays(clientId, days),
      ...(client.status === "active"
        ? [...alignClient({ ...client, holidays: days.map(({ day }) => day) }, asking, now)]
        : []),
      recordChanges(
        [
          {
            clientId,
            actor: by,
            entity: "calendar",
            entityId: clientId,
            action: "update",
            before: names(client.holidays),
            after: names(days),
          },
        ],
        now,
      ),
    ]);
    if (results) return { state: "saved" };
  }
  return { state: "conflict" };
}

function insertHolidays(clientId: number, days: Holidays): Statement {
  return statement(sql`INSERT INTO calendars (client_id, day, name)
    SELECT ${clientId}, value ->> 'day', value ->> 'name' FROM json_each(${JSON.stringify(days)})`);
}

/** Nothing else tells one state of a calendar from another. @param days names by day, in the order of the days */
function sameHolidays(clientId: number, days: Readonly<Record<string, string>>): SQL {
  return sql`(SELECT json_group_object(day, name) FROM (SELECT day, name FROM calendars WHERE client_id = ${clientId} ORDER BY day))
    = json(${JSON.stringify(days)})`;
}

const selectHolidays = (clientId: number) =>
  select(calendars, ["day", "name"], sql`WHERE client_id = ${clientId} ORDER BY day`);

/** A client's holidays, by day. */
export async function readHolidays({ control }: Pick<JobPorts, "control">, clientId: number): Promise<Holidays> {
  return await read(control, selectHolidays(clientId));
}
