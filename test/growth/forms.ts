import { textOf } from "../web/stage/stage.ts";

/** A form as a page shows it. */
export interface PageForm {
  /** The page it stands on. */
  readonly page: string;
  readonly method: "get" | "post";
  /** Where it is sent, without its query. */
  readonly action: string;
  /** It takes a file. */
  readonly multipart: boolean;
  /** Every field with what the page fills in. */
  readonly fields: ReadonlyMap<string, string>;
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined ? undefined : textOf(value);
}

/** The forms of a page's HTML. */
export function formsOf(page: string, html: string): PageForm[] {
  return [...html.matchAll(/(<form[^>]*>)([\s\S]*?)<\/form>/g)].map(([, head = "", body = ""]) => {
    const fields = new Map<string, string>();
    for (const [tag] of body.matchAll(/<(?:input|select|textarea|button)\b[^>]*>/g)) {
      const name = attribute(tag, "name");
      if (name) fields.set(name, attribute(tag, "value") ?? "");
    }
    return {
      page,
      method: attribute(head, "method") === "post" ? "post" : "get",
      action: (attribute(head, "action") ?? page).split("#")[0] ?? page,
      multipart: head.includes("multipart/form-data"),
      fields,
    };
  });
}

/** Names that the links of a page have in their queries. */
export function queryNamesOf(html: string): string[] {
  const queries = [...html.matchAll(/href="[^"?]*\?([^"#]*)/g)].map(([, query = ""]) => textOf(query));
  return queries.flatMap((query) => [...new URLSearchParams(query).keys()]);
}
