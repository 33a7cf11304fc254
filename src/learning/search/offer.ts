import type { SQL } from "drizzle-orm";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { documentSources } from "./source.ts";

/** What anybody may see of an item of the catalogue. */
export interface Offer {
  readonly title: string;
  /** Of its component; '' for a folder. */
  readonly description: string;
  /** The component's language; null: a folder. */
  readonly locale: string | null;
  readonly location: string | null;
  /** Instants in ms. */
  readonly startAt: number | null;
  readonly endAt: number | null;
  /** The component's IANA zone; null: the client's. */
  readonly timeZone: string | null;
}

/** An item of the catalogue, if anybody may see it now, whatever an index says. */
export function selectOffer(id: number): SQL<Offer> {
  const { from, isPublic } = documentSources.catalogue;
  return sql<Offer>`SELECT row.title AS title, coalesce(component.description, '') AS description, component.language AS locale,
      component.location AS location, component.start_at AS "startAt", component.end_at AS "endAt", component.time_zone AS "timeZone"
    FROM ${from} WHERE row.id = ${id} AND +row.client_id = ${thisClient} AND ${isPublic} = 1`;
}

/** An item of a folder. */
export interface OfferInFolder {
  readonly id: number;
  readonly title: string;
}

/** The items in a folder that anybody may see, by title. @param limit at most */
export function selectOffersIn(folder: number, limit: number): SQL<OfferInFolder> {
  const { from, isPublic } = documentSources.catalogue;
  return sql<OfferInFolder>`SELECT row.id AS id, row.title AS title FROM ${from}
    WHERE row.parent_id = ${folder} AND +row.client_id = ${thisClient} AND ${isPublic} = 1 ORDER BY row.title, row.id LIMIT ${limit}`;
}
