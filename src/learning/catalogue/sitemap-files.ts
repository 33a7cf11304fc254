import type { SQL } from "drizzle-orm";
import type { FileEntry } from "../../files/files.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";

/** Where a client's site maps lie; ends with `/`. */
export const sitemapFolder = (clientId: number): string => `c/${clientId}/sitemaps/`;

/** The name of the index, in the folder and at the client's host. */
export const SITEMAP_INDEX = "sitemap.xml";

/** The name of a part, from 1 on. */
export const sitemapPart = (number: number): string => `sitemap-${number}.xml`;

/** A name of {@link SITEMAP_INDEX} or {@link sitemapPart}, as a path may have it. */
export const SITEMAP_NAME: RegExp = /^sitemap(?:-[1-9][0-9]{0,5})?\.xml$/;

/** Records a site map that was written, if it is another one than before. @param now ms */
export function recordSitemap({ key, size, etag }: Pick<FileEntry, "key" | "size" | "etag">, now: number): SQL {
  return sql`INSERT INTO files (client_id, key, kind, size, etag, state, stored_at, created_at, updated_at)
    VALUES (${thisClient}, ${key}, 'sitemap', ${size}, ${etag}, 'ready', ${now}, ${now}, ${now})
    ON CONFLICT (key) DO UPDATE SET size = excluded.size, etag = excluded.etag, state = 'ready', stored_at = excluded.stored_at,
      updated_at = excluded.updated_at
      WHERE files.client_id = excluded.client_id AND (files.etag IS NOT excluded.etag OR files.state <> 'ready')`;
}
