import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const run = promisify(execFile);
const main = `${import.meta.dirname}/main.ts`;
const benchmarks = (await readdir(`${import.meta.dirname}/benchmarks`)).filter((file) => file.endsWith(".bench.ts"));

describe("npm run bench", () => {
  it("Without a name all benchmarks are listed", async () => {
    const { stdout } = await run(process.execPath, [main]);
    for (const file of benchmarks) expect(stdout).toContain(file.replace(".bench.ts", ""));
  });

  it.each([
    [["firing", "--fast"], "--quick, --markdown, --profile, --rounds <n>, --size <n> and --only <word>"],
    [["firing", "--rounds", "0"], "--rounds is 0; give a whole number from 1"],
    [["fireing"], 'There is no benchmark "fireing"'],
  ])("%j is refused in words", async (args, words) => {
    await expect(run(process.execPath, [main, ...args])).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(words),
    });
  });
});
