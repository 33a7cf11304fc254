import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readOptions } from "../../../src/hosts/node/options.ts";
import { choosePort, freePorts } from "../../../src/hosts/node/ports.ts";
import { openSecrets } from "../../../src/hosts/node/secrets.ts";

describe("the options of npm start", () => {
  it("default to port 8787, or any that is free, and the old password", () => {
    expect(readOptions([], {})).toEqual({ port: null, newPassword: false });
  });

  it("take a port from PORT and --new-password from the command line", () => {
    expect(readOptions(["--new-password"], { PORT: "9000" })).toEqual({ port: 9000, newPassword: true });
  });

  it.each(["0", "65536", "80a", "-1"])("refuse PORT=%s and say what to give", (PORT) => {
    expect(() => readOptions([], { PORT })).toThrow(/PORT is .* number from 1 to 65535/);
  });

  it.each([["--newpassword"], ["extra"]])("refuse %s and name the one that exists", (argument) => {
    expect(() => readOptions([argument], {})).toThrow(/npm start -- --new-password/);
  });
});

describe("the port", () => {
  it("is another when the preferred one is taken, and a clear error when the wanted one is", async () => {
    const [taken = 0] = await freePorts(1);
    const server = createServer().listen(taken, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    onTestFinished(() => void server.close());
    expect(await choosePort(null, taken)).not.toBe(taken);
    await expect(choosePort(taken, 8787)).rejects.toThrow(`Port ${taken} is taken; choose another with PORT=<number>`);
  });
});

describe("the secrets", () => {
  it("are made once, for their owner's eyes only, and never replaced silently", async () => {
    const folder = await mkdtemp(join(tmpdir(), "minutehand-secrets-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const made = await openSecrets(folder);
    expect((await stat(join(folder, "secrets.json"))).mode & 0o777).toBe(0o600);
    expect(await openSecrets(folder)).toEqual(made);
    await writeFile(join(folder, "secrets.json"), "{");
    await expect(openSecrets(folder)).rejects.toThrow(/put it back, or remove the whole folder/);
  });
});
