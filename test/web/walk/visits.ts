import { createApp } from "../../../src/web/app.ts";
import type { Stage } from "../stage/stage.ts";
import { type Asked, listeningDatabase } from "./asked.ts";
import { addressOf, type Things, walk } from "./walk.ts";

/** A page, and what it took. */
export interface Visit extends Asked {
  readonly status: number;
  /** '' for what is no page. */
  readonly html: string;
  /** Until the whole answer was there (ms). */
  readonly took: number;
}

/** Visits addresses as a system administrator, and listens to what the database is asked meanwhile. */
export async function visitor(stage: Stage): Promise<(address: string) => Promise<Visit>> {
  let asked: Asked = { statements: [], roundTrips: 0 };
  const control = listeningDatabase(stage.database, () => asked);
  const app = createApp({ ...stage.ports, control, storeOf: async () => control });
  const { cookies } = await stage.signedIn("system_admin");
  const headers = { cookie: [...cookies].map((pair) => pair.join("=")).join("; ") };
  return async (address) => {
    asked = { statements: [], roundTrips: 0 };
    const start = performance.now();
    const response = await app.request(`http://localhost${address}`, { headers });
    const isPage = /^text\/html/.test(response.headers.get("content-type") ?? "");
    const html = isPage ? await response.text() : "";
    // A file, or a stream of events that has no end.
    if (!isPage) await response.body?.cancel();
    return { ...asked, status: response.status, html, took: performance.now() - start };
  };
}

/** The addresses of the walk where a system administrator gets something to see. */
export function pageAddresses(stage: Stage, things: Things): string[] {
  const lines = walk.filter(([route, ends]) => route.startsWith("GET ") && ends["system admin"] === "done");
  return [...new Set(lines.map((line) => addressOf(line, stage, things)))];
}

/** The same page by each choice of its filters, one at a time: the first that a list offers, any text in a field. */
export function filteredAddresses(address: string, html: string): string[] {
  const forms = html.match(/<form class="filters[^>]*>[\s\S]*?<\/form>/g) ?? [];
  return forms.flatMap((form) => {
    const [, action = address] = /action="([^"]*)"/.exec(form) ?? [];
    const lists = [...form.matchAll(/<select[^>]*name="([^"]*)"[\s\S]*?<\/select>/g)].flatMap(([list, name = ""]) =>
      [...list.matchAll(/<option value="([^"]+)"/g)].map(([, value = ""]) => `${name}=${encodeURIComponent(value)}`),
    );
    const fields = [...form.matchAll(/<input(?![^>]*type="hidden")[^>]*name="([^"]*)"/g)].map(
      ([, name = ""]) => `${name}=1`,
    );
    return [...lists, ...fields].map((query) =>
      `${action}${action.includes("?") ? "&amp;" : "?"}${query}`.replaceAll("&amp;", "&"),
    );
  });
}
