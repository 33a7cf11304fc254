import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Child, startChild } from "../../../src/hosts/local/child.ts";
import { AlreadyRunningError, claimInstance } from "../../../src/hosts/node/instance.ts";

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "minutehand-instance-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function sleeper(): Promise<Child> {
  const child = await startChild("sleeper", "sleep", ["60"], { env: process.env, stdio: ["ignore", "ignore"] });
  onTestFinished(() => child.stop(0));
  return child;
}

describe("claimInstance", () => {
  it("refuses a folder that a running process holds", async () => {
    const path = await folder();
    await claimInstance(path);
    await expect(claimInstance(path)).rejects.toMatchObject({ code: "already_running", pid: process.pid });
    await expect(claimInstance(path)).rejects.toBeInstanceOf(AlreadyRunningError);
  });

  it("gives it again once it was released", async () => {
    const path = await folder();
    await (await claimInstance(path)).release();
    await claimInstance(path);
  });

  it("takes it over from a process that is gone, and ends what that one left running", async () => {
    const path = await folder();
    const child = await sleeper();
    const instance = await claimInstance(path);
    await instance.register(child);
    const register = JSON.parse(await readFile(join(path, "processes.json"), "utf8")) as {
      owner: { startedAt: string };
    };
    // The same number, but another process: the owner's was started at another time.
    register.owner.startedAt = "0";
    await writeFile(join(path, "processes.json"), JSON.stringify(register));
    await claimInstance(path);
    expect(await child.exited).toMatchObject({ signal: "SIGKILL" });
  });

  it("does not touch a process that merely got the number of one that was left running", async () => {
    const path = await folder();
    const child = await sleeper();
    const stale = {
      owner: { pid: process.pid, startedAt: "0" },
      children: [{ pid: child.process.pid, startedAt: "0" }],
    };
    await writeFile(join(path, "processes.json"), JSON.stringify(stale));
    await claimInstance(path);
    expect(child.process.exitCode ?? child.process.signalCode).toBe(null);
  });

  it("takes over a register that a crash cut off", async () => {
    const path = await folder();
    await writeFile(join(path, "processes.json"), '{"owner":{"pi');
    await claimInstance(path);
  });
});
