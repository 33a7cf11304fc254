import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { auditChange } from "../store/audit.ts";
import { thisClient, thisRun } from "../store/statement.ts";
import { indexChange } from "./index-changes.ts";
import { personColumns } from "./rules/attributes.ts";

const id = z.int().min(1);
const name = z
  .string()
  .min(1)
  .max(100)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  .regex(/^[^"\\\0-\x1f\x7f]*$/, "Enter a name without quotes, backslashes and control characters")
  .refine((one) => !personColumns.has(one), "This is a column of every person; name an attribute");

/**
 * What is done to a person who enters or leaves a target group (spec 2.2.1): `groups.on_enter` and `groups.on_leave` are lists
 * of these, carried out in order. The wording is ours; the spec names the four.
 */
export const groupCommand = z.union([
  z.strictObject({ assignJobProfile: id }),
  /** Whatever source gave it to the person. */
  z.strictObject({ removeJobProfile: id }),
  /** `value` null takes the attribute away. */
  z.strictObject({ setAttribute: name, value: z.string().max(4000).nullable() }),
  z.strictObject({ addToGroup: id }),
]);
export type GroupCommand = z.output<typeof groupCommand>;

/** A list of commands as it is stored. */
export const groupCommands = z.array(groupCommand).max(20);

export type ParsedCommands =
  | { readonly ok: true; readonly commands: readonly GroupCommand[] }
  | { readonly ok: false; readonly message: string };

/** Reads a stored list of commands. @param column names it in the message: `on_enter` */
export function parseCommands(json: string, column: string): ParsedCommands {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { ok: false, message: `${column}: enter a list of commands as JSON` };
  }
  const parsed = groupCommands.safeParse(value);
  if (parsed.success) return { ok: true, commands: parsed.data };
  const [issue] = parsed.error.issues;
  const place = [column, ...(issue?.path ?? [])].join(".");
  const what =
    issue?.code === "invalid_union"
      ? "enter assignJobProfile, removeJobProfile, setAttribute with value, or addToGroup"
      : issue?.message;
  return { ok: false, message: `${place}: ${what}` };
}

/** A group that a command names, and the kind that it must have; null: any. */
export interface NamedGroup {
  readonly id: number;
  readonly kind: "job_profile" | null;
}

/** The groups that commands name. */
export function groupsOf(commands: readonly GroupCommand[]): readonly NamedGroup[] {
  return commands.flatMap((command): readonly NamedGroup[] => {
    if ("assignJobProfile" in command) return [{ id: command.assignJobProfile, kind: "job_profile" }];
    if ("removeJobProfile" in command) return [{ id: command.removeJobProfile, kind: "job_profile" }];
    return "addToGroup" in command ? [{ id: command.addToGroup, kind: null }] : [];
  });
}

/** The attributes that commands set. */
export function attributesOf(commands: readonly GroupCommand[]): readonly string[] {
  return commands.flatMap((command) => ("setAttribute" in command ? [command.setAttribute] : []));
}

/**
 * The writes of one command for one person. Each carries `condition`, so that a command is done only together with what it
 * follows from; nothing else decides whether the next one is done.
 *
 * A membership that a command makes has the source `rule`; in a target group, whose rule would take that away again, `manual`.
 *
 * @param condition SQL that holds as long as the person is about to enter (or leave)
 * @param now ms
 */
export function carryOut(command: GroupCommand, personId: number, condition: SQL, now: number): SQL[] {
  if ("setAttribute" in command) return setAttribute(command.setAttribute, command.value, personId, condition, now);
  if ("removeJobProfile" in command) {
    const groupId = command.removeJobProfile;
    return [
      sql`DELETE FROM group_members WHERE client_id = ${thisClient} AND group_id = ${groupId} AND person_id = ${personId} AND ${condition}`,
      auditChange({ entity: "group", entityId: groupId, personId, action: "member_removed", at: now }),
      indexChange("person", personId, "upsert", now),
    ];
  }
  const [groupId, kind] =
    "assignJobProfile" in command
      ? [command.assignJobProfile, sql`= 'job_profile'`]
      : [command.addToGroup, sql`IS NOT NULL`];
  return [
    sql`INSERT INTO group_members (client_id, group_id, person_id, source, joined_at, created_at, updated_at)
      SELECT ${thisClient}, id, ${personId}, CASE kind WHEN 'target_group' THEN 'manual' ELSE 'rule' END, ${now}, ${now}, ${now}
      FROM groups WHERE id = ${groupId} AND client_id = ${thisClient} AND kind ${kind} AND ${condition} ON CONFLICT DO NOTHING`,
    auditChange({ entity: "group", entityId: groupId, personId, action: "member_added", at: now }),
    indexChange("person", personId, "upsert", now),
  ];
}

function setAttribute(attribute: string, value: string | null, personId: number, condition: SQL, now: number): SQL[] {
  const path = `$."${attribute}"`;
  const stored = sql`json_extract(attributes, ${path})`;
  const person = sql`id = ${personId} AND client_id = ${thisClient} AND json_valid(attributes) AND ${stored} IS NOT ${value} AND ${condition}`;
  const changed = value === null ? sql`json_remove(attributes, ${path})` : sql`json_set(attributes, ${path}, ${value})`;
  return [
    // What was there is known only before it is changed; the condition is the same for both.
    sql`INSERT INTO audit_log (client_id, run_id, person_id, entity, entity_id, action, before, after, at)
      SELECT ${thisClient}, ${thisRun}, id, 'person', id, 'set_attribute', json_object(${attribute}, ${stored}), json_object(${attribute}, ${value}), ${now}
      FROM persons WHERE ${person}`,
    sql`UPDATE persons SET attributes = ${changed}, updated_at = ${now} WHERE ${person}`,
    indexChange("person", personId, "upsert", now),
  ];
}
