import { execFileSync } from "node:child_process";
import { closeSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { programEnvironment } from "../../../src/hosts/local/sqld.ts";
import { projectFolder } from "../../../src/hosts/node/folder.ts";
import { denoBinary } from "../../hosts/deno/process.ts";
import { figure, median } from "./figures.ts";

/** What a program says of its own version; null where it is not there. */
export function versionOf(program: string, args: readonly string[] = ["--version"]): string | null {
  try {
    const said = execFileSync(program, args, {
      encoding: "utf8",
      env: programEnvironment(),
      stdio: ["ignore", "pipe", "ignore"],
    });
    return /\d+(\.\d+)+/.exec(said)?.[0] ?? null;
  } catch {
    return null;
  }
}

/** Version of a package of the project's own. */
export function packageVersion(name: string): string {
  return JSON.parse(readFileSync(`${projectFolder}node_modules/${name}/package.json`, "utf8")).version as string;
}

/** How long (ms) the disk below the temporary folder takes to keep 4 kB for good: the median of 20 times. */
export function fsyncMs(): number {
  const file = join(tmpdir(), `minutehand-fsync-${process.pid}`);
  const handle = openSync(file, "w");
  try {
    const times = Array.from({ length: 20 }, () => {
      const start = performance.now();
      writeSync(handle, Buffer.alloc(4096, 1));
      fsyncSync(handle);
      return performance.now() - start;
    });
    return median(times);
  } finally {
    closeSync(handle);
    rmSync(file);
  }
}

/** The lines that stand above each benchmark's tables: when, on what machine, with which versions, and how busy others kept it. */
export function machineLines(): string[] {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: projectFolder, encoding: "utf8" }).trim();
  const changed = git("status", "--porcelain", "--", "src", "drizzle") === "" ? "" : ", with changes";
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  return [
    `${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC; Minutehand ${git("rev-parse", "--short", "HEAD")}${changed}`,
    `${cpus().length} cores, ${cpus()[0]?.model ?? "unknown processor"}, ${memory} GB; one fsync of 4 kB takes ${figure(fsyncMs())} ms; load before: ${loadavg()[0]?.toFixed(1)}`,
    `Node ${process.versions.node}, Deno ${versionOf(denoBinary) ?? "-"}, workerd ${packageVersion("workerd")}, sqld ${versionOf("sqld") ?? "-"}, @libsql/client ${packageVersion("@libsql/client")}`,
  ];
}
