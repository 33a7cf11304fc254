import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { thisClient, thisRun } from "../store/statement.ts";
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

/** What carries a command out: `counted` changes a row for each person for whom there was something to change. */
export interface CommandWrites {
  readonly writes: readonly SQL[];
  readonly counted: SQL;
}

/**
 * The writes of one command for some people at once. All of them ask `moving`, so that a command is done only together with what
 * it follows from; nothing else decides whether the next one is done. Audit and search come first: afterwards nobody could tell
 * who changed.
 *
 * A membership that a command makes has the source `rule`; in a target group, whose rule would take that away again, `manual`.
 *
 * @param moving SQL that selects the `id` of everybody who is about to enter (or leave), until that has been written
 * @param now ms
 */
export function carryOut(command: GroupCommand, moving: SQL, now: number): CommandWrites {
  if ("setAttribute" in command) return setAttribute(command.setAttribute, command.value, moving, now);
  if ("removeJobProfile" in command) return removeFrom(command.removeJobProfile, moving, now);
  return "assignJobProfile" in command
    ? addTo(command.assignJobProfile, sql`= 'job_profile'`, moving, now)
    : addTo(command.addToGroup, sql`IS NOT NULL`, moving, now);
}

function addTo(groupId: number, kind: SQL, moving: SQL, now: number): CommandWrites {
  const source = sql`CASE target.kind WHEN 'target_group' THEN 'manual' ELSE 'rule' END`;
  const people = sql`FROM (${moving}) AS moving CROSS JOIN groups AS target
    ON target.id = ${groupId} AND target.client_id = ${thisClient} AND target.kind ${kind}
    WHERE NOT EXISTS (SELECT 1 FROM group_members AS own
      WHERE own.group_id = ${groupId} AND own.person_id = moving.id AND own.source = ${source})`;
  return {
    writes: [membershipAudit("member_added", groupId, people, source, now), searchFor(people, now)],
    counted: sql`INSERT INTO group_members (client_id, group_id, person_id, source, joined_at, created_at, updated_at)
      SELECT ${thisClient}, ${groupId}, moving.id, ${source}, ${now}, ${now}, ${now} ${people}`,
  };
}

function removeFrom(groupId: number, moving: SQL, now: number): CommandWrites {
  const people = sql`FROM (${moving}) AS moving WHERE EXISTS (SELECT 1 FROM group_members AS own
    WHERE own.client_id = ${thisClient} AND own.group_id = ${groupId} AND own.person_id = moving.id)`;
  return {
    writes: [membershipAudit("member_removed", groupId, people, null, now), searchFor(people, now)],
    counted: sql`DELETE FROM group_members
      WHERE client_id = ${thisClient} AND group_id = ${groupId} AND person_id IN (SELECT id FROM (${moving}))`,
  };
}

function setAttribute(attribute: string, value: string | null, moving: SQL, now: number): CommandWrites {
  const path = `$."${attribute}"`;
  const stored = sql`json_extract(person.attributes, ${path})`;
  const people = sql`FROM (${moving}) AS moving CROSS JOIN persons AS person ON person.id = moving.id
    WHERE person.client_id = ${thisClient} AND CASE WHEN json_valid(person.attributes) THEN ${stored} IS NOT ${value} END`;
  const changed = value === null ? sql`json_remove(attributes, ${path})` : sql`json_set(attributes, ${path}, ${value})`;
  return {
    writes: [
      sql`INSERT INTO audit_log (client_id, run_id, person_id, entity, entity_id, action, before, after, at)
        SELECT ${thisClient}, ${thisRun}, moving.id, 'person', moving.id, 'set_attribute',
          json_object(${attribute}, ${stored}), json_object(${attribute}, ${value}), ${now} ${people}`,
      searchFor(people, now),
    ],
    counted: sql`UPDATE persons SET attributes = ${changed}, updated_at = ${now} WHERE id IN (SELECT moving.id ${people})`,
  };
}

/**
 * Records that people come into a group or go, before they do.
 *
 * @param people SQL from `FROM` on, with `moving.id`
 * @param source SQL of the membership's source; null: of several
 */
export function membershipAudit(
  action: "member_added" | "member_removed",
  groupId: number,
  people: SQL,
  source: SQL | null,
  now: number,
): SQL {
  const column = sql.raw(action === "member_added" ? "after" : "before");
  return sql`INSERT INTO audit_log (client_id, run_id, person_id, entity, entity_id, action, ${column}, at)
    SELECT ${thisClient}, ${thisRun}, moving.id, 'group', ${groupId}, ${action},
      ${source === null ? null : sql`json_object('source', ${source})`}, ${now} ${people}`;
}

/** Tells the search indexes that people change, before they do. `people` as in {@link membershipAudit}. */
export function searchFor(people: SQL, now: number): SQL {
  return sql`INSERT INTO index_changes (client_id, entity, entity_id, op, at)
    SELECT ${thisClient}, 'person', moving.id, 'upsert', ${now} ${people}`;
}
