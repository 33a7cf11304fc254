import { csvOptions } from "../../learning/imports/configuration.ts";
import { defineProcessor, type Step } from "../contract.ts";
import { afterId } from "../patterns/change-rows.ts";
import type { PhaseWork } from "../patterns/phases.ts";
import { type CsvCheck, checkCsv, csvCheck, csvPosition } from "./file/csv-file.ts";
import { csvRowsPass, rowPosition } from "./file/csv-rows.ts";
import { IMPORT_CURSOR_VERSION, importCursor } from "./file/import-cursor.ts";
import { type ImportFile, importFiles } from "./file/import-files.ts";
import {
  checkOverlap,
  countListed,
  deactivateMissing,
  overlapPosition,
  type UserFacts,
  userFacts,
} from "./people/user-complete.ts";
import { type UserCount, userCounts } from "./people/user-counts.ts";
import { userParameters } from "./people/user-parameters.ts";
import { peopleRows } from "./people/user-people.ts";
import { importLater } from "./people/user-renames.ts";
import { userColumns } from "./people/user-row.ts";
import { noteCycles, setSupervisors } from "./people/user-supervisors.ts";
import type { UserContext } from "./people/user-work.ts";

const schemas = {
  check: csvCheck,
  facts: userFacts,
  passes: {
    overlap: overlapPosition,
    people: rowPosition,
    renames: csvPosition,
    supervisors: csvPosition,
    cycles: csvPosition,
    missing: afterId,
  },
};

/**
 * Creates and updates people from CSV files. What had to be decided:
 *
 * - **Who**: by sourcedId; a person without one is adopted by username. The username of another person fails the row, unless that
 *   person's own row in the file gives it up: people can exchange their usernames. Usernames are compared without case.
 * - **Keys and addresses** lose invisible characters (zero-width, soft hyphen) and are composed (NFC).
 * - **Twice in a file**: the first row counts, also if it failed; later rows with its sourcedId or username fail.
 * - **Status**: new people become active; `tobedeleted`, or `enabledUser` false, makes a person passive, and creates none. A passive
 *   person becomes active again by a complete list only if a complete list made them passive, by a delta only where it says `active`
 *   and an import made them passive; others, and people with a `deletion_on`, stay as they are, with a note. The rest of the row is
 *   imported. A row for a deleted person fails.
 * - **Groups** are found by external id, of any source, or by `xml|` or `ldap|` and external id, but only memberships of source
 *   csv are set. Unknown ones are left out with a note unless `createGroups`; those of xml and ldap are never created.
 * - **Supervisor**: an unknown one leaves the present one, oneself is none; both are noted, and so is a circle, which is stored.
 * - **Password**: the person's present one changes nothing; another one is set. `\N` removes it. Only
 *   people of authSource `local` have one here.
 * - **E-mail** addresses are judged as the mailer judges them, stored as written, and may occur more than once.
 * - **Complete list** (`full_…`): a row that failed still says that its person is in the list. Compared are active and inactive
 *   people with `import_source='csv'`, as many as there were before the file. One that names too few of at least 20 of them is refused
 *   before anything is written (`suspicious_file`). One with too many missing keeps what it has imported and goes to `failed/`, the
 *   other files are imported, and the run ends `failed`. People of another source stay with it; those without one become csv.
 * - **Brought again**: a delta that was imported is recognised and not read, unless one of its rows failed or was noted for a reason
 *   outside the file (a group or supervisor that did not exist, a username that was taken): such a file is read again.
 *
 * Costs two statements for each new or changed person and two round trips for each `chunkSize` rows; a password costs 0.2 s of
 * CPU, so that files with thousands of them take long and want a raised CPU limit at the edge. A file is read twice, with
 * supervisors four times, a complete list once more, and once more where usernames are exchanged. A dry run sees neither supervisors
 * nor usernames that the same file brings or frees.
 */
export const UserImport = defineProcessor({
  id: "UserImport",
  group: "imports",
  title: "Import people",
  summary: "Creates and updates people from CSV files.",
  scope: "client",
  store: "learning",
  load: "heavy",
  suggestedCron: "0 10 0 * * ?",
  after: [],
  dryRun: "lower_bound",
  cursor: importCursor(schemas),
  cursorVersion: IMPORT_CURSOR_VERSION,
  parameters: userParameters,
  counts: userCounts,
  run: (context) =>
    importFiles(context, {
      kind: "user_csv",
      options: csvOptions,
      schemas,
      isComplete: (name) => name.startsWith("full_"),
      check: (file, position) => checkFile(context, file, position),
      passes: (file, facts) => passesOver(context, file, facts),
    }),
});

function passesOver(
  context: UserContext,
  file: ImportFile,
  facts: UserFacts,
): PhaseWork<typeof schemas.passes, UserCount> {
  return {
    overlap: (from) => checkOverlap(context, file, facts, from),
    people: (from) => csvRowsPass(context, file, facts, peopleRows(context, file), from),
    renames: (from) => importLater(context, file, facts, from),
    supervisors: (from) => setSupervisors(context, file, facts, from),
    cycles: (from) => noteCycles(context, file, facts, from),
    missing: (from) => deactivateMissing(context, file, facts, from),
  };
}

/** Pass 0; of a complete list also with how many people it is compared. */
async function* checkFile(
  { rows }: UserContext,
  file: ImportFile,
  position: CsvCheck | null,
): AsyncGenerator<Step<CsvCheck>, UserFacts> {
  const facts = yield* checkCsv(file, userColumns, position);
  return { ...facts, people: file.complete ? await countListed(rows) : 0 };
}
