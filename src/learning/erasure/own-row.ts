import type { SQL } from "drizzle-orm";
import { sql } from "../../store/sql.ts";
import { thisClient, thisRun } from "../../store/statement.ts";
import { bindings } from "./bindings.ts";
import type { ErasedKeys } from "./erased-key.ts";
import { stillDue } from "./person.ts";
import type { Erasure } from "./rows.ts";

/** What stands for a person's names once the person is gone. */
export const ERASED = "deleted";

/**
 * The last unit of an erasure: the marks by which imports know that the person was deleted, the audit, the search index, and the
 * person's own row, which until then says that there is something to do.
 */
export async function eraseOwnRow(keys: ErasedKeys, erasure: Erasure): Promise<SQL[]> {
  const { person, mode, cutoff, now } = erasure;
  const { id, externalId, username } = person;
  const due = stillDue(id, cutoff);
  const hashes = [
    ...(externalId === null || externalId.trim() === "" ? [] : [await keys.hash("external_id", externalId)]),
    await keys.hash("username", username),
  ];
  const own = sql`client_id = ${thisClient} AND id = ${id} AND ${due}`;
  // Another person may have chosen that very username.
  const plain = `${ERASED}-${id}`;
  const name = sql`${plain} || CASE WHEN EXISTS (SELECT 1 FROM persons AS other WHERE other.client_id = ${thisClient}
    AND other.username_key = ${plain} AND other.id <> ${id}) THEN ${`-${now}`} ELSE '' END`;
  return [
    sql`INSERT INTO erased_people (client_id, key_hash)
      SELECT ${thisClient}, value FROM json_each(${JSON.stringify(hashes)}) WHERE ${due} ON CONFLICT DO NOTHING`,
    sql`INSERT INTO index_changes (client_id, entity, entity_id, op, at) SELECT ${thisClient}, 'person', ${id}, 'delete', ${now} WHERE ${due}`,
    sql`INSERT INTO audit_log (client_id, run_id, person_id, entity, entity_id, action, at)
      SELECT ${thisClient}, ${thisRun}, ${mode === "remove" ? null : id}, 'person', ${id}, ${mode}, ${now} WHERE ${due}`,
    ...(mode === "remove" ? letGo(erasure) : []),
    mode === "remove"
      ? sql`DELETE FROM persons WHERE ${own}`
      : sql`UPDATE persons SET username = ${name}, username_key = ${name}, given_name = ${ERASED}, family_name = ${ERASED},
          email = NULL, attributes = '{}', external_id = NULL, ldap_dn = NULL, import_source = NULL, supervisor_id = NULL,
          password_hash = NULL, password_changed_at = NULL, must_change_password = 0, last_login_at = NULL, deletion_on = NULL,
          deletion_requested_by = NULL, passive_reason = NULL, auth_status = 'deleted', updated_at = ${now}
        WHERE ${own}`,
  ];
}

/** What holds a foreign key to the person and came since the rows were dealt with; in a dry run, all that does. */
function letGo({ person, cutoff, now }: Erasure): SQL[] {
  return bindings.flatMap((binding) => {
    const condition = binding.holdsPerson ? binding.rows(person) : null;
    if (!condition || binding.remove === "keep") return [];
    const table = sql.identifier(binding.table);
    const these = sql`client_id = ${thisClient} AND (${condition}) AND ${stillDue(person.id, cutoff)}`;
    return binding.remove === "delete"
      ? [sql`DELETE FROM ${table} WHERE ${these}`]
      : [sql`UPDATE ${table} SET ${binding.remove.set(person, now)} WHERE ${these}`];
  });
}
