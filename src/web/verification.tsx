import { Hono } from "hono";
import { clientColumns } from "../control/clients/clients.ts";
import { clients } from "../control/schema.ts";
import { readVerificationCode } from "../learning/certificates/code.ts";
import { selectVerified, type VerifiedCertificate } from "../learning/certificates/verification.ts";
import { clientRows } from "../store/rows.ts";
import { select } from "../store/select.ts";
import { sql } from "../store/sql.ts";
import { read } from "../store/statement.ts";
import { dayInWords } from "../time/day-words.ts";
import type { Environment, PageContext } from "./environment.ts";
import { Brand, htmlDocument } from "./page/document.tsx";
import { PageError } from "./page/page-error.ts";
import type { Ports } from "./ports.ts";
import { say } from "./words/text.ts";

/** Codes that one address may look up in {@link WINDOW_MS}; counted by process. */
export const MOST_LOOKUPS = 30;
const WINDOW_MS = 60_000;

/** Clients that share a host name, at most, that are asked. */
const MOST_CLIENTS = 10;

/** What is said of a certificate may change, and no search engine lists who is asked about. */
const HEADERS = { "Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow" } as const;

const tooMany = new PageError(
  429,
  "Too many at once",
  say("At most {most} codes are looked up in a minute. Try again later.", { most: MOST_LOOKUPS }),
);

function found(c: PageContext, certificate: VerifiedCertificate) {
  const { reader } = c.var;
  const { t, locale } = reader;
  const children = (
    <main>
      <div class="narrow">
        <Brand unlinked />
        <h1>{certificate.revoked ? t("This certificate was revoked") : t("This certificate is valid")}</h1>
        <dl class="facts">
          <dt>{t("Issued for")}</dt>
          <dd dir="auto">{certificate.title}</dd>
          <dt>{t("Issued on")}</dt>
          <dd>
            <time datetime={certificate.issuedOn}>{dayInWords(certificate.issuedOn, locale)}</time>
          </dd>
          <dt>{t("State")}</dt>
          <dd>{certificate.revoked ? t("revoked") : t("valid")}</dd>
        </dl>
      </div>
    </main>
  );
  return c.html(htmlDocument(reader, { title: t("Certificate"), children }), 200, HEADERS);
}

/** The same for what can be no code, for one that no certificate has, and for a host of no client. */
function notFound(c: PageContext) {
  const { reader } = c.var;
  const { t } = reader;
  const children = (
    <main>
      <div class="narrow">
        <Brand unlinked />
        <h1>{t("No such certificate")}</h1>
        <p>{t("No certificate has this code. Look whether it was typed as it stands on the certificate.")}</p>
      </div>
    </main>
  );
  return c.html(htmlDocument(reader, { title: t("No such certificate"), children }), 404, HEADERS);
}

/**
 * `/v/<code>` (handbook, certificates: verification): whether a certificate with this code was issued by the client whose host is
 * asked, and still holds. It says what for and since when, and nothing of the person. What cannot be a code is looked up all the
 * same, so that the answer takes as long.
 */
export function verificationRoutes(ports: Ports): Hono<Environment> {
  const routes = new Hono<Environment>();

  routes.get("/v/:code", async (c) => {
    const address = ports.clientAddress(c.req.raw);
    if (ports.lookups?.take(address, MOST_LOOKUPS, WINDOW_MS, ports.now()) === false) throw tooMany;
    const code = readVerificationCode(c.req.param("code")) ?? "";
    const { host } = new URL(c.req.url);
    const issuers = await read(
      ports.control,
      select(clients, clientColumns, sql`WHERE host = ${host} ORDER BY id LIMIT ${MOST_CLIENTS}`),
    );
    let certificate: VerifiedCertificate | null = null;
    for (const issuer of issuers) {
      const rows = clientRows(await ports.storeOf(issuer), issuer.id, 0);
      certificate ??= await rows.first(selectVerified(code));
    }
    return certificate ? found(c, certificate) : notFound(c);
  });

  return routes;
}
