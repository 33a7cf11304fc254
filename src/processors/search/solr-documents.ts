import type { SolrDocument } from "../../connectors/search/solr-collection.ts";
import type { SearchDocument } from "../../learning/search/document.ts";
import type { SearchIndex } from "../../learning/search/indexes.ts";
import { columnKind } from "../../learning/search/source.ts";

type Entity = SearchIndex["entity"];

/** Which documents of a collection are an index's, as the server's filter queries name them. */
export function ownDocuments(clientId: number, entity: Entity): string {
  return `client_id:${clientId} AND entity:${entity}`;
}

/** Those of them that another build left. Of terms that are all refused Solr finds nothing, hence the others before it. */
export function staleDocuments(clientId: number, entity: Entity, buildId: number): string {
  return `${ownDocuments(clientId, entity)} AND -build_id:${buildId}`;
}

/** Those of them that are about some people. */
export function documentsAbout(clientId: number, entity: Entity, people: readonly number[]): string {
  return `${ownDocuments(clientId, entity)} AND person_id:(${people.join(" ")})`;
}

/** The id of a row's document. */
export function documentId(clientId: number, entity: Entity, entityId: number): string {
  return `${clientId}:${entity}:${entityId}`;
}

/** A document as a Solr server gets it: fields without a value are left out, instants are written as its dates are. */
export function solrDocument(
  clientId: number,
  entity: Entity,
  buildId: number,
  { entityId, personId, title, text, locale, groups, isPublic, updatedAt, columns }: SearchDocument,
): SolrDocument {
  const cells = Object.entries(columns).map(([name, cell]) => {
    const kind = columnKind(entity, name);
    if (cell !== null && kind === "instant") return [name, new Date(Number(cell)).toISOString()];
    return [name, kind === "flag" && cell !== null ? cell === 1 : cell];
  });
  const fields = {
    ...Object.fromEntries(cells),
    client_id: clientId,
    entity,
    entity_id: entityId,
    build_id: buildId,
    person_id: personId,
    title,
    text,
    locale,
    groups,
    is_public: isPublic,
    updated_at: new Date(updatedAt).toISOString(),
  };
  const filled = Object.entries(fields).filter(([, value]) => value !== null);
  return { ...Object.fromEntries(filled), id: documentId(clientId, entity, entityId) };
}
