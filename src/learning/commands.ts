import type { SQL } from "drizzle-orm";
import { z } from "zod";
import { type Change, leadIds, touchedIds } from "../store/change.ts";
import { sql } from "../store/sql.ts";
import { thisClient } from "../store/statement.ts";
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
 * What is done to a person who enters or leaves a target group (handbook, catalogue: TargetGroupPersonAssignment):
 * `groups.on_enter` and `groups.on_leave` are lists
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
 * The change that one command makes for the people of `leadIds`: those who enter or leave a group by the first write of the
 * unit. So a command is done only together with what it follows from, for as many as are there to be changed.
 *
 * A membership that a command makes has the source `rule`; in a target group, whose rule would take that away again, `manual`.
 *
 * @param now ms
 */
export function carryOut(command: GroupCommand, now: number): Change<"commands"> {
  if ("setAttribute" in command) return setAttribute(command.setAttribute, command.value, now);
  if ("removeJobProfile" in command) return removeFrom(command.removeJobProfile);
  return "assignJobProfile" in command
    ? addTo(command.assignJobProfile, sql`= 'job_profile'`, now)
    : addTo(command.addToGroup, sql`IS NOT NULL`, now);
}

function addTo(groupId: number, kind: SQL, now: number): Change<"commands"> {
  const target = sql`groups AS target WHERE target.id = ${groupId} AND target.client_id = ${thisClient}`;
  const source = sql`CASE target.kind WHEN 'target_group' THEN 'manual' ELSE 'rule' END`;
  return {
    rows: sql`SELECT person.id, person.id AS person_id, NULL AS before
      FROM persons AS person CROSS JOIN ${target} AND target.kind ${kind}
        AND person.client_id = ${thisClient} AND person.id IN ${leadIds} AND NOT EXISTS (SELECT 1 FROM group_members AS own
          WHERE own.group_id = target.id AND own.person_id = person.id AND own.source = ${source})`,
    write: sql`INSERT INTO group_members (client_id, group_id, person_id, source, joined_at, created_at, updated_at)
      SELECT target.client_id, target.id, person.id, ${source}, ${now}, ${now}, ${now}
      FROM persons AS person CROSS JOIN ${target} AND person.id IN ${touchedIds}`,
    count: "commands",
    audit: {
      entity: "group",
      id: groupId,
      action: "member_added",
      after: sql`(SELECT json_object('source', ${source}) FROM ${target})`,
    },
    indexed: "person",
  };
}

function removeFrom(groupId: number): Change<"commands"> {
  const own = sql`client_id = ${thisClient} AND group_id = ${groupId}`;
  return {
    rows: sql`SELECT DISTINCT person_id AS id, person_id, NULL AS before FROM group_members WHERE ${own} AND person_id IN ${leadIds}`,
    write: sql`DELETE FROM group_members WHERE ${own} AND person_id IN ${touchedIds}`,
    count: "commands",
    audit: { entity: "group", id: groupId, action: "member_removed" },
    indexed: "person",
  };
}

function setAttribute(attribute: string, value: string | null, now: number): Change<"commands"> {
  const path = `$."${attribute}"`;
  const stored = sql`json_extract(attributes, ${path})`;
  const changed = value === null ? sql`json_remove(attributes, ${path})` : sql`json_set(attributes, ${path}, ${value})`;
  return {
    rows: sql`SELECT id, id AS person_id, json_object(${attribute}, ${stored}) AS before FROM persons
      WHERE client_id = ${thisClient} AND id IN ${leadIds} AND CASE WHEN json_valid(attributes) THEN ${stored} IS NOT ${value} END`,
    write: sql`UPDATE persons SET attributes = ${changed}, updated_at = ${now} WHERE client_id = ${thisClient} AND id IN ${touchedIds}`,
    count: "commands",
    audit: { entity: "person", action: "set_attribute", after: { [attribute]: value } },
    indexed: "person",
  };
}
