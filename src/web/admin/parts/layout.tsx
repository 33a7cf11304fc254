import type { Child } from "hono/jsx";
import type { PageContext } from "../../environment.ts";
import { linksFor, type NavigationLink, type Section } from "../../navigation.ts";
import { Brand, DemoNote, htmlDocument, type Refresh } from "../../page/document.tsx";
import { Notice } from "../../page/notice.tsx";
import type { Ports } from "../../ports.ts";
import { type KeptForm, useReader } from "../../reader/reader.ts";
import { DraftGaps } from "../../sign-in/draft/draft-page.tsx";
import type { Locale } from "../../words/translate.ts";
import { StoppedNotice } from "../now/stopped.tsx";

const roleWords = { system_admin: "System admin", client_admin: "Client admin", read_only: "Read only" } as const;

/** What a page of the manager is made of. Texts are in the reader's language already. */
export interface Page {
  readonly title: string;
  /** Where the title is not in the reader's language: the language it is in. */
  readonly titleLanguage?: Locale | undefined;
  readonly section: Section | null;
  /** The way here: pages above this one. */
  readonly crumbs?: readonly { readonly label: string; readonly path: string }[];
  /** Stands beside the heading. */
  readonly aside?: Child;
  /** Stands below the heading. */
  readonly lead?: Child;
  /** The form was sent back: the title says so first, for those who hear it. */
  readonly hasProblems?: boolean;
  readonly refresh?: Refresh | undefined;
  readonly children: Child;
}

/** Draws a page of the manager around its content. */
export function page(c: PageContext, ports: Pick<Ports, "mailbox" | "demoShop" | "isDemo">, content: Page) {
  const { admin, reader, navigation, paths, stop } = c.var;
  const { t } = reader;
  const demo = { mailbox: ports.mailbox !== null, shop: Boolean(ports.demoShop) };
  return htmlDocument(reader, {
    title: `${content.hasProblems ? `${t("Please mend:")} ` : ""}${content.title}`,
    refresh: content.refresh,
    children: (
      <>
        <a class="skip" href="#content">
          {t("Skip to content")}
        </a>
        <header class="top">
          <div>
            <Brand />
            <Navigation current={content.section} {...linksFor(admin, navigation, paths, demo)} />
            <div class="who">
              <a class="name small soft" href="/admin/account" title={admin.email}>
                {admin.name}
                <span class="role"> · {t(roleWords[admin.role])}</span>
              </a>
              <form method="post" action="/sign-out">
                <button class="button plain" type="submit">
                  {t("Sign out")}
                </button>
              </form>
            </div>
          </div>
        </header>
        <main id="content" tabindex={-1}>
          {ports.isDemo ? <DemoNote /> : null}
          <StoppedNotice stop={stop} />
          <KeptNotice kept={reader.kept} />
          <Notice notice={c.req.query("notice")} stopped={stop !== null} />
          <div class="head">
            <div>
              {content.crumbs?.length ? (
                <nav class="crumbs" aria-label={t("Above this page")}>
                  {content.crumbs.map(({ label, path }, index) => (
                    <>
                      {index === 0 ? null : <span class="soft"> › </span>}
                      <a href={path}>{label}</a>
                    </>
                  ))}
                </nav>
              ) : null}
              <h1 lang={content.titleLanguage}>{content.title}</h1>
              {content.lead ? <p class="soft">{content.lead}</p> : null}
            </div>
            {content.aside ? <div class="actions">{content.aside}</div> : null}
          </div>
          {content.children}
        </main>
      </>
    ),
  });
}

/** The bar, and what is folded away behind "More": a plain `<details>`, so it opens by keyboard and without JavaScript. */
function Navigation(props: {
  current: Section | null;
  first: readonly NavigationLink[];
  more: readonly NavigationLink[];
}) {
  const { t } = useReader();
  const { current, first, more } = props;
  const here = more.find(({ key }) => key === current);
  const items = (links: readonly NavigationLink[]) =>
    links.map(({ key, ownLabel, label, path }) => (
      <li>
        <a href={path} aria-current={key === current ? "page" : undefined}>
          {ownLabel ?? t.said(label)}
        </a>
      </li>
    ));
  return (
    <nav aria-label={t("Main")}>
      <ul>
        {items(first)}
        {more.length === 0 ? null : (
          <li>
            <details class={here ? "more here" : "more"} data-fold="">
              <summary>{here ? (here.ownLabel ?? t.said(here.label)) : t("More")}</summary>
              <ul>{items(more)}</ul>
            </details>
          </li>
        )}
      </ul>
    </nav>
  );
}

/** Says that the form on this page is one that waited for a sign-in, and what of it must be given again. */
function KeptNotice(props: { kept: KeptForm | null }) {
  const { t } = useReader();
  const { kept } = props;
  if (kept === null) return null;
  return (
    <div class="notice" role="status">
      <p>
        {kept.said} {t("Your form was kept. It is filled in as you had it; nothing of it has been done yet.")}
      </p>
      <DraftGaps draft={kept} />
    </div>
  );
}
