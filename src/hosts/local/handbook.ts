import { readdir, readFile, writeFile } from "node:fs/promises";
import MarkdownIt from "markdown-it";
import type { HandbookPage, HandbookPart } from "../../handbook/page.ts";

/**
 * `npm run handbook`: writes `src/handbook/pages.ts` from the Markdown files beside it. A Worker has no file system and, on the
 * free plan, 10 ms of CPU for a page, so pages are made beforehand.
 *
 * - A file begins with `# Title`. Raw HTML is shown as text.
 * - Links between pages are written as links between files (`words.md#lease`), so that they work in an editor too.
 * - An empty code block ` ```ts from README.md: How to write a processor ` shows the first `ts` block below that heading.
 * - Pages come in the order in which links reach them from `index.md`.
 */

const root = new URL("../../../", import.meta.url);
const written = new URL("src/handbook/", root);

/** A page of the handbook cannot be written. The message names the file and what to mend. */
export class HandbookError extends Error {
  readonly code = "handbook_invalid";
}

/** The anchor of a heading: `How to write a processor` becomes `how-to-write-a-processor`. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}

/** `developers/index.md` becomes `developers`, `index.md` becomes ''. */
function pathOf(file: string): string {
  return file.replace(/\.md$/, "").replace(/(^|\/)index$/, "");
}

/** The first `ts` block below a heading of a file of the repository. @throws {HandbookError} */
async function quoted(file: string, source: string, heading: string): Promise<string> {
  const text = await readFile(new URL(source, root), "utf8");
  const [, below] = text.split(`\n## ${heading}\n`);
  const code = below && /^```ts\n(.*?)^```$/ms.exec(below)?.[1];
  if (!code)
    throw new HandbookError(`${file} quotes "${heading}" of ${source}, which has no such heading with a ts block`);
  return code;
}

interface Drawn {
  readonly page: HandbookPage;
  /** Where its links lead, as `words.md#lease`, seen from the handbook's folder. */
  readonly links: readonly string[];
}

/** Draws one file. @throws {HandbookError} */
async function draw(file: string, source: string): Promise<Drawn> {
  const markdown = new MarkdownIt({ html: false, typographer: false });
  const tokens = markdown.parse(source, {});
  const [first, inline, , ...rest] = tokens;
  if (first?.tag !== "h1" || !inline)
    throw new HandbookError(`${file} does not begin with a title; begin it with "# "`);
  const title = plain(inline.children ?? []);
  const links: string[] = [];
  const parts: { anchor: string; heading: string; text: string[] }[] = [{ anchor: "", heading: title, text: [] }];
  for (const [index, token] of rest.entries()) {
    if (token.type === "heading_open") {
      const heading = plain(rest[index + 1]?.children ?? []);
      const anchor = anchorOf(heading);
      if (token.tag === "h1") throw new HandbookError(`${file} has a second title, "${heading}"; begin it with "## "`);
      if (parts.some((part) => part.anchor === anchor)) {
        throw new HandbookError(`${file} has two headings "${heading}"; name one of them otherwise`);
      }
      token.attrSet("id", anchor);
      parts.push({ anchor, heading, text: [] });
    }
    if (token.type === "fence") {
      const [, from, heading] = /^ts from ([^:]+): (.+)$/.exec(token.info) ?? [];
      if (from && heading) {
        token.content = await quoted(file, from, heading);
        token.info = "ts";
      }
      parts.at(-1)?.text.push(token.content);
    }
    if (token.type === "inline" && rest[index - 1]?.type !== "heading_open") {
      parts.at(-1)?.text.push(plain(token.children ?? []));
    }
    for (const child of token.children ?? []) {
      const target = child.type === "link_open" ? child.attrGet("href") : null;
      if (typeof target !== "string" || /^(https?:\/\/|\/)/.test(target)) continue;
      const { pathname, hash } = new URL(target, `file:///${file}`);
      const linked = pathname.slice(1);
      links.push(linked + hash);
      child.attrSet("href", `/handbook/${pathOf(linked)}`.replace(/\/$/, "") + hash);
    }
  }
  return {
    page: {
      path: pathOf(file),
      title,
      html: markdown.renderer.render(rest, markdown.options, {}),
      parts: parts.map((part): HandbookPart => ({ ...part, text: part.text.join("\n").trim() })),
    },
    links,
  };
}

/** The words of a line, without what marks them. */
function plain(tokens: readonly { readonly type: string; readonly content: string }[]): string {
  return tokens.map(({ type, content }) => (type === "softbreak" ? " " : content)).join("");
}

/**
 * Every page of the handbook, in the order in which links reach them from `index.md`.
 *
 * @param folder of the Markdown files, with a slash at its end. Default `src/handbook/`
 * @throws {HandbookError} a link leads nowhere, no link leads to a page, or a file is not as a page has to be
 */
export async function readHandbook(folder: URL = written): Promise<HandbookPage[]> {
  const names = await readdir(folder, { recursive: true });
  const files = new Set(names.filter((name) => name.endsWith(".md")));
  const drawn = new Map<string, Drawn>();
  async function follow(file: string): Promise<void> {
    if (drawn.has(file)) return;
    const one = await draw(file, await readFile(new URL(file, folder), "utf8"));
    drawn.set(file, one);
    for (const link of one.links) {
      const [linked = ""] = link.split("#");
      if (!files.has(linked)) throw new HandbookError(`${file} links to ${link}, and there is no such file`);
      await follow(linked);
    }
  }
  await follow("index.md");
  const lost = [...files].filter((file) => !drawn.has(file));
  if (lost.length > 0)
    throw new HandbookError(`No page links to ${lost.join(", ")}; link to it from its section's index`);
  for (const [file, { links }] of drawn) {
    for (const link of links) {
      const [linked = "", anchor = ""] = link.split("#");
      if (drawn.get(linked)?.page.parts.some((part) => part.anchor === anchor)) continue;
      throw new HandbookError(`${file} links to ${link}, and that page has no such heading`);
    }
  }
  return [...drawn.values()].map(({ page }) => page);
}

/** The text of `src/handbook/pages.ts`: one line for each page. */
export function handbookBundle(pages: readonly HandbookPage[]): string {
  return `// biome-ignore-all format: written by \`npm run handbook\` from the Markdown files beside it
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: examples quote SQL templates
import type { HandbookPage } from "./page.ts";

/** Every page, in the order in which links reach them from the first. */
export const pages: readonly HandbookPage[] = [
${pages.map((page) => `  ${JSON.stringify(page)},\n`).join("")}];
`;
}

if (import.meta.main) await writeFile(new URL("pages.ts", written), handbookBundle(await readHandbook()));
