import { z } from "zod";
import { recordChanges } from "../../control/audit-trail.ts";
import { type ClientRecord, readClientRecord } from "../../control/clients/client-records.ts";
import { clients } from "../../control/schema.ts";
import { alignClient } from "../../scheduler/align.ts";
import { readAhead } from "../../scheduler/edit.ts";
import type { Statement } from "../../store/database.ts";
import { assignments, insert } from "../../store/insert.ts";
import { select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read, statement } from "../../store/statement.ts";
import { both, guardedBatch } from "../../store/step/guard.ts";
import { isTimeZone } from "../../time/day.ts";
import type { JobPorts } from "../jobs/jobs.ts";
import { type Invalid, invalid, readFields } from "../problems.ts";
import { readClientState, TRIES } from "./clients.ts";

function isLocale(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}

/**
 * What an administrator decides about a client (handbook, data: clients and configuration). Its state, holidays and database have
 * ways of their own.
 */
export const clientFields = z
  .strictObject({
    key: z
      .string()
      .trim()
      .regex(/^[a-z][a-z0-9_-]{0,62}$/, "Use small letters, digits, - and _, and begin with a letter"),
    name: z.string().trim().min(1).max(200),
    timeZone: z.string().trim().refine(isTimeZone, "Use an IANA name such as Europe/Berlin"),
    defaultLocale: z.string().trim().refine(isLocale, "Use a language tag such as de or en-GB").default("en"),
    host: z
      .string()
      .trim()
      .toLowerCase()
      .regex(/^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:\d{1,5})?$/, {
        message: "Use a host name such as learn.example.com, without https:// and path",
      })
      .nullable()
      .default(null),
    sitemapEnabled: z.boolean().nullable().default(null),
    licenseAlertEmail: z.email().max(254).nullable().default(null),
    deletionDelayMonths: z.int().min(0).max(120).default(0),
    deletionMode: z.enum(["anonymise", "remove"]).default("anonymise"),
    deactivationMode: z.union([z.literal(0), z.literal(1), z.literal(2)], "Choose one of the list").default(0),
    deactivationDays: z.int().min(1).max(36_500).nullable().default(null),
  })
  .superRefine(({ deactivationMode, deactivationDays }, context) => {
    if (deactivationMode === 0 || deactivationDays !== null) return;
    const message = "Enter the days, or choose that no one is deactivated";
    context.addIssue({ code: "custom", path: ["deactivationDays"], message });
  });
export type ClientFields = z.output<typeof clientFields>;

/** The result of a check of a client's fields. */
export type ClientFieldsResult =
  | { readonly state: "saved"; readonly clientId: number }
  | Invalid
  /** Another administrator changed it since the form was drawn. */
  | { readonly state: "conflict" }
  | { readonly state: "missing" };

const taken = (key: string) => invalid("key", `Another client has the key ${key}; choose another`);

/**
 * Adds a client, inactive: its holidays, connectors and settings can be given before {@link ./clients.ts} starts it.
 *
 * @param by the administrator's e-mail address
 * @param now ms
 */
export async function createClient(
  { control }: JobPorts,
  input: unknown,
  by: string,
  now: number,
): Promise<ClientFieldsResult> {
  const given = readFields(clientFields, input, "A client");
  if (given.state === "invalid") return given;
  const { fields } = given;
  const results = await guardedBatch(control, sql`NOT EXISTS (SELECT 1 FROM clients WHERE key = ${fields.key})`, [
    statement(insert(clients, { ...fields, status: "inactive", createdAt: now, updatedAt: now }, sql`RETURNING id`)),
    recordChanges(
      [{ clientId: 0, actor: by, entity: "client", entityId: null, action: "create", after: { ...fields } }],
      now,
    ),
    // The record belongs to the client itself; its id was not known before.
    statement(sql`UPDATE audit_log SET client_id = entity_id WHERE id = last_insert_rowid()`),
  ]);
  return results ? { state: "saved", clientId: Number(results[0]?.rows[0]?.id) } : taken(fields.key);
}

/**
 * Changes a client's fields in one batch. With another zone, all its triggers go on from now in that zone; what was planned and
 * had not started is withdrawn. The caller wakes the client's runner.
 *
 * @param updatedAt of the record that the form was drawn from
 * @param by the administrator's e-mail address
 * @param now ms
 */
export async function updateClient(
  ports: JobPorts,
  clientId: number,
  updatedAt: number,
  input: unknown,
  by: string,
  now: number,
): Promise<ClientFieldsResult> {
  const given = readFields(clientFields, input, "A client");
  if (given.state === "invalid") return given;
  const { fields } = given;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const stored = await readClientRecord(ports.control, clientId);
    if (!stored) return { state: "missing" };
    if (stored.updatedAt !== updatedAt) return { state: "conflict" };
    const { before, after } = difference(stored, fields);
    if (Object.keys(after).length === 0) return { state: "saved", clientId };
    const [holder] = await read(ports.control, select(clients, ["id"], sql`WHERE key = ${fields.key}`));
    if (holder && holder.id !== clientId) return taken(fields.key);
    const state = await readClientState(ports, clientId);
    if (!state) return { state: "missing" };
    const moves = state.status === "active" && state.timeZone !== fields.timeZone;
    const ahead = moves ? await readAhead(ports.control, { clientId }, now) : null;
    const unchanged = both(
      state.unchanged,
      sql`EXISTS (SELECT 1 FROM clients WHERE id = ${clientId} AND updated_at = ${updatedAt})
        AND NOT EXISTS (SELECT 1 FROM clients WHERE key = ${fields.key} AND id <> ${clientId})`,
    );
    const results = await guardedBatch(ports.control, ahead ? both(unchanged, ahead.unchanged) : unchanged, [
      ...(ahead?.withdraw ?? []),
      setFields(clientId, fields, now),
      ...(moves
        ? [
            ...alignClient(
              { id: clientId, timeZone: fields.timeZone, holidays: state.holidays.map(({ day }) => day) },
              state.jobs,
              now,
            ),
          ]
        : []),
      recordChanges(
        [{ clientId, actor: by, entity: "client", entityId: clientId, action: "update", before, after }],
        now,
      ),
    ]);
    if (results) return { state: "saved", clientId };
  }
  return { state: "conflict" };
}

function setFields(clientId: number, fields: ClientFields, now: number): Statement {
  // Two changes within a millisecond have to differ.
  const changes = assignments(clients, { ...fields, updatedAt: sql`max(${now}, updated_at + 1)` });
  return statement(sql`UPDATE clients SET ${changes} WHERE id = ${clientId}`);
}

/** Only what differs, on both sides. */
function difference(stored: ClientRecord, fields: ClientFields) {
  const names = Object.keys(fields) as (keyof ClientFields)[];
  const changed = names.filter((name) => stored[name] !== fields[name]);
  const of = (all: Pick<ClientRecord, keyof ClientFields>) =>
    Object.fromEntries(changed.map((name) => [name, all[name]]));
  return { before: of(stored), after: of(fields) };
}
