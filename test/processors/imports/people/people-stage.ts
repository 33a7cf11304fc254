import { usernameKey } from "../../../../src/learning/username.ts";
import type { ImportStage } from "../stage.ts";

export const HEADER = "sourcedId;username;givenName;familyName";
export const person = (id: string, more = "") => `${id};${id.toLowerCase()};Given;Family${more}`;

export async function addPerson(stage: ImportStage, columns: Record<string, string | number | null>): Promise<number> {
  const row = {
    client_id: 1,
    username: "someone",
    given_name: "Given",
    family_name: "Family",
    enrolled_on: "2020-01-01",
    created_at: 1,
    updated_at: 1,
    ...columns,
    username_key: usernameKey(String(columns.username ?? "someone")),
  };
  const result = await stage.database.execute({
    sql: `INSERT INTO persons (${Object.keys(row).join(", ")}) VALUES (${Object.keys(row)
      .map(() => "?")
      .join(", ")}) RETURNING id`,
    args: Object.values(row),
  });
  return Number(result.rows[0]?.id);
}

export async function addGroup(stage: ImportStage, externalId: string, source: string, clientId = 1): Promise<number> {
  const result = await stage.database.execute({
    sql: "INSERT INTO groups (client_id, external_id, name, source, created_at, updated_at) VALUES (?, ?, ?, ?, 1, 1) RETURNING id",
    args: [clientId, externalId, externalId, source],
  });
  return Number(result.rows[0]?.id);
}

export const codes = (outcome: { failures: readonly { ref: string; code: string }[] }) =>
  outcome.failures.map(({ ref, code }) => [ref, code]);
