import { raw } from "hono/html";
import type { HandbookPage } from "../../handbook/page.ts";
import { pages } from "../../handbook/pages.ts";
import { page } from "../admin/parts/layout.tsx";
import type { PageContext } from "../environment.ts";
import { TextField } from "../page/fields.tsx";
import { notFound } from "../page/page-error.ts";
import type { Ports } from "../ports.ts";
import { useReader } from "../reader/reader.ts";
import type { English } from "../words/text.ts";
import { type Found, HandbookSearch, MOST_FOUND, MOST_WORDS } from "./search.ts";

/** The sections, by the first part of their pages' paths. */
const sectionWords: Readonly<Record<string, English>> = {
  administrators: "For administrators",
  operators: "For operators",
  developers: "For developers",
};

/** Pages by their paths. */
const byPath: ReadonlyMap<string, HandbookPage> = new Map(pages.map((one) => [one.path, one]));
const search = new HandbookSearch(pages);

/** `/handbook`, `/handbook/<section>` and `/handbook/<section>/<page>`; `/handbook?q=` looks for words. */
export function handbookPage(c: PageContext, ports: Ports) {
  const { t } = c.var.reader;
  const path = [c.req.param("section"), c.req.param("page")].filter((part) => part !== undefined).join("/");
  const found = byPath.get(path);
  if (!found) throw notFound("page");
  const query = path === "" ? (c.req.query("q") ?? "").trim() : "";
  const [section = ""] = path.split("/");
  const words = sectionWords[section];
  const crumbs = [
    ...(path === "" ? [] : [{ label: t("Handbook"), path: "/handbook" }]),
    ...(words && path !== section ? [{ label: t.said(words), path: `/handbook/${section}` }] : []),
  ];
  return c.html(
    page(c, ports, {
      title: path === "" ? t("Handbook") : path === section && words ? t.said(words) : found.title,
      titleLanguage: path.includes("/") ? "en" : undefined,
      section: "handbook",
      crumbs,
      children: (
        <>
          {path === "" ? <SearchForm query={query} /> : null}
          {query === "" ? <Content page={found} /> : <Results query={query} />}
        </>
      ),
    }),
  );
}

function SearchForm(props: { query: string }) {
  const { t, locale } = useReader();
  return (
    <>
      {locale === "en" ? null : <p class="soft">{t("The pages of the handbook are in English.")}</p>}
      <search>
        <form class="filters" method="get" action="/handbook">
          <TextField name="q" label={t("Search the handbook")} value={props.query} />
          <button class="button" type="submit">
            {t("Search")}
          </button>
          {props.query === "" ? null : <a href="/handbook">{t("Show all")}</a>}
        </form>
      </search>
    </>
  );
}

function Results(props: { query: string }) {
  const { t } = useReader();
  const { found, total, shortened } = search.find({ words: props.query });
  return (
    <>
      {shortened ? <p class="soft">{t("Only the first {most} words were looked for.", { most: MOST_WORDS })}</p> : null}
      <p class="soft" role="status">
        {total === 0
          ? t("Nothing in the handbook has all of these words. Try fewer words, or the English ones.")
          : total > MOST_FOUND
            ? t("The best {most} of {count} passages in the handbook", { most: MOST_FOUND, count: total })
            : t.count(total, "{count} passage in the handbook", "{count} passages in the handbook")}
      </p>
      {found.length === 0 ? null : (
        <ul class="choices" lang="en">
          {found.map((one) => (
            <Passage found={one} />
          ))}
        </ul>
      )}
    </>
  );
}

function Passage(props: { found: Found }) {
  const { path, page, heading, excerpt } = props.found;
  return (
    <li>
      <a href={path}>{heading}</a>
      {heading === page ? null : <p class="soft small">{page}</p>}
      <p class="small">{excerpt}</p>
    </li>
  );
}

function Content(props: { page: HandbookPage }) {
  const { t } = useReader();
  const { path, html, parts } = props.page;
  const headings = parts.filter(({ anchor }) => anchor !== "");
  const next = path.includes("/") ? pages[pages.indexOf(props.page) + 1] : undefined;
  return (
    <>
      {headings.length > 2 && path.includes("/") ? (
        <nav class="contents small" aria-labelledby="contents">
          <h2 id="contents">{t("On this page")}</h2>
          <ul lang="en">
            {headings.map(({ anchor, heading }) => (
              <li>
                <a href={`#${anchor}`}>{heading}</a>
              </li>
            ))}
          </ul>
        </nav>
      ) : null}
      <article class="handbook" lang="en">
        {raw(html)}
      </article>
      {next ? (
        <p>
          <a href={`/handbook/${next.path}`}>
            {t.rich("Next page: {title}", { title: <span lang="en">{next.title}</span> })}
          </a>
        </p>
      ) : null}
    </>
  );
}
