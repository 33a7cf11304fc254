import { z } from "zod";
import { personColumns } from "./rules/attributes.ts";
import { ruleSchema } from "./rules/schema.ts";

/** A column of a person, else a key of the person's `attributes`, as rules name them. */
const attribute = z.string().regex(/^[^"\\\p{Cc}]{1,100}$/u, "Enter the name of a column or an attribute");

/** `person_searches.config` (handbook, data: people): what is searched and shown, and among whom. */
export const personSearchConfig = z.strictObject({
  /** What a typed text is looked for in. */
  fields: z.array(attribute).min(1).max(50),
  /** What is shown of each person found. */
  columns: z.array(attribute).min(1).max(50).default(["given_name", "family_name"]),
  /** Rule: only people who meet it are found; null: all. */
  filter: ruleSchema("person").nullable().default(null),
});

/** Where a value of a person stands. */
export interface PersonField {
  readonly kind: "column" | "attribute";
  readonly name: string;
}

/** A person search as a node keeps it, ready to be asked. */
export interface PersonSearch {
  readonly fields: readonly PersonField[];
  readonly columns: readonly PersonField[];
  readonly filter: z.output<typeof personSearchConfig>["filter"];
}

/** What {@link compilePersonSearch} made of a configuration; a problem is a sentence that names the field. */
export type CompiledSearch =
  | { readonly ok: true; readonly search: PersonSearch }
  | { readonly ok: false; readonly problem: string };

/** Compiles a stored configuration (JSON). */
export function compilePersonSearch(config: string): CompiledSearch {
  let json: unknown;
  try {
    json = JSON.parse(config);
  } catch {
    return { ok: false, problem: "config: it is no JSON" };
  }
  const parsed = personSearchConfig.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { ok: false, problem: `${["config", ...(issue?.path ?? [])].join(".")}: ${issue?.message}` };
  }
  const { fields, columns, filter } = parsed.data;
  return { ok: true, search: { fields: fields.map(fieldOf), columns: columns.map(fieldOf), filter } };
}

function fieldOf(name: string): PersonField {
  const column = personColumns.get(name);
  return column ? { kind: "column", name: column.column } : { kind: "attribute", name };
}
