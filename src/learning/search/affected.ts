import type { SQL } from "drizzle-orm";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import type { SearchIndex } from "./indexes.ts";

/** Some changes, and a page of the documents that they touch. */
export interface ChangeWindow {
  /** Changes behind this id … */
  readonly from: number;
  /** … up to this one. */
  readonly to: number;
  /** Id of the last document of the page before. */
  readonly after: number;
  readonly limit: number;
}

/** For each entity that can change, SQL of the ids of the documents that show it; `change.entity_id` is the row that changed. */
type Branches = Readonly<Record<string, string>>;

const itself = "SELECT change.entity_id AS id FROM change";
const from = (table: string, column: string) =>
  `SELECT found.id FROM change CROSS JOIN ${table} AS found ON found.client_id = own.client_id AND found.${column} = change.entity_id`;
const holding = `syllabus_items AS item ON item.client_id = own.client_id AND item.media_id = change.entity_id`;
const registrations: Branches = {
  registration: itself,
  person: from("registrations", "person_id"),
  component: from("registrations", "component_id"),
};

const branches: Readonly<Record<SearchIndex["entity"], Branches>> = {
  catalogue: {
    catalogue: `SELECT below.id FROM (WITH RECURSIVE below (id) AS (
        SELECT entity_id FROM change WHERE change.entity = 'catalogue'
        UNION
        SELECT lower.id FROM below CROSS JOIN catalogue_items AS lower ON lower.parent_id = below.id)
      SELECT id FROM below) AS below`,
    component: from("catalogue_items", "component_id"),
    media: `SELECT found.id FROM change CROSS JOIN ${holding}
      CROSS JOIN catalogue_items AS found ON found.client_id = own.client_id AND found.component_id = item.component_id`,
  },
  component: { component: itself, media: `SELECT item.component_id AS id FROM change CROSS JOIN ${holding}` },
  media: { media: itself },
  person: { person: itself },
  registration: registrations,
  learning_path: registrations,
  skill: { skill: from("person_skills", "skill_id"), person: from("person_skills", "person_id") },
  certification: {
    certification: from("person_certifications", "certification_id"),
    person: from("person_certifications", "person_id"),
  },
};

/** For each entity of an index, the entities whose changes it has to follow. */
export const followed = Object.fromEntries(
  Object.entries(branches).map(([entity, ways]) => [entity, Object.keys(ways)]),
) as unknown as Readonly<Record<SearchIndex["entity"], readonly string[]>>;

/**
 * Ids of the documents of an index that changes touch, each once, in rising order; also of some that are no longer to be shown. A change
 * of a person means its registrations, skills and certifications too, one of a component its registrations, one of a folder of the
 * catalogue all that lies in it.
 */
export function selectAffected(
  { id, entity }: Pick<SearchIndex, "id" | "entity">,
  { from, to, after, limit }: ChangeWindow,
): SQL<{ readonly id: number }> {
  const ways = Object.entries(branches[entity]).map(([changed, way]) =>
    changed === "catalogue"
      ? sql.raw(way)
      : sql.raw(`${way.replace("FROM change", "FROM own CROSS JOIN change")} WHERE change.entity = '${changed}'`),
  );
  // What was shown of a person may have gone without a trace of its own.
  const shown = sql`SELECT document.entity_id AS id FROM own CROSS JOIN change
    CROSS JOIN search_documents AS document ON document.client_id = own.client_id AND document.person_id = change.entity_id
      AND document.index_id = ${id}
    WHERE change.entity = 'person'`;
  return sql<{ readonly id: number }>`WITH own AS (SELECT ${thisClient} AS client_id),
    change AS MATERIALIZED (SELECT DISTINCT entity, entity_id FROM index_changes
      WHERE client_id = ${thisClient} AND id > ${from} AND id <= ${to})
    SELECT id FROM (${sql.join([...ways, shown], sql` UNION `)}) AS touched WHERE id > ${after} ORDER BY id LIMIT ${limit}`;
}

/** The people among changes, in rising order. */
export function selectChangedPeople(window: Pick<ChangeWindow, "from" | "to">): SQL<{ readonly id: number }> {
  return sql<{ readonly id: number }>`SELECT DISTINCT entity_id AS id FROM index_changes
    WHERE client_id = ${thisClient} AND id > ${window.from} AND id <= ${window.to} AND entity = 'person' ORDER BY entity_id`;
}
