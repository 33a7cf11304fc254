import type { SQL } from "drizzle-orm";
import { z } from "zod";
import { sql } from "../../store/sql.ts";
import type { SettingDefinition } from "./setting.ts";

/** What is given for a setting, as SQL: the client's JSON, else that for all clients; NULL: nothing is given. @param clientId SQL for the client's id */
export function givenSetting({ key }: Pick<SettingDefinition, "key">, clientId: SQL): SQL {
  const of = (client: SQL) => sql`(SELECT s.value FROM settings s WHERE s.client_id = ${client} AND s.key = ${key})`;
  return sql`coalesce(${of(clientId)}, ${of(sql`0`)})`;
}

/** True in SQL of JSON that is a whole number which the setting may have; anything else may be unusable. @param given SQL for the JSON, not NULL */
export function isUsableNumber({ schema }: Pick<SettingDefinition, "schema">, given: SQL): SQL {
  const { minimum = 0, maximum = 0 } = z.toJSONSchema(schema);
  return sql`CASE WHEN json_valid(${given}) AND json_type(${given}) = 'integer'
    THEN CAST(${given} AS INTEGER) BETWEEN ${minimum} AND ${maximum} ELSE 0 END`;
}
