import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import S3rver from "@20minutes/s3rver";
import { expect, it, onTestFinished } from "vitest";
import { FileChangedError } from "../../src/files/files.ts";
import { s3Files } from "../../src/files/s3.ts";

/**
 * A server of other people's, over HTTP, so that the signature is verified by code that is not ours. Its listings are not those of the
 * protocol (levels, encoded keys), so the whole contract is tested with the fake beside it.
 */
it("is understood by a server of a package, which verifies signatures with its own code", async () => {
  const directory = await mkdtemp(join(tmpdir(), "minutehand-s3-"));
  const bucket = "learning-files";
  const server = new S3rver({
    address: "127.0.0.1",
    port: 0,
    silent: true,
    directory,
    configureBuckets: [{ name: bucket }],
  });
  const { port } = await server.run();
  onTestFinished(async () => {
    await server.close();
    await rm(directory, { recursive: true, force: true });
  });
  const settings = {
    endpoint: `http://127.0.0.1:${port}`,
    bucket,
    region: "eu-central-1",
    accessKeyId: "S3RVER",
    secretAccessKey: "S3RVER",
    fetch: (request: Request) => fetch(request),
    now: Date.now,
    wait: async () => undefined,
  };
  const files = s3Files(settings);
  const wrong = s3Files({ ...settings, secretAccessKey: "another" });
  await expect(wrong.write("c/1/a", "abc")).rejects.toMatchObject({ status: 403 });

  const written = await files.write("c/1/in/a b.csv", "0123456789", { contentType: "text/csv" });
  expect(written).toMatchObject({ size: 10, etag: "781e5e245d69b566979b86e28d23f2c7" });
  expect(await files.head("c/1/in/a b.csv")).toEqual(written);
  const { etag } = written;
  expect(await new Response(await files.read(written.key, { offset: 2, length: 3, etag })).text()).toBe("234");
  expect(await new Response(await files.read(written.key, { offset: 10 })).text()).toBe("");
  await expect(files.read(written.key, { etag: "another" })).rejects.toThrow(FileChangedError);
  await files.move(written.key, "c/1/done/a b.csv", { etag });

  const large = new Uint8Array(9 * 1024 * 1024).fill(7);
  await files.write("c/1/large", new Blob([large]).stream());
  const back = new Uint8Array(await new Response(await files.read("c/1/large")).arrayBuffer());
  expect(Buffer.compare(back, large)).toBe(0);

  const { entries, cursor } = await files.list("c/1/");
  expect([entries.map(({ key }) => key), cursor]).toEqual([["c/1/done/a b.csv", "c/1/large"], null]);
  await files.delete([...entries.map(({ key }) => key), "c/1/missing"]);
  expect((await files.list("")).entries).toEqual([]);
});
