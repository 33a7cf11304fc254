import { Hono } from "hono";
import { readClient } from "../control/clients/clients.ts";
import { boundFiles } from "../files/bound.ts";
import { accessTokenHash, clientOfToken } from "../learning/reports/access-token.ts";
import { type LinkedFile, type LinkKind, selectLinkedFile } from "../learning/reports/linked-file.ts";
import { clientRows } from "../store/rows.ts";
import { noteAccess } from "./access-record.ts";
import type { Environment, PageContext } from "./environment.ts";
import { attachmentHeaders, fileName } from "./http/attachment.ts";
import { tellingEnd } from "./http/tally.ts";
import { Brand, htmlDocument } from "./page/document.tsx";
import { PageError } from "./page/page-error.ts";
import type { Ports } from "./ports.ts";
import { type English, say } from "./words/text.ts";

/** The address holds the token: it is kept nowhere, handed on to no one and found by no search engine. */
const PRIVATE = {
  "Cache-Control": "no-store",
  "Referrer-Policy": "no-referrer",
  "X-Robots-Tag": "noindex, nofollow",
} as const;

/** Reports of one client that are sent at the same time; counted by process. */
export const MOST_DOWNLOADS = 20;

/** A download counts no longer than this (ms), even if its end was never seen. */
const DOWNLOAD_MS = 600_000;

const tooMany = new PageError(
  429,
  "Too many at once",
  say("This client's reports are being fetched {most} times already. Try again in a minute.", { most: MOST_DOWNLOADS }),
);

/** The words for a link that opens nothing, by what it would lead to. */
const sorryWords = {
  report_subscription: {
    404: "This link opens no report. Look whether it was copied whole from the mail.",
    410: "A report can be fetched for some days only. The next one comes by mail, with a link of its own.",
  },
  report_call: {
    404: "This link opens no report. Look whether it was copied whole from the answer to the call.",
    410: "The result of a call can be fetched for some hours only. Call the report again.",
  },
} as const satisfies Record<LinkKind, Record<404 | 410, English>>;

function sorry(c: PageContext, kind: LinkKind, status: 404 | 410) {
  const { reader } = c.var;
  const { t } = reader;
  const title = status === 404 ? t("No such report") : t("This report is no longer here");
  const words = t(sorryWords[kind][status]);
  const children = (
    <main>
      <div class="narrow">
        <Brand unlinked />
        <h1>{title}</h1>
        <p>{words}</p>
      </div>
    </main>
  );
  // The foot of a page leads back to where the reader was: not here, or the token would stand in further addresses.
  return c.html(htmlDocument({ ...reader, here: "/" }, { title, children }), status, PRIVATE);
}

/** What a reader saves it as: the report's name and the day that its key ends with. */
function nameOf({ key, name }: LinkedFile): string {
  const last = key.slice(key.lastIndexOf("/") + 1);
  const dot = last.lastIndexOf(".");
  return fileName([name, last.slice(0, dot)].filter(Boolean).join(" "), last.slice(dot + 1));
}

/** Answers a link: the file of what it leads to. */
async function sendLinked(c: PageContext, ports: Ports, kind: LinkKind): Promise<Response> {
  const token = c.req.param("token") ?? "";
  const clientId = clientOfToken(token);
  const client = clientId === null ? null : await readClient(ports.control, clientId);
  if (!client) return sorry(c, kind, 404);
  const rows = clientRows(await ports.storeOf(client), client.id, 0);
  const linked = await rows.first(selectLinkedFile(await accessTokenHash(token), kind));
  if (!linked) return sorry(c, kind, 404);
  const over = linked.expires_at !== null && linked.expires_at <= ports.now();
  if (linked.state !== "ready" || over) return sorry(c, kind, 410);
  const files = boundFiles(ports.files, [`c/${client.id}/`]);
  const entry = await files.head(linked.key);
  if (!entry) return sorry(c, kind, 410);
  const headers = { ...PRIVATE, ...attachmentHeaders(nameOf(linked)), "Content-Length": String(entry.size) };
  if (c.req.method === "HEAD") return c.body(null, 200, headers);
  const close = ports.downloads?.take(String(client.id), MOST_DOWNLOADS, ports.now(), DOWNLOAD_MS);
  if (close === null) throw tooMany;
  try {
    const content = await files.read(linked.key, { etag: entry.etag });
    if (content) {
      await noteAccess(c, ports, { kind: "export", clientId: client.id, subject: linked.key });
      return c.body(
        tellingEnd(content, () => close?.()),
        200,
        headers,
      );
    }
  } catch (error) {
    close?.();
    throw error;
  }
  close?.();
  return sorry(c, kind, 410);
}

/**
 * `/r/<token>` (handbook, catalogue: OSReportSubscription) and `/x/<token>` (handbook, reports: the link): the file of a report that
 * was mailed, or of one that another system called, without a sign-in. 404 for what is no
 * token of ours, 410 when the file was deleted or its time is over. The token says whose database is asked; there its hash is
 * looked up by index.
 */
export function reportLinkRoutes(ports: Ports): Hono<Environment> {
  const routes = new Hono<Environment>();
  // Hono answers HEAD by the same routes.
  routes.get("/r/:token", (c) => sendLinked(c, ports, "report_subscription"));
  routes.get("/x/:token", (c) => sendLinked(c, ports, "report_call"));
  return routes;
}
