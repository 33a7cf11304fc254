import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { Files } from "../../src/files/files.ts";
import { type Bucket, r2Files } from "../../src/files/r2.ts";
import { describeStore } from "./store-cases.ts";

const bucket = env.FILES as unknown as Bucket & R2Bucket;

async function empty(): Promise<Files> {
  for (;;) {
    const { objects } = await bucket.list({ limit: 1000 });
    if (objects.length === 0) return r2Files(bucket);
    await bucket.delete(objects.map(({ key }) => key));
  }
}

describeStore("an R2 bucket", empty);

it("keeps the content type, also over a move", async () => {
  const files = await empty();
  await files.write("c/1/a.csv", "abc", { contentType: "text/csv" });
  await files.move("c/1/a.csv", "c/1/done/a.csv");
  expect((await bucket.head("c/1/done/a.csv"))?.httpMetadata?.contentType).toBe("text/csv");
});
