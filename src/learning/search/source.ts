import type { SQL } from "drizzle-orm";
import { sql } from "../../store/sql.ts";
import { reportSources } from "../reports/report.ts";
import type { CellKind } from "../reports/sources/column.ts";
import type { ReportSource } from "../reports/sources/source.ts";
import type { SearchIndex } from "./indexes.ts";

/** What an index shows. */
export type IndexedKind = SearchIndex["entity"];

/** Where the documents of an entity come from. The main table is called `row`; each of the others is SQL over one of its rows. */
export interface DocumentSource {
  readonly from: SQL;
  /** Which rows are shown at all. */
  readonly where: SQL;
  /** Id of the person that a row is about, or NULL. */
  readonly person: SQL;
  readonly title: SQL;
  /** What is searched besides the title. NULL counts as nothing. */
  readonly text: readonly SQL[];
  readonly locale: SQL;
  /** 1: anybody may see it. */
  readonly isPublic: SQL;
  /** The report whose columns a document of kind `report` has. */
  readonly report: ReportSource | null;
}

const nothing = sql`NULL`;
const no = sql`0`;

/** Titles of what a component consists of. */
const contents = (componentId: string) =>
  sql.raw(`(SELECT group_concat(coalesce(item.title, medium.title, part.title), ' ') FROM syllabus_items AS item
    LEFT JOIN media AS medium ON medium.id = item.media_id AND medium.client_id = item.client_id
    LEFT JOIN components AS part ON part.id = item.ref_component_id AND part.client_id = item.client_id
    WHERE item.client_id = row.client_id AND item.component_id = ${componentId} AND item.removed_at IS NULL)`);

/** Titles of the folders above an item of the catalogue, and whether each of them may be seen by anybody. A circle of folders ends. */
const above = (selected: string) =>
  `(WITH RECURSIVE above (id, parent_id) AS (
      SELECT folder.id, folder.parent_id FROM catalogue_items AS folder WHERE folder.id = row.parent_id AND folder.client_id = row.client_id
      UNION
      SELECT folder.id, folder.parent_id FROM above JOIN catalogue_items AS folder ON folder.id = above.parent_id AND folder.client_id = row.client_id)
    SELECT ${selected} FROM above JOIN catalogue_items AS folder ON folder.id = above.id)`;

const open = "planning_status IN ('released', 'fixed')";

/** A row about a person, with the columns of a report. */
const ofReport = (report: ReportSource, title: string, where: SQL, more: readonly SQL[] = []): DocumentSource => ({
  from: report.from,
  where: sql`person.auth_status <> 'deleted' AND ${where}`,
  person: report.person,
  title: sql.raw(title),
  text: [
    sql.raw("person.given_name"),
    sql.raw("person.family_name"),
    sql.raw("person.username"),
    sql.raw("person.email"),
    sql.raw("person.external_id"),
    ...more,
  ],
  locale: sql.raw("person.locale"),
  isPublic: no,
  report,
});

const everything = sql`1`;

/** The sources by entity (handbook, catalogue: CreateSolrIndex). */
export const documentSources: Readonly<Record<IndexedKind, DocumentSource>> = {
  catalogue: {
    from: sql.raw(`catalogue_items AS row
      LEFT JOIN components AS component ON component.id = row.component_id AND component.client_id = row.client_id`),
    where: everything,
    person: nothing,
    title: sql.raw("row.title"),
    text: [
      sql.raw("component.title"),
      sql.raw("component.description"),
      sql.raw("component.location"),
      sql.raw(above("group_concat(folder.title, ' ')")),
      contents("row.component_id"),
    ],
    locale: sql.raw("component.language"),
    isPublic: sql.raw(`(row.visible = 1 AND row.is_public = 1
      AND (row.component_id IS NULL OR coalesce(component.is_public = 1 AND component.${open}, 0))
      AND coalesce(${above("min(folder.visible = 1 AND folder.is_public = 1)")}, 1))`),
    report: null,
  },
  component: {
    from: sql.raw("components AS row"),
    where: everything,
    person: nothing,
    title: sql.raw("row.title"),
    text: [
      sql.raw("row.external_id"),
      sql.raw("row.description"),
      sql.raw("row.location"),
      sql.raw("row.type_key"),
      contents("row.id"),
    ],
    locale: sql.raw("row.language"),
    isPublic: sql.raw(`(row.is_public = 1 AND row.${open})`),
    report: null,
  },
  media: {
    from: sql.raw("media AS row"),
    where: sql.raw("row.status = 'active'"),
    person: nothing,
    title: sql.raw("row.title"),
    text: [sql.raw("row.external_id"), sql.raw("row.description"), sql.raw("row.kind")],
    locale: sql.raw("row.language"),
    isPublic: no,
    report: null,
  },
  person: ofReport(reportSources.persons, "trim(person.given_name || ' ' || person.family_name)", everything),
  registration: ofReport(reportSources.registrations, "component.title", everything, [sql.raw("row.status")]),
  learning_path: ofReport(
    reportSources.learning_paths,
    "component.title",
    sql.raw("component.kind = 'learning_path'"),
    [sql.raw("row.status")],
  ),
  skill: ofReport(reportSources.skills, "skill.name", everything, [sql.raw("row.display_state")]),
  certification: ofReport(reportSources.certification_status, "certification.name", everything, [
    sql.raw("row.status"),
  ]),
};

/** What a column of a document of kind `report` holds; null: it has no such column. */
export function columnKind(entity: IndexedKind, name: string): CellKind | null {
  return documentSources[entity].report?.columns[name]?.kind ?? null;
}
