import { readdir, readFile } from "node:fs/promises";
import { parseSync } from "vite";

const root = new URL("../../", import.meta.url).pathname;

/** A node of the syntax tree (ESTree). */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** One file of the product. */
export interface SourceFile {
  /** Below the repository: `src/web/app.ts`. */
  readonly path: string;
  readonly text: string;
  readonly program: Node;
}

/** Every file of the product that people wrote. */
export async function sourceFiles(): Promise<SourceFile[]> {
  const entries = await readdir(`${root}src`, { recursive: true });
  const paths = entries.filter((path) => /\.tsx?$/.test(path) && !path.endsWith(".d.ts")).sort();
  return Promise.all(
    paths.map(async (path) => {
      const text = await readFile(`${root}src/${path}`, "utf8");
      return { path: `src/${path}`, text, program: parseSync(path, text).program as unknown as Node };
    }),
  );
}

/** Every node below one, and itself. */
export function* nodesOf(node: Node): Generator<Node> {
  yield node;
  for (const value of Object.values(node)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (typeof one === "object" && one !== null && typeof (one as Node).type === "string")
        yield* nodesOf(one as Node);
    }
  }
}

/** A regular expression as it stands in a file. */
export interface Expression {
  /** `src/web/http/size.ts:12` */
  readonly place: string;
  readonly expression: RegExp;
}

/** The regular expressions that are written out in a file. */
export function expressionsIn({ path, text, program }: SourceFile): Expression[] {
  const found: Expression[] = [];
  for (const node of nodesOf(program)) {
    const { pattern, flags } = (node.regex ?? {}) as { pattern?: string; flags?: string };
    if (pattern === undefined) continue;
    const line = text.slice(0, node.start).split("\n").length;
    found.push({ place: `${path}:${line}`, expression: new RegExp(pattern, flags) });
  }
  return found;
}
