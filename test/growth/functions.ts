import { type Node, nodesOf, type SourceFile } from "./source.ts";

/** A function of the product that takes texts, found in its source. */
export interface TextFunction {
  /** `src/web/http/size.ts bytes` */
  readonly name: string;
  readonly path: string;
  readonly exported: string;
  /** What it is called with for a text. */
  readonly argumentsFor: (text: string) => unknown[];
}

type Argument = (text: string) => unknown;

/** What stands for a parameter of a type; undefined: this function cannot be called with texts alone. */
function argumentOf(type: string): Argument | undefined {
  if (/^string( \| (null|undefined))*$/.test(type)) return (text) => text;
  if (/^(readonly )?string\[\]$/.test(type)) return (text) => text.split(/[\s,;]/);
  if (type === "number") return () => 1;
  if (type === "boolean") return () => true;
  if (type === "Locale") return () => "de";
  if (type === "URLSearchParams") return (text) => new URLSearchParams(text);
  if (type === "Uint8Array") return (text) => new TextEncoder().encode(text);
  return undefined;
}

/** The exported functions of a file whose parameters can all be made from one text. */
export function textFunctionsIn(file: SourceFile): TextFunction[] {
  const found: TextFunction[] = [];
  for (const node of nodesOf(file.program)) {
    if (node.type !== "ExportNamedDeclaration") continue;
    const declaration = node.declaration as
      | (Node & { id?: { name: string }; async?: boolean; generator?: boolean })
      | null;
    if (declaration?.type !== "FunctionDeclaration" || !declaration.id) continue;
    const made = (declaration.params as Node[]).map((parameter) => {
      // One with a default is left out.
      if (parameter.type === "AssignmentPattern" || parameter.optional) return null;
      const annotation = (parameter.typeAnnotation as Node | undefined)?.typeAnnotation as Node | undefined;
      return annotation ? argumentOf(file.text.slice(annotation.start, annotation.end)) : undefined;
    });
    if (made.length === 0 || made.includes(undefined)) continue;
    const given = made.filter((one) => one !== null && one !== undefined);
    if (!given.some((one) => one("a") !== 1 && one("a") !== true && one("a") !== "de")) continue;
    const exported = declaration.id.name;
    found.push({
      name: `${file.path} ${exported}`,
      path: file.path,
      exported,
      argumentsFor: (text) => given.map((one) => one(text)),
    });
  }
  return found;
}
