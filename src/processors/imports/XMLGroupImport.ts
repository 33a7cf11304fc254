import { z } from "zod";
import { rowRef } from "../../learning/imports/problems.ts";
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
import { type ImportCursor, importFiles, type Pass } from "./import-files.ts";
import { type PersonWrite, peopleFollowUp } from "./person-writes.ts";
import { readPeople, rowKeys } from "./stored-people.ts";
import { checkXml, passOf, type XmlFacts, type XmlFile, xmlChunks, xmlOptions } from "./xml-file.ts";
import { groupKeys, groupWrites, readGroups } from "./xml-groups.ts";
import { type ListPosition, listKeys, memberUnit, readMembers, removeUnlisted } from "./xml-members.ts";
import { type ParentRow, parentUnit, placedKeys, readTree } from "./xml-parents.ts";
import { personWrite } from "./xml-people.ts";
import { readPerson, shownKey } from "./xml-rows.ts";

const parameters = z.strictObject({
  configIds: z
    .array(z.int().min(1))
    .min(1)
    .max(1000)
    .nullable()
    .default(null)
    .describe("Ids of the import configurations to run; empty means all whose scheduler is active"),
});

type Context = RunContext<z.output<typeof parameters>, ImportCursor>;
type RowPosition = ItemPosition & { readonly rows: number };

/**
 * Spec 2.1.3: IMS Enterprise 1.1. The meaning of the numbers of `relation` and `idtype` is unverified [U]. What the spec leaves
 * open is decided so:
 *
 * - **Rows** are groups, people (with option `persons`), members, and relationships with relation 1; each is one unit. They are
 *   worked in this order, whatever their order in the file.
 * - **Twice in a file**: the first row counts, also if it failed; a later group or person with its sourcedid, or member of the same
 *   group, fails. A second, different parent fails too.
 * - **Groups** have the external id `source|id`; neither may be empty, and a source may have no `|`. Name is `description/short`,
 *   description `full`, else `long`; without either it is left. A new group with `org/orgunit` has the kind `org`, else `group`;
 *   a stored kind stays. `grouptype` is passed over. `recstatus` 1, 2 and absent are an upsert, and make a group active again;
 *   3 for an unknown group is passed over.
 * - **People** are found by `sourcedid/id` alone, as CSV files write it. With option `persons` the rules of UserImport hold:
 *   `userid` is the username; new people get import_source `xml`; recstatus 3 makes passive, 1 active again, others leave it.
 * - **Members**: without `idtype` a person. Without a role, or with one active role, a member; with inactive roles only, not.
 *   A role is inactive by `status` 0 or recstatus 3. Only memberships of source xml are set and removed.
 * - **Parents** may stand 100 deep. A rejected one leaves the group where it was, unless the file had to free that way for another.
 *   A group that is a member with recstatus 3 leaves that parent, if the file names no other.
 * - **Mode full**: a group is named by a valid `group` or by a `membership`. One of whose members one has no readable sourcedid
 *   keeps all its members. A row that failed otherwise still says that its person is listed.
 * - **Target**: a file that names targets, and not the configured one, counts as skipped and stays where it is, since it may be
 *   somebody else's; one that names none is imported.
 * - **Refused whole**: DTDs, entities beyond XML's five, elements more than 32 deep, a tag or text of more than 64 KB, encodings
 *   other than UTF-8 and ISO-8859-1, another root.
 *
 * Reads a file four times. Costs about 5 statements for each changed row and 1 round trip for each `chunkSize` unchanged ones. A
 * dry run leaves out members and parents among what is not there (yet), since a file of the same run may bring it. The result file
 * has the rows in the order in which they were worked.
 */
export const XMLGroupImport = defineProcessor<typeof parameters, ImportCursor>({
  id: "XMLGroupImport",
  group: "imports",
  summary: "Creates and updates groups and their members from XML files (IMS Enterprise).",
  scope: "client",
  store: "learning",
  load: "heavy",
  suggestedCron: "0 35 1 * * ?",
  after: ["UserImport", "GroupImport"],
  dryRun: "lower_bound",
  parameters,
  counts: ["files", "groups", "added", "removed"],
  run: (context) =>
    importFiles(context, {
      kind: "xml_group",
      options: xmlOptions,
      configurationIds: context.parameters.configIds,
      check: checkXml,
      passes: (file: XmlFile, facts: XmlFacts) => [
        (position: RowPosition | null) => importNamed(context, file, facts, position),
        (position: RowPosition | null) => importMembers(context, file, facts, position),
        (position: RowPosition | null) => importParents(context, file, facts, position),
        ...unlistedPass(context, file),
      ],
    }),
});

/** The unit of an item, in a list; what is wrong with the item fails it. */
function unitOf(
  file: XmlFile,
  item: GroupItem | PersonItem | ParentRow,
  make: () => Pick<Unit, "writes" | "counts"> | null,
): Unit[] {
  const ref = rowRef(file.name, item.line, shownKey(item.sourcedId));
  try {
    const unit = make();
    return unit ? [{ ref, ...unit }] : [];
  } catch (error) {
    if (error instanceof RowProblem) {
      return [{ ref, writes: [], failure: { code: error.code, message: error.message } }];
    }
    throw error;
  }
}

/** Pass 1: groups and people. */
async function* importNamed(
  { rows, today, now, parameters: { chunkSize } }: Context,
  file: XmlFile,
  facts: XmlFacts,
  position: RowPosition | null,
): AsyncGenerator<Step<RowPosition>, void> {
  let done = position?.rows ?? 0;
  const wanted = (item: EnterpriseItem) => passOf(item, file.options) === "named";
  for await (const { items, next } of xmlChunks(file, facts, position, chunkSize, wanted)) {
    const groupItems = items.filter((item) => item.kind === "group");
    const personItems = items.filter((item) => item.kind === "person");
    const personRows = personItems.map(readPerson);
    const groups = await readGroups(rows, file.id, groupItems);
    const people = personRows.length > 0 ? await readPeople(rows, file.id, personRows) : null;
    const writes: PersonWrite[] = [];
    const units = groupItems.flatMap((item) =>
      unitOf(file, item, () => {
        const changes = groupWrites(groups, item, now);
        return changes.length > 0 ? { writes: changes, counts: { groups: 1 } } : { writes: [] };
      }),
    );
    personItems.forEach((item, index) => {
      const row = personRows[index];
      if (!people || !row) return;
      const unit = unitOf(file, item, () => {
        const change = personWrite(people, row, today, now);
        if (change) writes.push(change);
        return { writes: change ? [change.write] : [] };
      });
      units.push(...unit);
    });
    done += items.length;
    yield {
      units,
      followUp: peopleFollowUp(writes, now),
      also: [rememberSeen(file.id, [...groupItems.flatMap(groupKeys), ...personRows.flatMap(rowKeys)])],
      cursor: { ...next, rows: done },
      progress: { done, total: facts.rows },
    };
  }
}

/** Pass 2: people as members. Remembers what the file lists, and which groups pass 3 gives a parent. */
async function* importMembers(
  { rows, run, now, parameters: { chunkSize } }: Context,
  file: XmlFile,
  facts: XmlFacts,
  position: RowPosition | null,
): AsyncGenerator<Step<RowPosition>, void> {
  let done = position?.rows ?? facts.named;
  const wanted = (item: EnterpriseItem) => item.kind !== "person" && item.kind !== "properties";
  for await (const { items, next } of xmlChunks(file, facts, position, chunkSize, wanted)) {
    const members = items.filter((item): item is MemberItem => passOf(item, file.options) === "members");
    const stored = await readMembers(rows, file.id, members);
    const units = members.flatMap((item) => unitOf(file, item, () => memberUnit(stored, item, now, run.dryRun)));
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
  { rows, run, now, parameters: { chunkSize } }: Context,
  file: XmlFile,
  facts: XmlFacts,
  position: RowPosition | null,
): AsyncGenerator<Step<RowPosition>, void> {
  if (facts.parents === 0) return;
  let done = position?.rows ?? facts.named + facts.members;
  const wanted = (item: EnterpriseItem) => passOf(item, file.options) === "parents";
  for await (const { items, next } of xmlChunks(file, facts, position, chunkSize, wanted)) {
    const chunk = items as ParentRow[];
    const tree = await readTree(rows, file.id, chunk);
    const units = chunk.flatMap((row) => unitOf(file, row, () => parentUnit(tree, row, now, run.dryRun)));
    done += chunk.length;
    yield {
      units,
      also: [rememberSeen(file.id, placedKeys(chunk))],
      cursor: { ...next, rows: done },
      progress: { done, total: facts.rows },
    };
  }
}

/** Pass 4, in mode full. */
function unlistedPass({ rows, now, parameters }: Context, file: XmlFile): Pass<ListPosition>[] {
  if (file.options.mode !== "full") return [];
  return [(position) => removeUnlisted(rows, file, position, parameters.chunkSize, now)];
}
