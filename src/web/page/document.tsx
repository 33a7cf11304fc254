import { html } from "hono/html";
import type { Child } from "hono/jsx";
import { type Reader, ReaderContext, useReader } from "../reader/reader.ts";
import { assets } from "./assets.ts";

/**
 * A page that goes to `path` by itself after some seconds; only where the reader asked for it, and only without JavaScript: a
 * script that runs keeps the page up to date, and a reload would break its stream and lose the place in the page.
 */
export interface Refresh {
  readonly seconds: number;
  readonly path: string;
}

/** A whole HTML document, in the reader's language. */
export function htmlDocument(reader: Reader, props: { title: string; refresh?: Refresh | undefined; children: Child }) {
  return html`<!doctype html>${(
    <ReaderContext.Provider value={reader}>
      <html lang={reader.locale}>
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <meta name="robots" content="noindex" />
          {props.refresh ? (
            <noscript>
              <meta http-equiv="refresh" content={`${props.refresh.seconds};url=${props.refresh.path}`} />
            </noscript>
          ) : null}
          <title>{`${props.title} – Minutehand`}</title>
          <link rel="icon" href={assets.icon.path} type="image/svg+xml" />
          <link rel="stylesheet" href={assets.style.path} />
          <script src={assets.script.path} defer></script>
        </head>
        <body data-now={String(reader.now)}>
          {props.children}
          <Foot />
        </body>
      </html>
    </ReaderContext.Provider>
  )}`;
}

/** Says that the people and runs on this page are made up. */
export function DemoNote() {
  const { t } = useReader();
  return (
    <p class="demo" role="note">
      {t("This is the demo: its people are made up. Set LIBSQL_URL to work on a database of your own.")}
    </p>
  );
}

/**
 * A part of a page on its own, for `data-preview` and `data-live` regions (see `script.ts`).
 *
 * @example return c.html(fragment(c.var.reader, <SchedulePreview … />));
 */
export function fragment(reader: Reader, children: Child) {
  return html`${<ReaderContext.Provider value={reader}>{children}</ReaderContext.Provider>}`;
}

/** Language and time zone, at the end of every page. */
function Foot() {
  const { t, locale, zone, here } = useReader();
  const path = `/language?back=${encodeURIComponent(here)}`;
  const other = locale === "de" ? { value: "en", label: "English" } : { value: "de", label: "Deutsch" };
  return (
    <footer>
      <form method="post" action={path}>
        <button class="button plain" type="submit" name="locale" value={other.value} lang={other.value}>
          {other.label}
        </button>
      </form>
      <a href={path}>{t("Language and time zone")}</a>
      <span>{t("Times in {zone}", { zone })}</span>
    </footer>
  );
}

/** Name and sign of the product. */
function Sign() {
  return (
    <>
      <img src={assets.icon.path} alt="" width="24" height="24" />
      Minutehand
    </>
  );
}

/** Name and sign of the product; linking home unless there is no home to go to yet. */
export function Brand(props: { unlinked?: boolean }) {
  if (props.unlinked) {
    return (
      <p class="brand">
        <Sign />
      </p>
    );
  }
  return (
    <a class="brand" href="/admin">
      <Sign />
    </a>
  );
}
