import { z } from "zod";
import { type Note, noteKey, type RowNote, rowRef } from "../../learning/imports/problems.ts";
import { RowProblem } from "../../learning/imports/row.ts";
import { rememberSeen } from "../../learning/imports/seen.ts";
import type {
  EnterpriseItem,
  GroupItem,
  ItemPosition,
  MemberItem,
  PersonItem,
} from "../../learning/imports/xml-enterprise.ts";
import { defineProcessor, type RunContext, type Step, type Unit } from "../contract.ts";
import { afterId } from "../patterns/change-rows.ts";
import type { PhaseWork } from "../patterns/phases.ts";
import type { RowOutcome } from "../unit-of.ts";
import { IMPORT_CURSOR_VERSION, importCursor } from "./file/import-cursor.ts";
import { importFiles } from "./file/import-files.ts";
import { rowUnit } from "./file/row-unit.ts";
import { SeenKeys } from "./file/seen-keys.ts";
import { erasedRows } from "./people/erased-rows.ts";
import { readPeople, rowKeys } from "./people/stored-people.ts";
import type { ReadRow, UserRow } from "./people/user-row.ts";
import { WrittenPeople } from "./people/written-people.ts";
import { type GroupCount, groupCounts } from "./xml/group-counts.ts";
import {
  deactivateUnnamed,
  type GroupFacts,
  groupFacts,
  listPosition,
  readStock,
  removeUnlisted,
} from "./xml/xml-complete.ts";
import {
  checkXml,
  itemPosition,
  passOf,
  type RowPosition,
  rowPosition,
  type XmlCheck,
  type XmlFacts,
  type XmlFile,
  xmlCheck,
  xmlChunks,
  xmlOptions,
} from "./xml/xml-file.ts";
import { createUndeclaredGroup, groupChanges, groupKeys, readGroups } from "./xml/xml-groups.ts";
import { listKeys, memberChanges, readMembers } from "./xml/xml-members.ts";
import { type ParentRow, parentChanges, placedKeys, readTree } from "./xml/xml-parents.ts";
import { personWrite } from "./xml/xml-people.ts";
import { readPerson, shownKey } from "./xml/xml-rows.ts";

const parameters = z.strictObject({
  configIds: z
    .array(z.int().min(1))
    .min(1)
    .max(1000)
    .nullable()
    .default(null)
    .describe("Ids of the import configurations to run; empty means all whose scheduler is active"),
  maxRemovePct: z
    .int()
    .min(0)
    .max(100)
    .default(20)
    .describe(
      "A complete list (mode full) that would take away more than this share of the memberships takes none away",
    ),
  recreateErased: z
    .boolean()
    .default(false)
    .describe("Create people again who were deleted for good, if a file names them"),
});

type Context = RunContext<z.output<typeof parameters>>;

const schemas = {
  check: xmlCheck,
  facts: groupFacts,
  passes: {
    named: rowPosition,
    undeclared: itemPosition,
    members: rowPosition,
    parents: rowPosition,
    unlisted: listPosition,
    unnamed: afterId,
  },
};

/**
 * Imports groups, their members and, with option `persons`, people from IMS Enterprise 1.1 files. imc's own Business Unit XML is
 * not read, because its format is not public. The meaning of the numbers of `relation` and `idtype` is unverified [U]: 1 is taken
 * for the parent, other relations are counted in the log and passed over. What else had to be decided:
 *
 * - **Rows** are groups, people (with option `persons`), members, and groups that name parents; each is one unit. They are
 *   worked in this order, not in the order of the file.
 * - **Twice in a file**: the first row counts, also if it failed; a later group or person with its sourcedid, or member of the same
 *   group, fails. A second parent in another row is noted and passed over.
 * - **Groups** have the external id `source|id`; neither may be empty, and a source may have no `|`. Name is `description/short`, else
 *   `long`; description is `full`, else `long`; without either it is left. A new group with `org/orgunit` has the kind `org`, else
 *   `group`; a stored kind stays. `grouptype` is passed over. `recstatus` 0, 1, 2 and absent are an upsert, and make a group active
 *   again; 3 for an unknown group is one note, and its memberships are passed over. With option `createGroups` a group that only a
 *   membership names is created, named by its id.
 * - **People** are found by `sourcedid/id` alone, as CSV files write it. With option `persons` the rules of UserImport for deltas
 *   hold, but for exchanged usernames (a username that another row of the file gives up later is taken): new people get import_source `xml`; recstatus 3 makes passive, 1 says `active`, others leave it. Option `userId` says which
 *   `userid` is the username; without one it is the e-mail address, else the id. A single word in `name/fn` is the family name.
 * - **Members**: without `idtype` a person. Without a role, or with one active role, a member; with inactive roles only, not.
 *   A role is inactive by `status` 0 or recstatus 3. Only memberships of source xml are set and removed.
 * - **Parents** may stand 100 deep. Which of several counts depends on the file and `parentLabels` alone, not on which of them exist.
 *   A group that names itself has none. A rejected parent leaves the group where it was, unless the file had to free that way for
 *   another. A group that is a member with recstatus 3 leaves that parent, if the file names no other.
 * - **Mode full**: a group is named by a valid `group` or by a `membership`. One of whose members one has no readable sourcedid
 *   keeps all its members. A row that failed otherwise still says that its person is listed. `maxRemovePct` is counted of all the
 *   client's memberships of source xml (and of the groups below `root`) as they were before the file.
 * - **Target**: a file that names targets, and not the configured one, counts as skipped and stays where it is, since it may be
 *   for another system; one that names none is imported.
 * - **Refused whole**: a DTD with an internal subset, entities beyond XML's five, elements more than 32 deep, a tag or text of more
 *   than 64 KB, encodings other than UTF-8, UTF-16, ISO-8859-1, US-ASCII and windows-1252, another root.
 *
 * Reads a file four times, five times with `createGroups`. Costs about 5 statements for each changed row and 1 round trip for each
 * `chunkSize` unchanged ones. A dry run leaves out members and parents among what is not there (yet), since a file of the same run
 * may bring it. The result file has the rows in the order in which they were worked.
 */
export const XMLGroupImport = defineProcessor({
  id: "XMLGroupImport",
  group: "imports",
  title: "Import groups from XML",
  summary: "Creates and updates groups and their members from XML files (IMS Enterprise).",
  scope: "client",
  store: "learning",
  load: "heavy",
  suggestedCron: "0 35 1 * * ?",
  after: ["UserImport", "GroupImport"],
  dryRun: "lower_bound",
  cursor: importCursor(schemas),
  cursorVersion: IMPORT_CURSOR_VERSION,
  parameters,
  counts: groupCounts,
  run: (context) =>
    importFiles(context, {
      kind: "xml_group",
      options: xmlOptions,
      configurationIds: context.parameters.configIds,
      isComplete: (_name, options) => options.mode === "full",
      schemas,
      check: (file, position) => checkFile(context, file, position),
      passes: (file, facts) => passesOver(context, file, facts),
    }),
});

function passesOver(context: Context, file: XmlFile, facts: GroupFacts): PhaseWork<typeof schemas.passes, GroupCount> {
  return {
    named: (from) => importNamed(context, file, facts, from),
    undeclared: (from) => createUndeclared(context, file, facts, from),
    members: (from) => importMembers(context, file, facts, from),
    parents: (from) => importParents(context, file, facts, from),
    unlisted: (from) => removeUnlisted(context, file, facts.stock, from),
    unnamed: (from) => deactivateUnnamed(context, file, facts.stock, from),
  };
}

/** Pass 0; of a complete list also what it could take away. */
async function* checkFile(
  { rows }: Context,
  file: XmlFile,
  position: XmlCheck | null,
): AsyncGenerator<Step<XmlCheck>, GroupFacts> {
  const facts = yield* checkXml(file, position);
  return { ...facts, stock: file.options.mode === "full" ? await readStock(rows, file) : null };
}

/**
 * The units of some items, one after the other; what is wrong with an item fails it. Its warnings are added to `notes`.
 */
async function unitsOf<I extends GroupItem | PersonItem | ParentRow>(
  file: XmlFile,
  items: readonly I[],
  notes: RowNote[],
  make: (item: I, note: Note) => RowOutcome<GroupCount>,
): Promise<Unit<GroupCount>[]> {
  const units: Unit<GroupCount>[] = [];
  for (const item of items) {
    const { line } = item;
    const key = shownKey(item.sourcedId);
    const note: Note = (code, message) => notes.push({ line, key, code, message });
    const unit = await rowUnit<GroupCount>(rowRef(file.name, line, key), () => make(item, note));
    if (unit) units.push(unit);
  }
  return units;
}

/** Pass 1: groups and people. */
async function* importNamed(
  context: Context,
  file: XmlFile,
  facts: XmlFacts,
  position: RowPosition | null,
): AsyncGenerator<Step<RowPosition, GroupCount>, void> {
  const { rows, now, parameters } = context;
  let done = position?.rows ?? 0;
  const wanted = (item: EnterpriseItem) => passOf(item, file.options) === "named";
  for await (const { items, next } of xmlChunks(file, facts, position, parameters.chunkSize, wanted)) {
    const groupItems = items.filter((item) => item.kind === "group");
    const groups = await readGroups(
      rows,
      file.id,
      groupItems.map(({ sourcedId }) => sourcedId),
    );
    const before = new Set(groups.seen);
    const notes: RowNote[] = [];
    const units = await unitsOf(file, groupItems, notes, (item, note) => groupChanges(groups, item, now, note));
    const people = await peopleUnits(
      context,
      file,
      items.filter((item) => item.kind === "person"),
      notes,
    );
    done += items.length;
    yield {
      units: [...units, ...people.units],
      followUp: people.written.followUp(),
      also: [
        rememberSeen(file.id, [
          ...[...groups.seen].filter((key) => !before.has(key)),
          ...groupItems.flatMap(groupKeys),
          ...people.keys,
          ...notes.map(noteKey),
        ]),
      ],
      cursor: { ...next, rows: done },
      progress: { done, total: facts.rows },
    };
  }
}

/** The units of people, what follows from them, and the keys by which the file knows them. */
async function peopleUnits(
  context: Context,
  file: XmlFile,
  items: readonly PersonItem[],
  notes: RowNote[],
): Promise<{ readonly units: Unit<GroupCount>[]; readonly written: WrittenPeople; readonly keys: string[] }> {
  const { today, now, parameters } = context;
  const written = new WrittenPeople(now);
  if (items.length === 0) return { units: [], written, keys: [] };
  const read = new Map(items.map((item) => [item, readPerson(item, file.options.userId)]));
  const chunk = [...read.values()];
  const seen = new SeenKeys(context.rows, file.id, chunk.flatMap(rowKeys));
  const rows = chunk.flatMap(({ content }) => (content instanceof RowProblem ? [] : [content]));
  const people = await readPeople(rows, seen.each);
  const known = await seen.known();
  const erased = parameters.recreateErased ? new Set<UserRow>() : await erasedRows(context, people, rows);
  const units = await unitsOf(file, items, notes, (item, note) => {
    const row = read.get(item) as ReadRow;
    const write = personWrite({ people, seen: known, erased }, row, today, now, note);
    if (write === "erased") return { writes: [], counts: { erasedSkipped: 1 } };
    return write ? [written.change(write)] : [];
  });
  return { units, written, keys: chunk.flatMap(rowKeys) };
}

/** With option `createGroups`: groups that only their membership names. */
async function* createUndeclared(
  { rows, now, parameters }: Context,
  file: XmlFile,
  facts: XmlFacts,
  position: ItemPosition | null,
): AsyncGenerator<Step<ItemPosition, GroupCount>, void> {
  if (!file.options.createGroups) return;
  const wanted = (item: EnterpriseItem) => item.kind === "membership";
  for await (const { items, next } of xmlChunks(file, facts, position, parameters.chunkSize, wanted)) {
    const memberships = items.filter((item) => item.kind === "membership");
    const groups = await readGroups(
      rows,
      file.id,
      memberships.map(({ group }) => group),
    );
    const units = memberships.flatMap(({ line, group }): Unit<GroupCount>[] => {
      const change = createUndeclaredGroup(groups, group, now);
      return change ? [{ ref: rowRef(file.name, line, shownKey(group)), writes: [change] }] : [];
    });
    yield { units, cursor: next };
  }
}

/** Pass 2: people as members. Remembers what the file lists, and which groups pass 3 gives a parent. */
async function* importMembers(
  { rows, run, now, parameters: { chunkSize } }: Context,
  file: XmlFile,
  facts: XmlFacts,
  position: RowPosition | null,
): AsyncGenerator<Step<RowPosition, GroupCount>, void> {
  let done = position?.rows ?? facts.named;
  const wanted = (item: EnterpriseItem) => item.kind !== "person" && item.kind !== "properties";
  for await (const { items, next } of xmlChunks(file, facts, position, chunkSize, wanted)) {
    const members = items.filter((item): item is MemberItem => passOf(item, file.options) === "members");
    const stored = await readMembers(rows, file.id, members);
    const units = await unitsOf(file, members, [], (item) => memberChanges(stored, item, now, run.dryRun));
    done += members.length;
    yield {
      units,
      also: [rememberSeen(file.id, items.flatMap(listKeys))],
      cursor: { ...next, rows: done },
      progress: { done, total: facts.rows },
    };
  }
}

/** Pass 3: what groups belong to. */
async function* importParents(
  { rows, run, now, log, parameters: { chunkSize } }: Context,
  file: XmlFile,
  facts: XmlFacts,
  position: RowPosition | null,
): AsyncGenerator<Step<RowPosition, GroupCount>, void> {
  if (facts.otherRelations > 0 && position === null) {
    log.info(`${file.name}: ${facts.otherRelations} relationships with another relation than 1 were passed over`);
  }
  if (facts.parents === 0) return;
  const rules = { labels: file.options.parentLabels, now, dryRun: run.dryRun };
  let done = position?.rows ?? facts.named + facts.members;
  const wanted = (item: EnterpriseItem) => passOf(item, file.options) === "parents";
  for await (const { items, next } of xmlChunks(file, facts, position, chunkSize, wanted)) {
    const chunk = items as ParentRow[];
    const tree = await readTree(rows, file.id, chunk, rules.labels);
    const notes: RowNote[] = [];
    const units = await unitsOf(file, chunk, notes, (row, note) => parentChanges(tree, row, rules, note));
    done += chunk.length;
    yield {
      units,
      also: [rememberSeen(file.id, [...placedKeys(chunk), ...notes.map(noteKey)])],
      cursor: { ...next, rows: done },
      progress: { done, total: facts.rows },
    };
  }
}
