import { z } from "zod";
import { type AdminChange, recordChanges } from "../../control/audit-trail.ts";
import { isClientMoving } from "../../control/clients/moves.ts";
import { filtersSchema } from "../../learning/reports/report.ts";
import {
  deleteSubscription,
  insertSubscription,
  readReferences,
  readSubscription,
  type SubscriptionRow,
  updateSubscription,
} from "../../learning/reports/subscription-list.ts";
import type { Database } from "../../store/database.ts";
import { type Invalid, invalid, readFields } from "../problems.ts";

/** What an administrator says of a report subscription for a group or for the whole client. */
export const subscriptionSchema = z
  .strictObject({
    reportId: z.int("Choose a report").min(1, "Choose a report").describe("Id of the report"),
    audience: z.enum(["group", "client"]).describe("Whether a group or everybody of the client gets it"),
    groupId: z.int("Enter the number of a group").min(1, "Enter the number of a group").nullable().default(null),
    schedule: z.enum(["daily", "weekdays", "monthly"]).default("weekdays"),
    weekdays: z.array(z.int().min(1).max(7)).max(7).default([]).describe("With weekdays: 1 (Sunday) to 7 (Saturday)"),
    monthDay: z.int("Enter a day from 1 to 31").min(1).max(31).nullable().default(null),
    format: z.enum(["csv", "xlsx"]).default("csv"),
    filters: z.record(z.string(), z.unknown()).nullable().default(null),
    skipWhenEmpty: z.boolean().default(false),
    locale: z
      .string()
      .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}$/, "Enter a language such as en or de-AT")
      .default("en"),
    active: z.boolean().default(true),
  })
  .superRefine(({ audience, groupId, schedule, weekdays, monthDay }, context) => {
    const problem = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    if (audience === "group" && groupId === null) problem("groupId", "Enter the number of the group that gets it");
    if (schedule === "weekdays" && weekdays.length === 0) problem("weekdays", "Choose at least one day");
    if (schedule === "monthly" && monthDay === null) problem("monthDay", "Enter the day of the month, from 1 to 31");
  });
type Fields = z.output<typeof subscriptionSchema>;

/** Whose subscriptions are changed, and where they and the audit are. */
export interface SubscriptionPorts {
  readonly control: Database;
  /** The client's database. */
  readonly store: Database;
  readonly clientId: number;
  /** E-mail address of who does it. */
  readonly actor: string;
  /** ms */
  readonly now: number;
}

/** How a change ended. */
export type SubscriptionResult =
  | { readonly state: "saved"; readonly id: number }
  | Invalid
  | { readonly state: "missing" }
  /** It is a person's own: that person changes it, an administrator can only delete it. */
  | { readonly state: "own" }
  /** Another administrator has changed it since. */
  | { readonly state: "conflict" }
  /** The client's data is being moved to another database. */
  | { readonly state: "moving" };

/** The row of what was entered: what a choice makes meaningless is emptied, so that it does not come back with another choice. */
function rowOf({ audience, groupId, schedule, weekdays, monthDay, filters, ...rest }: Fields): SubscriptionRow {
  return {
    ...rest,
    audience,
    groupId: audience === "group" ? groupId : null,
    schedule,
    weekdays: JSON.stringify(schedule === "weekdays" ? [...new Set(weekdays)].toSorted((a, b) => a - b) : []),
    monthDay: schedule === "monthly" ? monthDay : null,
    filters: filters === null ? null : JSON.stringify(filters),
  };
}

/** Checks what was entered, also against the client's reports and groups. */
async function check(
  { store, clientId }: SubscriptionPorts,
  input: unknown,
): Promise<{ readonly state: "valid"; readonly row: SubscriptionRow } | Invalid> {
  const checked = readFields(subscriptionSchema, input, "A subscription");
  if (checked.state === "invalid") return checked;
  const { fields } = checked;
  const { reportKey, hasGroup } = await readReferences(store, clientId, fields);
  if (reportKey === null) return invalid("reportId", "The client has no such report; choose another");
  if (fields.audience === "group" && !hasGroup) return invalid("groupId", "The client has no group of this number");
  const filters = z.strictObject({ filters: filtersSchema(reportKey).nullable() });
  const judged = readFields(filters, { filters: fields.filters }, "A subscription");
  return judged.state === "invalid" ? judged : { state: "valid", row: rowOf(fields) };
}

/** Yes and no are stored as 1 and 0. */
const asStored = (value: unknown) => (typeof value === "boolean" ? Number(value) : value);

const record = (ports: SubscriptionPorts, id: number, change: Pick<AdminChange, "action" | "before" | "after">) =>
  ports.control.execute(
    recordChanges(
      [{ clientId: ports.clientId, actor: ports.actor, entity: "report_subscription", entityId: id, ...change }],
      ports.now,
    ),
  );

/** Adds a subscription for a group or the client. @param input as {@link subscriptionSchema} has it */
export async function createSubscription(ports: SubscriptionPorts, input: unknown): Promise<SubscriptionResult> {
  const checked = await check(ports, input);
  if (checked.state === "invalid") return checked;
  if (await isClientMoving(ports.control, ports.clientId)) return { state: "moving" };
  const { rows } = await ports.store.execute(insertSubscription(ports.clientId, checked.row, ports.now));
  const id = Number(rows[0]?.id);
  await record(ports, id, { action: "create", after: { ...checked.row } });
  return { state: "saved", id };
}

/**
 * Changes a subscription for a group or the client.
 *
 * @param updatedAt of the row that the change was made from
 * @param input as {@link subscriptionSchema} has it
 */
export async function changeSubscription(
  ports: SubscriptionPorts,
  id: number,
  updatedAt: number,
  input: unknown,
): Promise<SubscriptionResult> {
  const { store, clientId, now } = ports;
  const stored = await readSubscription(store, clientId, id);
  if (!stored) return { state: "missing" };
  if (stored.audience === "person") return { state: "own" };
  const checked = await check(ports, input);
  if (checked.state === "invalid") return checked;
  if (await isClientMoving(ports.control, clientId)) return { state: "moving" };
  const done = await store.execute(updateSubscription(clientId, id, checked.row, updatedAt, now));
  if (done.rowsAffected === 0) return { state: "conflict" };
  const changed = (Object.keys(checked.row) as (keyof SubscriptionRow)[]).filter(
    (name) => asStored(stored[name]) !== asStored(checked.row[name]),
  );
  const pick = (from: Pick<typeof stored, keyof SubscriptionRow> | SubscriptionRow) =>
    Object.fromEntries(changed.map((name) => [name, from[name]]));
  if (changed.length > 0) await record(ports, id, { action: "update", before: pick(stored), after: pick(checked.row) });
  return { state: "saved", id };
}

/** Deletes a subscription, also a person's own. One that is gone already is no fault. */
export async function endSubscription(ports: SubscriptionPorts, id: number): Promise<SubscriptionResult> {
  const { store, clientId } = ports;
  const stored = await readSubscription(store, clientId, id);
  if (!stored) return { state: "saved", id };
  if (await isClientMoving(ports.control, clientId)) return { state: "moving" };
  await store.execute(deleteSubscription(clientId, id));
  const { reportId, audience, personId, groupId, schedule } = stored;
  await record(ports, id, { action: "delete", before: { reportId, audience, personId, groupId, schedule } });
  return { state: "saved", id };
}
