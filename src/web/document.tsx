import { html } from "hono/html";
import type { Child } from "hono/jsx";
import { assets } from "./assets.ts";

/** A page that goes to `path` by itself after so many seconds; only where the reader asked for it. */
export interface Refresh {
  readonly seconds: number;
  readonly path: string;
}

/** A whole HTML document. */
export function htmlDocument(props: { title: string; refresh?: Refresh | undefined; children: Child }) {
  return html`<!doctype html>${(
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        {props.refresh ? (
          <meta http-equiv="refresh" content={`${props.refresh.seconds};url=${props.refresh.path}`} />
        ) : null}
        <title>{`${props.title} – Minutehand`}</title>
        <link rel="icon" href={assets.icon.path} type="image/svg+xml" />
        <link rel="stylesheet" href={assets.style.path} />
      </head>
      <body>{props.children}</body>
    </html>
  )}`;
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
    <a class="brand" href="/admin/jobs">
      <Sign />
    </a>
  );
}
