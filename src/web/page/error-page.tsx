import { page } from "../admin/parts/layout.tsx";
import type { Environment, PageContext } from "../environment.ts";
import type { Ports } from "../ports.ts";
import { Brand, htmlDocument } from "./document.tsx";
import type { PageError } from "./page-error.ts";

/** What is wrong and what to do next; within the manager for those who are signed in. */
export function errorPage(c: PageContext, ports: Pick<Ports, "mailbox" | "demoShop" | "isDemo">, error: PageError) {
  const { reader } = c.var;
  const { t } = reader;
  const signedIn = (c.var as Partial<Environment["Variables"]>).admin !== undefined;
  const title = t.said(error.title);
  const words = (
    <>
      <p>{t.said(error.words)}</p>
      {error.link === null ? null : (
        <p>
          <a href={error.link.path}>{t.said(error.link.label)}</a>
        </p>
      )}
      <p>
        <a href="/admin/jobs">{signedIn ? t("Go to the jobs") : t("Go to the start")}</a>
      </p>
    </>
  );
  if (signedIn) return page(c, ports, { title, section: null, children: words });
  return htmlDocument(reader, {
    title,
    children: (
      <main>
        <div class="narrow">
          <Brand />
          <h1>{title}</h1>
          {words}
        </div>
      </main>
    ),
  });
}
