import { createHash } from "node:crypto";
import { Hono } from "hono";
import { icon } from "./icon.svg.ts";
import { script } from "./script.ts";
import { style } from "./style.css.ts";

interface Asset {
  readonly path: string;
  readonly type: string;
  readonly body: string;
}

/** The address changes with the content, so that a browser may keep an asset for ever. */
function asset(name: string, ending: string, type: string, body: string): Asset {
  const version = createHash("sha256").update(body).digest("hex").slice(0, 12);
  return { path: `/assets/${name}.${version}.${ending}`, type, body };
}

/** What pages load: the style sheet, the script and the icon. */
export const assets = {
  style: asset("style", "css", "text/css; charset=utf-8", style),
  script: asset("script", "js", "text/javascript; charset=utf-8", script),
  icon: asset("icon", "svg", "image/svg+xml", icon),
} as const;

/** Serves them. Nothing here asks who is there. */
export function assetRoutes(): Hono {
  const routes = new Hono();
  for (const { path, type, body } of Object.values(assets)) {
    routes.get(path, (c) => {
      c.header("Content-Type", type);
      c.header("Cache-Control", "public, max-age=31536000, immutable");
      return c.body(body);
    });
  }
  return routes;
}
