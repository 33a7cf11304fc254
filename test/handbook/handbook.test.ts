import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { runStates } from "../../src/control/runs/run-state.ts";
import { type EditReason, statesBefore } from "../../src/control/runs/transitions.ts";
import type { HandbookPage } from "../../src/handbook/page.ts";
import { pages } from "../../src/handbook/pages.ts";
import { HandbookError, handbookBundle, readHandbook } from "../../src/hosts/local/handbook.ts";
import { catalogue } from "../../src/processors/all.ts";
import { commonParameters } from "../../src/processors/parameters.ts";
import type { SkipReason } from "../../src/runner/judge.ts";
import type { Fate } from "../../src/scheduler/fates.ts";

const root = new URL("../../", import.meta.url);
const source = (path: string) => readFile(new URL(path, root), "utf8");
const developers = (name: string) => source(`src/handbook/developers/${name}.md`);

type TickReason = Exclude<NonNullable<Fate["reason"]>, "catch_up">;
/** Every reason for which a run is skipped; a new one is a compile error here. */
const skipReasons: Readonly<Record<SkipReason | EditReason | TickReason | "no_runner", true>> = {
  duplicate: true,
  misfire: true,
  late: true,
  paused: true,
  blackout: true,
  stopped: true,
  client_inactive: true,
  dropped: true,
  no_runner: true,
  job_deleted: true,
  job_inactive: true,
  not_served: true,
  invalid_expression: true,
};

/** What stands below a heading of a page, up to the next one. */
const below = (text: string, heading: string) => text.split(`\n## ${heading}\n`)[1]?.split(/\n## /)[0] ?? "";
/** The cells of the rows of a table whose first cell is code. */
const rowsOf = (text: string) =>
  [...text.matchAll(/^\| `([^`]+)` +\| (.*) +\|$/gm)].map(([, first = "", rest = ""]) => [first, rest] as const);
const firstCells = (text: string) => rowsOf(text).map(([first]) => first);

describe("the handbook's pages", () => {
  it("are those of the Markdown files; if not, run `npm run handbook`", async () => {
    const written = await readHandbook();
    expect(pages).toEqual(written);
    expect(await source("src/handbook/pages.ts")).toBe(handbookBundle(written));
  });

  it("link only to pages and headings that exist, and each is reached from the first", () => {
    const byPath = new Map<string, HandbookPage>(
      pages.map((page) => [`/handbook${page.path && `/${page.path}`}`, page]),
    );
    const reached = new Set(["/handbook"]);
    for (const address of reached) {
      const page = byPath.get(address);
      for (const [, href = ""] of page?.html.matchAll(/href="([^"]*)"/g) ?? []) {
        const [path = "", anchor = ""] = href.split("#");
        const target = byPath.get(path || address);
        expect([address, href, target?.parts.some((part) => part.anchor === anchor)]).toEqual([address, href, true]);
        reached.add(path || address);
      }
    }
    expect([...reached].toSorted()).toEqual([...byPath.keys()].toSorted());
  });

  it("have an element for each heading that can be linked to", () => {
    for (const { path, html, parts } of pages) {
      const ids = [...html.matchAll(/<h[23] id="([^"]*)"/g)].map(([, id]) => id);
      expect([path, ids]).toEqual([path, parts.map(({ anchor }) => anchor).filter((anchor) => anchor !== "")]);
    }
  });

  it("say of every processor what it does, and of no other; what is missing goes to administrators/catalogue.md", () => {
    const page = pages.find(({ path }) => path === "administrators/catalogue");
    const described = page?.parts.map(({ heading }) => heading).slice(1) ?? [];
    expect(described.toSorted()).toEqual(
      catalogue
        .all()
        .map(({ id }) => id)
        .toSorted(),
    );
  });

  it("name only files and commands of the repository that exist", async () => {
    const { scripts } = JSON.parse(await source("package.json")) as { scripts: Record<string, string> };
    const missing: string[] = [];
    for (const { path, parts } of pages) {
      const text = parts.map((part) => part.text).join("\n");
      for (const [, command = ""] of text.matchAll(/npm run ([\w:]+)/g)) {
        if (!(command in scripts)) missing.push(`${path}: npm run ${command}`);
      }
      for (const [file] of text.matchAll(/\b(?:src|test)\/[\w./-]+\.(?:tsx?|md)\b/g)) {
        const found = await source(file).catch(() => null);
        // The example is not in the tree; the test of the README runs it.
        if (found === null && !file.endsWith("PlannedCoursesToReleased.ts")) missing.push(`${path}: ${file}`);
      }
    }
    expect(missing).toEqual([]);
  });
});

describe("a handbook is not written", () => {
  const first = "# Handbook\n\n[One](one.md#part)\n";
  const one = "# One\n\n## Part\n\nText\n";

  async function write(files: Readonly<Record<string, string>>): Promise<URL> {
    const folder = await mkdtemp(join(tmpdir(), "minutehand-handbook-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    return pathToFileURL(`${folder}/`);
  }

  it("unless all is well: then it is", async () => {
    const read = await readHandbook(await write({ "index.md": first, "one.md": one }));
    expect(read.map(({ path, parts }) => [path, parts.map(({ anchor }) => anchor)])).toEqual([
      ["", [""]],
      ["one", ["", "part"]],
    ]);
    expect(read[0]?.html).toContain('href="/handbook/one#part"');
  });

  it.each([
    ["a link leads to no file", { "index.md": first }, "index.md links to one.md#part"],
    ["a link leads to no heading", { "index.md": first, "one.md": "# One\n" }, "index.md links to one.md#part"],
    ["no link leads to a page", { "index.md": first, "one.md": one, "two.md": "# Two\n" }, "two.md"],
    ["a page has no title", { "index.md": first, "one.md": "## Part\n" }, "one.md"],
    ["a page has two titles", { "index.md": first, "one.md": `${one}\n# Two\n` }, '"Two"'],
    ["two headings have one anchor", { "index.md": first, "one.md": `${one}\n## part!\n` }, '"part!"'],
    [
      "what it quotes is not there",
      { "index.md": first, "one.md": `${one}\n\`\`\`ts from README.md: Nothing\n\`\`\`\n` },
      '"Nothing" of README.md',
    ],
  ])("where %s; the message says where", async (_case, files, named) => {
    const refused = await readHandbook(await write(files)).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(HandbookError);
    expect((refused as HandbookError).message).toContain(named);
  });

  it("with HTML in it: that is shown as text", async () => {
    const folder = await write({ "index.md": first, "one.md": `${one}<script>alert(1)</script>\n` });
    expect((await readHandbook(folder))[1]?.html).toContain("&lt;script&gt;");
  });
});

describe("the developers' part agrees with the code:", () => {
  it("the states of a run and what can follow each", async () => {
    const page = await developers("states");
    const followed = Object.fromEntries(
      rowsOf(below(page, "Which state can follow")).map(([from, to]) => [
        from,
        [...to.matchAll(/`(\w+)`/g)].map(([, state]) => state).toSorted(),
      ]),
    );
    const expected = runStates.map((from) => [
      from,
      runStates.filter((to) => statesBefore(to).includes(from)).toSorted(),
    ]);
    expect(followed).toEqual(Object.fromEntries(expected));
    expect(firstCells(below(page, "What each state means")).toSorted()).toEqual(runStates.toSorted());
  });

  it("the reasons for which a run is skipped", async () => {
    const stated = firstCells(below(await developers("states"), "Why a run was skipped"));
    expect(stated.toSorted()).toEqual(Object.keys(skipReasons).toSorted());
  });

  it.each([
    ["ProcessorDefinition", "What a processor declares"],
    ["RunContext", "What a run gets"],
    ["Step", "A step"],
    ["Unit", "A unit"],
    ["Effect", "Effects"],
  ])("the fields of %s", async (type, heading) => {
    const contract = await source("src/processors/contract.ts");
    const [, body = ""] =
      new RegExp(`^export interface ${type}\\b[^{]*(?:\\{\\}[^{]*)?\\{\\n(.*?)^\\}`, "ms").exec(contract) ?? [];
    const fields = [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??[:(]/gm)].map(([, name]) => name);
    expect(firstCells(below(await developers("contract"), heading))).toEqual(fields);
  });

  it("the common parameters", async () => {
    const stated = firstCells(below(await developers("contract"), "Common parameters"));
    expect(stated).toEqual(Object.keys(commonParameters.shape));
  });

  it("the fields of a scenario", async () => {
    const [, body = ""] =
      /interface Scenario \{\n(.*?)^\}/ms.exec(await source("test/conformance/suite/scenario.ts")) ?? [];
    const fields = [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name = ""]) => name);
    const stated = firstCells(below(await developers("scenario"), "What a scenario says"));
    expect(stated.toSorted()).toEqual(fields.toSorted());
  });

  it("the rooms, and what each may import", async () => {
    const page = await developers("house");
    const rules = JSON.parse(await source(".biome.json")) as { overrides: { includes: string[] }[] };
    const ruled = rules.overrides.flatMap(({ includes }) => (includes.length === 1 ? includes : []));
    const rooms = ruled.flatMap((glob) => /^src\/(\w+)\/\*\*$/.exec(glob)?.[1] ?? []);
    expect(firstCells(below(page, "Rooms")).toSorted()).toEqual([...rooms, "hosts"].toSorted());
    const order = below(page, "Who may import what").split("```")[1] ?? "";
    expect([...order.matchAll(/\w+/g)].map(([room]) => room).toSorted()).toEqual([...rooms, "hosts"].toSorted());
  });
});
