import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = new URL("..", import.meta.url).pathname;
/** What each room may import of ours: downwards only. */
const below: Record<string, string[]> = { quartz: [], time: ["quartz"] };
below.store = ["quartz", "time"];
below.files = ["quartz", "time"];
below.control = ["quartz", "time", "store", "files"];
below.connectors = [...below.control, "control"];
below.learning = [...below.control, "control"];
below.processors = [...below.learning, "connectors", "learning"];
below.scheduler = [...below.processors, "processors"];
below.runner = [...below.processors, "processors"];
below.administration = [...below.runner, "scheduler", "runner"];
below.moving = [...below.runner, "scheduler", "runner"];
below.handbook = [];
below.web = [...below.moving, "administration", "moving", "handbook"];
below.demo = [...below.web, "web"];
below.hosts = [...below.demo, "demo"];

/** Rooms that know no platform, no clock and no randomness. */
const rooms = Object.keys(below).filter((room) => room !== "demo" && room !== "hosts");

const imports = Object.keys(below).flatMap((from) =>
  Object.keys(below)
    .filter((to) => to !== from)
    .flatMap((to) => [
      { file: `src/${from}/to-${to}.ts`, source: `export { x } from "../${to}/x.ts";`, from, to },
      { file: `src/${from}/deep/to-${to}.ts`, source: `export type { X } from "../../${to}/deep/x.ts";`, from, to },
    ]),
);

const outside = [
  "Date.now()",
  "new Date()",
  "Math.random()",
  "crypto.randomUUID()",
  "crypto.getRandomValues(new Uint8Array(1))",
  "performance.now()",
  "process.env.HOME",
  'Deno.env.get("HOME")',
  "setTimeout(() => {}, 1)",
  "setInterval(() => {}, 1)",
  "AbortSignal.timeout(1)",
  "globalThis.Date.now()",
  'fetch("http://127.0.0.1/")',
].flatMap((expression, index) =>
  rooms.map((room) => ({
    file: `src/${room}/outside-${index}.ts`,
    source: `export const x = () => ${expression};`,
    room,
    expression,
  })),
);

const harmless = [
  "new Date(5)",
  'Date.parse("2026-01-01")',
  "Date.UTC(2026)",
  "Math.max(1, 2)",
  "crypto.subtle",
].flatMap((expression, index) =>
  rooms.map((room) => ({
    file: `src/${room}/harmless-${index}.ts`,
    source: `export const x = () => ${expression};`,
    room,
    expression,
  })),
);

const platform = ["node:timers/promises", "node:process", "node:net", "cloudflare:workers"].flatMap((module, index) =>
  rooms.map((room) => ({
    file: `src/${room}/platform-${index}.ts`,
    source: `export * from "${module}";`,
    room,
    module,
  })),
);

const circle = [
  { file: "src/control/circle-a.ts", source: 'import { b } from "./circle-b.ts";\nexport const a = () => b;' },
  { file: "src/control/circle-b.ts", source: 'import { a } from "./circle-a.ts";\nexport const b = () => a;' },
];

const packages = [{ file: "src/quartz/package.ts", source: 'export * from "zod";' }];

/** The rules that Biome found broken, by file. */
const found = new Map<string, Set<string>>();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "minutehand-rules-"));
  for (const name of [".biome", ".biome.json", ".gitignore"])
    await cp(join(root, name), join(folder, name), { recursive: true });
  for (const { file, source } of [...imports, ...outside, ...harmless, ...platform, ...circle, ...packages]) {
    await mkdir(join(folder, dirname(file)), { recursive: true });
    await writeFile(join(folder, file), `${source}\n`);
  }
  const output = await new Promise<string>((resolve) => {
    const args = ["lint", "--reporter=github", "--max-diagnostics=none", "."];
    // Biome ends with 1 when it finds something; what it found is on the standard output.
    execFile(join(root, "node_modules/.bin/biome"), args, { cwd: folder, maxBuffer: 1e8 }, (_, stdout) =>
      resolve(stdout),
    );
  });
  for (const [, rule = "", file = ""] of output.matchAll(/title=([^,]+),file=([^,]+),/g)) {
    const name = file.slice(file.indexOf("src/"));
    found.set(name, (found.get(name) ?? new Set()).add(rule));
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const broken = (file: string) => [...(found.get(file) ?? [])];
const breaks = (rule: RegExp, cases: readonly { file: string }[]) =>
  cases.filter(({ file }) => broken(file).some((one) => rule.test(one)));

describe("imports run downwards only", () => {
  it.each(Object.entries(below))("%s may import of ours: %j", (room, allowed) => {
    const cases = imports.filter(({ from }) => from === room);
    const refused = new Set(breaks(/noRestrictedImports/, cases).map(({ file }) => file));
    const expected = cases.filter(({ to }) => !allowed.includes(to)).map(({ file }) => file);
    expect([...refused].toSorted()).toEqual(expected.toSorted());
  });

  it("in a circle they are refused", () => {
    expect(broken("src/control/circle-a.ts")).toContain("lint/suspicious/noImportCycles");
  });

  it("quartz depends on no package", () => {
    expect(broken("src/quartz/package.ts")).toContain("lint/style/noRestrictedImports");
  });
});

describe.each(rooms)("%s takes clock, randomness, environment, timers and network as arguments", (room) => {
  const here = <T extends { room: string }>(cases: readonly T[]) => cases.filter((one) => one.room === room);

  it("and may not reach for them", () => {
    expect(breaks(/^plugin$|noRestrictedGlobals/, here(outside))).toEqual(here(outside));
  });

  it("and may use what depends on none of them", () => {
    expect(here(harmless).flatMap(({ file }) => broken(file))).toEqual([]);
  });

  it("and may not import them from the platform", () => {
    expect(breaks(/noRestrictedImports/, here(platform))).toEqual(here(platform));
  });
});

describe("SQL is written in one way", () => {
  it("as an `sql` template: nothing outside src/store pairs a text with a list of arguments", async () => {
    const files = (await readdir(join(root, "src"), { recursive: true }))
      .map((name) => `src/${name}`)
      .filter((name) => /\.tsx?$/.test(name) && !name.startsWith("src/store/"));
    const pairs: string[] = [];
    for (const file of files) {
      const source = await readFile(join(root, file), "utf8");
      if (/\{[^{}]*\bsql\b(?:[^{}]|\{[^{}]*\})*,\s*args\b/.test(source)) pairs.push(file);
    }
    expect(files.length).toBeGreaterThan(300);
    expect(pairs).toEqual([]);
  });

  it("by the store's own tag: only the schemas take drizzle's", async () => {
    const files = (await readdir(join(root, "src"), { recursive: true }))
      .map((name) => `src/${name}`)
      .filter((name) => /\.tsx?$/.test(name) && !/^src\/store\/sql\.ts$|\/schema(\/\w+)?\.ts$/.test(name));
    const others: string[] = [];
    for (const file of files) {
      if (/import \{[^}]*\bsql\b[^}]*\} from "drizzle-orm"/.test(await readFile(join(root, file), "utf8")))
        others.push(file);
    }
    expect(files.length).toBeGreaterThan(300);
    expect(others).toEqual([]);
  });
});
