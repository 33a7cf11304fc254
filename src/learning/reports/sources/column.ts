import type { SQL } from "drizzle-orm";
import { sql } from "../../../store/sql.ts";

/**
 * What a column holds, which decides how a cell is written: text, a number, a local day (`YYYY-MM-DD`), an instant (ms, shown
 * on the clocks of the client), or yes and no (1 and 0).
 */
export type CellKind = "text" | "number" | "day" | "instant" | "flag";

/** A cell as the database gives it. */
export type Cell = string | number | null;

/** A column that a report can have. */
export interface Column {
  readonly kind: CellKind;
  readonly value: SQL;
  /** Its heading in English and German. */
  readonly en: string;
  readonly de: string;
}

/** A column over a row of the report's query. */
export function column(kind: CellKind, value: string, en: string, de: string): Column {
  return { kind, value: sql.raw(value), en, de };
}

/** Columns of the person that a row is about, joined as `person`. */
export const personColumns = {
  person_id: column("number", "person.id", "Person ID", "Personen-ID"),
  external_id: column("text", "person.external_id", "External ID", "Externe ID"),
  username: column("text", "person.username", "Username", "Benutzername"),
  family_name: column("text", "person.family_name", "Last name", "Nachname"),
  given_name: column("text", "person.given_name", "First name", "Vorname"),
  email: column("text", "person.email", "E-mail", "E-Mail"),
  auth_status: column("text", "person.auth_status", "Account status", "Kontostatus"),
} as const;
