import type { Child } from "hono/jsx";
import { mayReadMailbox } from "../access.ts";
import { Brand, htmlDocument, type Refresh } from "../document.tsx";
import type { PageContext } from "../environment.ts";
import { Notice } from "../notice.tsx";
import type { Ports } from "../ports.ts";

const sections = [
  { key: "jobs", label: "Jobs", path: "/admin/jobs" },
  { key: "runs", label: "Runs", path: "/admin/runs" },
  { key: "files", label: "Files", path: "/admin/files" },
  { key: "mailbox", label: "Mailbox", path: "/admin/mailbox" },
] as const;

export type Section = (typeof sections)[number]["key"];

const roleWords = { system_admin: "System admin", client_admin: "Client admin", read_only: "Reader" } as const;

/** What a page of the manager is made of. */
export interface Page {
  readonly title: string;
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
export function page(c: PageContext, ports: Pick<Ports, "mailbox">, content: Page) {
  const { admin } = c.var;
  const shown = sections.filter(({ key }) => key !== "mailbox" || (ports.mailbox !== null && mayReadMailbox(admin)));
  return htmlDocument({
    title: `${content.hasProblems ? "Please mend: " : ""}${content.title}`,
    refresh: content.refresh,
    children: (
      <>
        <a class="skip" href="#content">
          Skip to content
        </a>
        <header class="top">
          <div>
            <Brand />
            <nav aria-label="Main">
              <ul>
                {shown.map(({ key, label, path }) => (
                  <li>
                    <a href={path} aria-current={key === content.section ? "page" : undefined}>
                      {label}
                    </a>
                  </li>
                ))}
              </ul>
            </nav>
            <div class="who">
              <span class="name small soft" title={admin.email}>
                {admin.name} · {roleWords[admin.role]}
              </span>
              <form method="post" action="/sign-out">
                <button class="button plain" type="submit">
                  Sign out
                </button>
              </form>
            </div>
          </div>
        </header>
        <main id="content" tabindex={-1}>
          <Notice notice={c.req.query("notice")} />
          <div class="head">
            <div>
              {content.crumbs?.length ? (
                <nav class="crumbs" aria-label="Above this page">
                  {content.crumbs.map(({ label, path }, index) => (
                    <>
                      {index === 0 ? null : <span class="soft"> › </span>}
                      <a href={path}>{label}</a>
                    </>
                  ))}
                </nav>
              ) : null}
              <h1>{content.title}</h1>
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
