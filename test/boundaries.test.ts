import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = new URL("..", import.meta.url).pathname;
const rooms = "quartz,store,control,connectors,files,learning,processors,scheduler,runner,web".split(",");

/** What each room may import of ours (design.md, section 3: downwards only). */
const below: Record<string, string[]> = {
  quartz: [],
  store: [],
  control: ["quartz", "store"],
  connectors: ["quartz", "store", "control"],
  files: ["quartz", "store", "control"],
  learning: ["quartz", "store", "control"],
  processors: ["quartz", "store", "control", "connectors", "files", "learning"],
  scheduler: ["quartz", "store", "control", "connectors", "files", "learning", "processors"],
  runner: ["quartz", "store", "control", "connectors", "files", "learning", "processors"],
  web: rooms.filter((room) => room !== "web"),
  hosts: rooms,
};

const imports = Object.keys(below).flatMap((from) =>
  Object.keys(below)
    .filter((to) => to !== from)
    .flatMap((to) => [
      { file: `src/${from}/to-${to}.ts`, source: `export { x } from "../${to}/x.ts";`, from, to },
      { file: `src/${from}/deep/to-${to}.ts`, source: `export type { X } from "../../${to}/deep/x.ts";`, from, to },
    ])
    .map((one) => ({ ...one, allowed: below[from]?.includes(one.to) ?? false })),
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

const platform = ["node:fs", "node:timers/promises", "node:process", "cloudflare:workers"].flatMap((module, index) =>
  ["quartz", "store", "scheduler", "runner", "processors"].map((room) => ({
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

describe("imports run downwards only", () => {
  it.each(imports.filter(({ allowed }) => allowed))("$file is allowed", ({ file }) => {
    expect(broken(file)).not.toContain("lint/style/noRestrictedImports");
  });

  it.each(imports.filter(({ allowed }) => !allowed))("$file is refused", ({ file }) => {
    expect(broken(file)).toContain("lint/style/noRestrictedImports");
  });

  it("in a circle they are refused", () => {
    expect(broken("src/control/circle-a.ts")).toContain("lint/suspicious/noImportCycles");
  });

  it("quartz depends on no package", () => {
    expect(broken("src/quartz/package.ts")).toContain("lint/style/noRestrictedImports");
  });
});

describe("clock, randomness, environment, timers and network stay outside", () => {
  it.each(outside)("$room may not use $expression", ({ file }) => {
    expect(broken(file).filter((rule) => ["plugin", "lint/style/noRestrictedGlobals"].includes(rule))).not.toEqual([]);
  });

  it.each(harmless)("$room may use $expression", ({ file }) => {
    expect(broken(file)).toEqual([]);
  });

  it.each(platform)("$room may not import $module", ({ file }) => {
    expect(broken(file)).toContain("lint/style/noRestrictedImports");
  });
});
