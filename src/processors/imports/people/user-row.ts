import { isMailbox } from "../../../connectors/mail/address.ts";
import type { CsvRow } from "../../../learning/csv/read.ts";
import { keyText } from "../../../learning/imports/key-text.ts";
import { type Cell, type Columns, ImportRow, RowProblem, readOrProblem } from "../../../learning/imports/row.ts";
import { authSources } from "../../../learning/schema/people.ts";
import type { Day } from "../../../time/day.ts";
import type { ColumnSet } from "../file/csv-file.ts";

/** The columns of a file of people; their names follow users.csv of OneRoster. */
export const userColumns: ColumnSet = {
  required: ["sourcedId", "username", "givenName", "familyName"],
  optional: [
    "status",
    "email",
    "password",
    "locale",
    "timeZone",
    "authSource",
    "enabledUser",
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
  /** The row's own sourcedId: none, with a note. */
  readonly supervisorSourcedId: Cell<string>;
  /** External ids, maybe with a source in front: `xml|hr|ORG-1`. */
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

/** Reads a row; never throws. @param listSeparator the option of that name */
export function readUserRow(columns: Columns, csvRow: CsvRow, listSeparator: string): ReadRow {
  const row = new ImportRow(columns, csvRow, listSeparator);
  return { line: row.line, ...keysOf(row), content: content(row) };
}

/** What a row is known by, also where it cannot be read. */
export function keysOf(row: ImportRow): Pick<ReadRow, "sourcedId" | "username"> {
  return { sourcedId: keyText(row.glimpse("sourcedId")), username: keyText(row.glimpse("username")) };
}

function content(row: ImportRow): UserRow | RowProblem {
  return readOrProblem(() => {
    row.checkShape();
    return userOf(row);
  });
}

/** What the cells of a row say. @throws {RowProblem} */
export function userOf(row: ImportRow): UserRow {
  return {
    sourcedId: row.requiredKey("sourcedId"),
    status: status(row),
    username: row.requiredKey("username"),
    givenName: row.required("givenName"),
    familyName: row.required("familyName"),
    email: row.email("email", isMailbox),
    password: password(row),
    locale: row.locale("locale"),
    timeZone: row.timeZone("timeZone"),
    authSource: row.oneOf("authSource", authSources),
    enrolledOn: enrolledOn(row),
    terminationOn: row.day("terminationOn"),
    supervisorSourcedId: row.key("supervisorSourcedId"),
    groups: row.keys("groups"),
    attributes: row.prefixed("attr."),
  };
}

/** A person who may not sign in is made passive, as with `tobedeleted`. */
function status(row: ImportRow): UserRow["status"] {
  const stated = row.oneOf("status", ["active", "tobedeleted"]);
  const enabled = row.oneOf("enabledUser", ["true", "false", "TRUE", "FALSE", "True", "False"]);
  return enabled?.toLowerCase() === "false" ? "tobedeleted" : stated;
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
