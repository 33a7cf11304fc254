import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { unpackChromium } from "../harness/chromium.ts";

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "minutehand-unpacking-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes what the package consists of, half of each file first. @param meanwhile happens when half is there */
const inHalves =
  (meanwhile: () => Promise<unknown> = async () => {}) =>
  async (folder: string) => {
    await mkdir(join(folder, "fonts"));
    for (const name of ["chromium", "fonts/fonts.conf", "libEGL.so"]) await writeFile(join(folder, name), "half");
    await meanwhile();
    for (const name of ["chromium", "fonts/fonts.conf", "libEGL.so"]) await writeFile(join(folder, name), "whole");
  };

const found = async (folder: string) =>
  await Promise.all(["chromium", "fonts/fonts.conf", "libEGL.so"].map((name) => readFile(join(folder, name), "utf8")));

test("nothing half unpacked is ever where a browser is started from, and the second of two workers finds a whole one", async () => {
  const target = await emptyFolder();
  const slow = unpackChromium(
    target,
    inHalves(async () => {
      expect((await readdir(target)).filter((name) => !name.startsWith("minutehand-"))).toEqual([]);
      await unpackChromium(target, inHalves());
      expect(await found(target)).toEqual(["whole", "whole", "whole"]);
    }),
  );
  await slow;
  expect(await found(target)).toEqual(["whole", "whole", "whole"]);
  expect(await readdir(target)).toEqual(["chromium", "fonts", "libEGL.so"]);
});

test("an unpacking that was interrupted is made good", async () => {
  const target = await emptyFolder();
  const killed = unpackChromium(
    target,
    inHalves(() => Promise.reject(new Error("killed"))),
  );
  await expect(killed).rejects.toThrow("killed");
  await unpackChromium(target, inHalves());
  expect(await found(target)).toEqual(["whole", "whole", "whole"]);
});

test("what is unpacked is not unpacked again", async () => {
  const target = await emptyFolder();
  await unpackChromium(target, inHalves());
  await unpackChromium(target, () => Promise.reject(new Error("again")));
});
