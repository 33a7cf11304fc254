import type { Stage } from "../stage.ts";

/** The rule of everybody in sales. */
export const sales = { attr: "department", op: "eq", value: "Sales" };

/** A row of a target group with the rule. */
export const targetGroup = (id: number, rule: unknown, more: Record<string, string | number | null> = {}) => ({
  id,
  kind: "target_group",
  rule: typeof rule === "string" ? rule : JSON.stringify(rule),
  ...more,
});

/** Rows of people of a department, with the ids `from` to `until`. */
export const people = (from: number, until: number, department: string, status = "active") =>
  Array.from({ length: until - from + 1 }, (_, index) => ({
    id: from + index,
    auth_status: status,
    attributes: JSON.stringify({ department }),
  }));

/** Members of a group: the id, and the source where that is not the rule. */
export const membersOf = async (stage: Stage, group: number) => {
  const rows = await stage.rows<{ person_id: number; source: string }>(
    `SELECT person_id, source FROM group_members WHERE group_id = ${group} ORDER BY person_id, source <> 'rule', source`,
  );
  return rows.map(({ person_id, source }) => (source === "rule" ? String(person_id) : `${person_id} ${source}`));
};
