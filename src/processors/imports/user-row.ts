import type { CsvRow } from "../../learning/csv.ts";
import type { Day } from "../../learning/day.ts";
import { type Cell, type Columns, ImportRow, RowProblem } from "../../learning/imports/row.ts";
import { authSources } from "../../learning/schema/people.ts";
import type { ColumnSet } from "./csv-file.ts";

/** The columns of spec 2.1.1. */
export const userColumns: ColumnSet = {
  required: ["sourcedId", "username", "givenName", "familyName"],
  optional: [
    "status",
    "email",
    "password",
    "locale",
    "timeZone",
    "authSource",
    "enrolledOn",
    "terminationOn",
    "supervisorSourcedId",
    "groups",
  ],
  prefixes: ["attr."],
};

/** One row of a file of people, checked. Undefined leaves what is stored, null removes it. */
export interface UserRow {
  readonly sourcedId: string;
  readonly status: "active" | "tobedeleted" | undefined;
  readonly username: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly email: Cell<string>;
  readonly password: Cell<string>;
  readonly locale: Cell<string>;
  readonly timeZone: Cell<string>;
  readonly authSource: (typeof authSources)[number] | undefined;
  readonly enrolledOn: Day | undefined;
  readonly terminationOn: Cell<Day>;
  readonly supervisorSourcedId: Cell<string>;
  /** External ids. */
  readonly groups: Cell<string[]>;
  readonly attributes: Readonly<Record<string, string | null>>;
}

/** A row as far as it can be read: what it is known by, and its content or what is wrong with it. */
export interface ReadRow {
  readonly line: number;
  /** '' where the cell is empty or missing. */
  readonly sourcedId: string;
  readonly username: string;
  readonly content: UserRow | RowProblem;
}

const LONGEST_PASSWORD = 256;

/** Reads a row; never throws. */
export function readUserRow(columns: Columns, csvRow: CsvRow): ReadRow {
  const row = new ImportRow(columns, csvRow);
  return {
    line: row.line,
    sourcedId: row.glimpse("sourcedId"),
    username: row.glimpse("username"),
    content: content(row),
  };
}

function content(row: ImportRow): UserRow | RowProblem {
  try {
    row.checkShape();
    const user: UserRow = {
      sourcedId: row.required("sourcedId"),
      status: row.oneOf("status", ["active", "tobedeleted"]),
      username: row.required("username"),
      givenName: row.required("givenName"),
      familyName: row.required("familyName"),
      email: row.email("email"),
      password: password(row),
      locale: row.locale("locale"),
      timeZone: row.timeZone("timeZone"),
      authSource: row.oneOf("authSource", authSources),
      enrolledOn: enrolledOn(row),
      terminationOn: row.day("terminationOn"),
      supervisorSourcedId: row.text("supervisorSourcedId"),
      groups: row.list("groups"),
      attributes: row.prefixed("attr."),
    };
    if (user.supervisorSourcedId === user.sourcedId) {
      throw new RowProblem("own_supervisor", "supervisorSourcedId: nobody can be their own supervisor");
    }
    return user;
  } catch (error) {
    if (error instanceof RowProblem) return error;
    throw error;
  }
}

function enrolledOn(row: ImportRow): Day | undefined {
  row.filled("enrolledOn");
  return row.day("enrolledOn") ?? undefined;
}

/** White space belongs to a password. */
function password(row: ImportRow): Cell<string> {
  const text = row.verbatim("password");
  if (text === "") return undefined;
  if (text === "\\N") return null;
  if (text.length > LONGEST_PASSWORD)
    throw new RowProblem("too_long", `password: at most ${LONGEST_PASSWORD} characters`);
  return text;
}
