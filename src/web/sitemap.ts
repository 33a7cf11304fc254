import { Hono } from "hono";
import { clientColumns } from "../control/clients/clients.ts";
import { clients } from "../control/schema.ts";
import { boundFiles } from "../files/bound.ts";
import { SITEMAP_NAME, sitemapFolder } from "../learning/catalogue/sitemap-files.ts";
import { select } from "../store/select.ts";
import { sql } from "../store/sql.ts";
import { read } from "../store/statement.ts";
import type { Environment } from "./environment.ts";
import { notFound } from "./page/page-error.ts";
import type { Ports } from "./ports.ts";

/** Clients that share a host name, at most, that are asked. */
const MOST_CLIENTS = 10;

/** A crawler asks again after this time at the earliest, s. */
const FRESH_SECONDS = 3600;

/**
 * `/sitemap.xml` and `/sitemap-<n>.xml` (handbook, catalogue: CreateSiteMaps) of the client whose host is asked. They lie at the root because a
 * site map may list only addresses at or below its own folder (sitemaps.org). Where several active clients share a host, the first
 * that has the file answers.
 */
export function sitemapRoutes(ports: Ports): Hono<Environment> {
  const routes = new Hono<Environment>();

  // Hono answers HEAD by the same route.
  routes.get("/:name{sitemap(?:-[0-9]+)?\\.xml}", async (c) => {
    const name = c.req.param("name");
    const { host } = new URL(c.req.url);
    if (!SITEMAP_NAME.test(name)) throw notFound("page");
    const owners = await read(
      ports.control,
      select(clients, clientColumns, sql`WHERE host = ${host} AND status = 'active' ORDER BY id LIMIT ${MOST_CLIENTS}`),
    );
    for (const { id } of owners) {
      const files = boundFiles(ports.files, [sitemapFolder(id)]);
      const key = `${sitemapFolder(id)}${name}`;
      const entry = await files.head(key);
      if (!entry) continue;
      const etag = `"${entry.etag}"`;
      const headers = { "Cache-Control": `public, max-age=${FRESH_SECONDS}`, ETag: etag };
      if (c.req.header("if-none-match") === etag) return c.body(null, 304, headers);
      const described = {
        ...headers,
        "Content-Type": "application/xml; charset=utf-8",
        "Content-Length": String(entry.size),
      };
      if (c.req.method === "HEAD") return c.body(null, 200, described);
      const content = await files.read(key, { etag: entry.etag });
      if (content) return c.body(content, 200, described);
    }
    throw notFound("page");
  });

  return routes;
}
