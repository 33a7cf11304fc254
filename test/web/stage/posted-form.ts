import type { Answer } from "./stage.ts";

/** The fields of a page's form as a browser would post them, unchanged. */
export function formOf(page: Answer): URLSearchParams {
  const form = new URLSearchParams();
  const decode = (text: string) =>
    text.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
  const main = page.body.slice(page.body.indexOf("<main"));
  const controls = main.matchAll(
    /<input ([^>]*?)\/>|<textarea ([^>]*?)>([\s\S]*?)<\/textarea>|<select ([^>]*?)>([\s\S]*?)<\/select>/g,
  );
  const attribute = (text: string, name: string) => new RegExp(`(?:^| )${name}="([^"]*)"`).exec(text)?.[1];
  for (const [, input, textarea, content, select, options] of controls) {
    const name = attribute(input ?? textarea ?? select ?? "", "name");
    if (name === undefined) continue;
    if (input !== undefined) {
      if (attribute(input, "type") === "checkbox" && !/ checked(=|$)/.test(input)) continue;
      form.append(name, decode(attribute(input, "value") ?? ""));
    } else if (textarea !== undefined) {
      form.append(name, decode(content ?? ""));
    } else {
      const chosen = (options ?? "").match(/<option value="([^"]*)" selected/)?.[1];
      form.append(name, decode(chosen ?? ""));
    }
  }
  return form;
}
