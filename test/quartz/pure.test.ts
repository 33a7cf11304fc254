import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const folder = new URL("../../src/quartz/", import.meta.url);
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));

describe("src/quartz is a library of its own", () => {
  it.each(files)("%s imports nothing but its neighbours", (file) => {
    const source = readFileSync(new URL(file, folder), "utf8");
    const imports = [...source.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(([, path]) => path as string);
    const inside = (path: string) =>
      /^\.\.?\//.test(path) && new URL(path, new URL(file, folder)).href.startsWith(folder.href);
    expect(imports.filter((path) => !inside(path))).toEqual([]);
  });

  it.each(files)("%s reads no clock, no random number, no environment", (file) => {
    const source = readFileSync(new URL(file, folder), "utf8");
    const reads =
      /Date\.now|new Date\(\)|performance|Math\.random|crypto|process\.|Deno\.|import\.meta|setTimeout|console/;
    expect(source.match(reads)).toBeNull();
  });

  it.each(files)("%s has fewer than 500 lines", (file) => {
    expect(readFileSync(new URL(file, folder), "utf8").split("\n").length).toBeLessThan(500);
  });
});
