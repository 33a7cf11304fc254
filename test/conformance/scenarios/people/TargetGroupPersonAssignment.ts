import { TargetGroupPersonAssignment as processor } from "../../../../src/processors/people/TargetGroupPersonAssignment.ts";
import type { Scenario } from "../../suite/scenario.ts";

/** People to enter and to leave, one group behind another, commands, a group that is switched off, and rules that cannot be used. */
export const TargetGroupPersonAssignment: Scenario = {
  processor,
  parameters: { chunkSize: 2 },
  ends: "partial",
  again: "partial",
  volatile: ["groups.evaluated_at"],
  badParameters: [
    [{ groupIds: [] }, "groupIds"],
    [{ groupIds: ["1"] }, "groupIds.0"],
    [{ maxChangePct: 10_001 }, "maxChangePct"],
    [{ maxChangePct: -1 }, "maxChangePct"],
    [{ includePassive: "no" }, "includePassive"],
    [{ group: 1 }, "group"],
  ],
  async seed({ database }, bystanders) {
    for (const client of [1, 2]) {
      const id = (number: number) => client * 1000 + number;
      const group = (number: number, kind: string, rule: unknown, onEnter: unknown = [], onLeave: unknown = []) => ({
        sql: `INSERT INTO groups (id, client_id, kind, name, rule, on_enter, on_leave, created_at, updated_at)
          VALUES (?, ?, ?, 'Group', ?, ?, ?, 0, 0)`,
        args: [
          id(number),
          client,
          kind,
          rule === null ? null : JSON.stringify(rule),
          JSON.stringify(onEnter),
          JSON.stringify(onLeave),
        ],
      });
      const person = (number: number, department: string, status = "active") => ({
        sql: `INSERT INTO persons (id, client_id, username, username_key, given_name, family_name, auth_status, attributes, enrolled_on, created_at, updated_at)
          VALUES (?, ?, 'user' || ?, 'user' || ?, 'Given', 'Family', ?, ?, '2026-01-01', 0, 0)`,
        args: [id(number), client, id(number), id(number), status, JSON.stringify({ department })],
      });
      const member = (groupNumber: number, personNumber: number, source: string) => ({
        sql: "INSERT INTO group_members (client_id, group_id, person_id, source, joined_at, created_at, updated_at) VALUES (?, ?, ?, ?, 0, 0, 0)",
        args: [client, id(groupNumber), id(personNumber), source],
      });
      await database.batch(
        [
          group(1, "job_profile", null),
          group(2, "group", null),
          // Named by group 4, but with a higher number.
          group(
            5,
            "target_group",
            { attr: "department", op: "eq", value: "SALES" },
            [{ assignJobProfile: id(1) }, { setAttribute: "welcome", value: "yes" }],
            [{ addToGroup: id(2) }],
          ),
          group(4, "target_group", { all: [{ group: id(5) }, { attr: "welcome", op: "notEmpty" }] }),
          group(6, "target_group", { attr: "department", op: "like", value: "x" }),
          group(7, "target_group", { group: id(7) }),
          group(8, "target_group", { not: { attr: "departement", op: "eq", value: "Sales" } }),
          group(9, "target_group", { attr: "department", op: "notEmpty" }, [], [{ addToGroup: id(2) }]),
          { sql: "UPDATE groups SET active = 0 WHERE id = ?", args: [id(9)] },
          ...[1, 2, 3, 4, 5].map((number) => person(number, "Sales")),
          ...[6, 7, 8].map((number) => person(number, "Store")),
          person(9, "Sales", "passive"),
          member(5, 1, "manual"),
          member(5, 5, "rule"),
          ...[6, 7, 8].map((number) => member(5, number, "rule")),
          member(5, 8, "xml"),
          member(6, 6, "rule"),
          member(8, 6, "rule"),
          ...[1, 2, 3, 4, 5].map((number) => member(9, number, "rule")),
          member(9, 5, "manual"),
        ],
        "write",
      );
    }
    await database.batch(
      Array.from({ length: bystanders }, (_, index) => ({
        sql: `INSERT INTO persons (client_id, username, username_key, given_name, family_name, enrolled_on, created_at, updated_at)
          VALUES (1, ?, ?, 'By', 'Stander', '2026-01-01', 0, 0)`,
        args: [`bystander${index}`, `bystander${index}`],
      })),
      "write",
    );
  },
};
