import type { SQL } from "drizzle-orm";
import type { ClientRows } from "../../store/rows.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import type { Failure } from "../../store/step/step.ts";
import { componentColumns, metaTagOf, personColumns } from "./attributes.ts";
import { referencesOf } from "./references.ts";
import type { Rule } from "./schema.ts";

/** Attributes named in a message, at most; it also bounds how often all people are looked through. */
const MOST_NAMED = 3;

/**
 * Reads the names of attributes in a rule on people that are no column and that no person of the client has, as `name`: the
 * first few. What a mistyped name is compared with is unknown for every person, so a rule with one says nothing about any.
 * An attribute without a value, such as `{"office": null}`, is one that the person has.
 *
 * @param known further names that exist; default: none
 */
export function selectUnknownAttributes(rule: Rule, known: ReadonlySet<string> = new Set()): SQL {
  const names = [...referencesOf([rule]).attributes].filter((name) => !personColumns.has(name) && !known.has(name));
  // The schema lets no quotes and backslashes into names, so each can be written into a path as it is.
  return sql`SELECT asked.value AS name FROM json_each(${JSON.stringify(names)}) AS asked WHERE NOT EXISTS (
      SELECT 1 FROM persons AS known WHERE known.client_id = ${thisClient}
        AND CASE WHEN json_valid(known.attributes) THEN json_type(known.attributes, '$."' || asked.value || '"') END IS NOT NULL)
    LIMIT ${MOST_NAMED}`;
}

/** The failure of a row whose rule on people names an attribute that does not exist, or null. No read where it names none. */
export async function unknownAttributeOf(rows: ClientRows, rule: Rule): Promise<Failure | null> {
  if (referencesOf([rule]).attributes.size === 0) return null;
  const found = await rows.all<{ name: string }>(selectUnknownAttributes(rule));
  return unknownAttributeFailure(found.map(({ name }) => name));
}

/** The failure that names some unknown attributes of people, or null where there are none. */
export function unknownAttributeFailure(names: readonly string[]): Failure | null {
  if (names.length === 0) return null;
  const message = `The rule asks for ${quoted(names)}, which is no column and which no person has; correct the name`;
  return { code: "unknown_attribute", message };
}

/** The same for a rule on components: a name is one of their columns or `meta.<number of a tag>`. */
export function unknownComponentAttribute(rule: Rule): Failure | null {
  const names = [...referencesOf([rule]).attributes].filter(
    (name) => !componentColumns.has(name) && metaTagOf(name) === null,
  );
  if (names.length === 0) return null;
  const message = `The rule asks for ${quoted(names.slice(0, MOST_NAMED))}, which no component has; correct the name`;
  return { code: "unknown_attribute", message };
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
