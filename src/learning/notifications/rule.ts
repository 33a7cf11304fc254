import type { SQL } from "drizzle-orm";
import { z } from "zod";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import type { Failure } from "../../store/step/step.ts";
import { type MessageChannel, messageChannels } from "../messages/messages.ts";
import { parseRule, type Rule, ruleProblems } from "../rules/schema.ts";
import { unknownComponentAttribute } from "../rules/unknown-attributes.ts";
import { type AnchorName, anchors } from "./anchor.ts";

/** A row of `notification_rules`, as it is stored. */
export interface StoredNotificationRule {
  readonly id: number;
  readonly anchor: AnchorName;
  readonly offset_days: number;
  readonly audience: Audience;
  readonly statuses: string;
  readonly component_filter: string | null;
  readonly channels: string;
  readonly subject_key: string;
  readonly body_key: string;
}

export type Audience = "participant" | "supervisor" | "tutor";

/** A notification rule that can be worked. */
export interface NotificationRule {
  readonly id: number;
  readonly anchor: AnchorName;
  /** Local days; negative: before the anchor. */
  readonly offsetDays: number;
  readonly audience: Audience;
  readonly statuses: readonly string[];
  readonly filter: Rule | null;
  readonly channels: readonly MessageChannel[];
  readonly keys: { readonly subject: string; readonly body: string };
}

/** Active rules from an id on, in order. @param ids only these; null: all */
export function selectRules(from: number, ids: readonly number[] | null, limit: number): SQL {
  const chosen = ids === null ? sql`1` : sql`id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  return sql`SELECT id, anchor, offset_days, audience, statuses, component_filter, channels, subject_key, body_key
    FROM notification_rules WHERE client_id = ${thisClient} AND active = 1 AND id >= ${from} AND ${chosen}
    ORDER BY id LIMIT ${limit}`;
}

/** Reads a stored rule whole; a failure `bad_rule` names the column and what it must be. */
export function readNotificationRule(
  stored: StoredNotificationRule,
): { readonly rule: NotificationRule } | { readonly failure: Failure } {
  const anchor = anchors[stored.anchor];
  const statuses = readWords("statuses", stored.statuses, anchor.statuses);
  const channels = readWords("channels", stored.channels, messageChannels);
  const filter = stored.component_filter === null ? null : parseRule(stored.component_filter, "component");
  const problems: string[] = [];
  if ("problem" in statuses) problems.push(statuses.problem);
  if ("problem" in channels) problems.push(channels.problem);
  if (filter && !filter.ok) problems.push(`component_filter: ${ruleProblems(filter.problems)}`);
  const unknown = filter?.ok ? unknownComponentAttribute(filter.rule) : null;
  if (!anchor.onComponent) {
    if (filter) problems.push(`component_filter: the anchor ${stored.anchor} has no component; empty it`);
    if (stored.audience === "tutor")
      problems.push(
        `audience: the anchor ${stored.anchor} has no component, so it has no tutor; choose another audience`,
      );
  }
  if (problems.length > 0 || "problem" in statuses || "problem" in channels) {
    return { failure: { code: "bad_rule", message: problems.join("; ") } };
  }
  if (unknown) return { failure: { ...unknown, message: `component_filter: ${unknown.message}` } };
  return {
    rule: {
      id: stored.id,
      anchor: stored.anchor,
      offsetDays: stored.offset_days,
      audience: stored.audience,
      statuses: statuses.words,
      filter: filter?.ok ? filter.rule : null,
      channels: channels.words,
      keys: { subject: stored.subject_key, body: stored.body_key },
    },
  };
}

function readWords<W extends string>(
  column: string,
  json: string,
  allowed: readonly W[],
): { readonly words: readonly W[] } | { readonly problem: string } {
  const problem = { problem: `${column}: enter a list of at least one of ${allowed.join(", ")}` };
  try {
    const parsed = z
      .array(z.enum(allowed as readonly [W, ...W[]]))
      .min(1)
      .safeParse(JSON.parse(json));
    return parsed.success ? { words: [...new Set(parsed.data)] as W[] } : problem;
  } catch {
    return problem;
  }
}
