import { spawn } from "node:child_process";
import { familyOf } from "../report/cpu.ts";

/**
 * Counts from now on how often processes ask the disk to keep what was written (fsync, fdatasync), with `strace`. It is evidence of
 * durability, and slows the processes down, so nothing else is measured meanwhile.
 *
 * @param roots ids of processes; those below them count too
 * @returns what ends it and says the number; null where there is no strace, or it may not look
 */
export async function countSyncs(roots: readonly number[]): Promise<(() => Promise<number>) | null> {
  const pids = roots.flatMap(familyOf).flatMap((pid) => ["-p", String(pid)]);
  const child = spawn("strace", ["-f", "-e", "trace=fsync,fdatasync", ...pids], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8");
  const attached = new Promise<boolean>((resolve) => {
    child.stderr.on("data", (text: string) => {
      said += text;
      if (/attached/.test(said)) resolve(true);
    });
    child.once("error", () => resolve(false));
    child.once("exit", () => resolve(false));
  });
  if (!(await attached)) return null;
  return async () => {
    const ended = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGINT");
    await ended;
    return said.match(/\b(fsync|fdatasync)\(/g)?.length ?? 0;
  };
}
