import { readdir, readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { pages } from "../../src/handbook/pages.ts";

const root = new URL("../../", import.meta.url);

/** Source files of a folder, with their text; comments that run over lines are joined. */
async function sources(folder: string): Promise<(readonly [path: string, text: string])[]> {
  const entries = await readdir(new URL(folder, root), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && /\.(ts|tsx|md)$/.test(entry.name));
  return Promise.all(
    files.map(async ({ parentPath, name }) => {
      const text = await readFile(`${parentPath}/${name}`, "utf8");
      return [`${parentPath}/${name}`, text.replaceAll(/\n\s*(?:\*|\/\/) /g, " ")] as const;
    }),
  );
}

/** `data: people` for each heading of each page, by the page's file name, in lower case. */
const headings = pages.flatMap(({ path, parts }) =>
  parts.map(({ heading }) => `${path.split("/").at(-1)}: ${heading}`.toLowerCase()),
);

/** What stands behind each `handbook, ` and, in a list, behind each `; ` or ` and `: `data: people) …`. */
function citations(text: string): string[] {
  const found: string[] = [];
  for (const { index } of text.matchAll(/handbook, (?=[a-z]+: )/gi)) {
    let rest = text.slice(index + "handbook, ".length).toLowerCase();
    for (;;) {
      found.push(rest.slice(0, 80));
      const heading = headings.find((one) => rest.startsWith(one));
      const [next] = (heading && /^(?:; | and )(?=[a-z]+: )/.exec(rest.slice(heading.length))) || [];
      if (heading === undefined || next === undefined) break;
      rest = rest.slice(heading.length + next.length);
    }
  }
  return found;
}

it("What the code cites of the handbook is there", async () => {
  const cited = [...(await sources("src/")), ...(await sources("test/"))]
    .filter(([path]) => !/src\/handbook|test\/handbook/.test(path))
    .flatMap(([path, text]) => citations(text).map((one) => [path, one] as const));
  expect(cited.length).toBeGreaterThan(100);
  expect(cited.filter(([, one]) => !headings.some((heading) => one.startsWith(heading)))).toEqual([]);
});

it("The code cites nothing that is not in the repository", async () => {
  const texts = [...(await sources("src/")), ...(await sources("test/")), ...(await sources("drizzle/"))];
  const foreign = texts
    .filter(([path]) => !path.endsWith("test/handbook/citations.test.ts"))
    .flatMap(([path, text]) => [...text.matchAll(/design\.md|\b[Ss]pec \d[\d.]*/g)].map(([found]) => [path, found]));
  expect(foreign).toEqual([]);
});
