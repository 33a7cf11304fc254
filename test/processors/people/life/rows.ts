import { usernameKey } from "../../../../src/learning/username.ts";

export type Value = string | number | null;

/** Adds rows to statements. */
export function adder(clientId: number, statements: { sql: string; args: Value[] }[]) {
  return (table: string, row: Record<string, Value>, timed = true) => {
    const whole: Record<string, Value> = {
      client_id: clientId,
      ...row,
      ...(timed ? { created_at: 0, updated_at: 0 } : {}),
    };
    if (table === "persons") whole.username_key ??= usernameKey(String(row.username));
    const names = Object.keys(whole);
    statements.push({
      sql: `INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`,
      args: Object.values(whole),
    });
  };
}
