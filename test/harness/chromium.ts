import { execFile } from "node:child_process";
import { access, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** What stands there once everything is unpacked. */
const BROWSER = "chromium";

/**
 * Unpacks the browser's package where it looks for itself. By itself it writes in place: another worker that starts its browser at
 * the same time would find half a file, and so would every later run if this one is killed. So it is unpacked beside, and moved
 * piece by piece, the browser last.
 *
 * @param target default: where the package looks
 * @param unpack into a folder of its own
 */
export async function unpackChromium(
  target: string = tmpdir(),
  unpack: (folder: string) => Promise<unknown> = unpackPackage,
): Promise<void> {
  if (await exists(join(target, BROWSER))) return;
  const folder = await mkdtemp(join(target, "minutehand-chromium-"));
  try {
    await unpack(folder);
    const pieces = (await readdir(folder)).filter((name) => name !== BROWSER);
    for (const name of [...pieces, BROWSER]) await rename(join(folder, name), join(target, name)).catch(unlessThere);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/** Another worker was faster with a folder; a file takes the place of an equal one. */
function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
}

/** In a process of its own: the package unpacks where the environment says. */
async function unpackPackage(folder: string): Promise<void> {
  const script = 'await (await import("@sparticuz/chromium")).default.executablePath()';
  await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: import.meta.dirname,
    env: { ...process.env, TMPDIR: folder },
  });
}
