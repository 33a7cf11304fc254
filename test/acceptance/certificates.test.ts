import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, inject, it } from "vitest";
import { createJob } from "../../src/administration/jobs/jobs.ts";
import { freePorts } from "../../src/hosts/node/ports.ts";
import { catalogue } from "../../src/processors/all.ts";
import { edgeSystem } from "../harness/edge/edge.ts";
import { ISOLATE_BYTES, watchHeap } from "../harness/edge/heap.ts";
import { signIn } from "../harness/edge/manager.ts";
import { addClient } from "../harness/runner/runner.ts";
import { type ReadPdf, readPdf } from "../learning/certificates/pdf-text.ts";
import { insert } from "../learning/rows.ts";

/** How many certificates one run makes: as many as the largest course has people in `npm run conformance`, else a few. */
const CERTIFICATES = inject("conformance").sweep ? 500 : 20;

/** Each in letters of another font; people have a family name of their own. */
const GIVEN = ["Ada", "Αλέξανδρος", "محمد", "王小明", "Nguyễn"];

/** The objects of the bucket, each of which is a file in the folder of the local runtime. */
async function documentsIn(folder: string): Promise<Uint8Array[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const blobs = entries.filter((entry) => entry.isFile() && entry.parentPath.endsWith("blobs"));
  const contents = await Promise.all(blobs.map(({ parentPath, name }) => readFile(join(parentPath, name))));
  return contents
    .filter((content) => content.subarray(0, 5).toString() === "%PDF-")
    .map((content) => new Uint8Array(content));
}

it("on the real edge runtime certificates are made with the Worker's own fonts in an isolate's memory, stored in the bucket, and can be verified", async () => {
  const system = await edgeSystem();
  const { database } = system;
  await addClient(database, "north", "Europe/Berlin");
  const { host } = new URL(system.url);
  await database.execute({ sql: "UPDATE clients SET host = ?", args: [host] });
  await createJob(
    { control: database, catalogue },
    { name: "Certificates", processor: "GenerateCertificatesJob", clientId: 1 },
    "test",
    Date.now(),
  );
  await insert(database, "certificates", { id: 1 });
  await insert(database, "components", { id: 1, certificate_id: 1 });
  const people = Array.from({ length: CERTIFICATES }, (_, index) => ({
    id: index + 1,
    given_name: GIVEN[index % GIVEN.length] ?? "",
    family_name: `Byron${index + 1}x`,
  }));
  await insert(database, "persons", ...people);
  await insert(
    database,
    "registrations",
    ...people.map(({ id }) => ({ id, component_id: 1, person_id: id, status: "passed", completed_at: Date.now() })),
  );
  const [inspectorPort = 0] = await freePorts(1);
  await system.start({}, inspectorPort);
  const heap = await watchHeap(inspectorPort);
  const manager = await signIn(system);
  await manager.post("/admin/jobs/1/start", { clientId: "1" });
  const [started] = (await database.execute("SELECT id FROM runs")).rows;
  await manager.untilEnded(Number(started?.id));
  const [run] = (await database.execute("SELECT state, counts FROM runs")).rows;
  expect([run?.state, JSON.parse(String(run?.counts))]).toMatchObject(["ok", { generated: people.length }]);
  const { peak, live } = await heap();
  console.log(
    `${people.length} certificates in workerd: ${(live / 2 ** 20).toFixed(0)} MB live, ${(peak / 2 ** 20).toFixed(0)} MB with garbage, of ${ISOLATE_BYTES / 2 ** 20} MB`,
  );
  expect(live).toBeGreaterThan(0);
  expect(peak).toBeLessThan(ISOLATE_BYTES);

  const { rows } = await database.execute("SELECT state, size FROM files WHERE kind = 'certificate'");
  expect(rows).toHaveLength(people.length);
  for (const { state, size } of rows) expect([state, Number(size) > 5000]).toEqual(["ready", true]);

  const documents = await documentsIn(system.folder);
  const read: ReadPdf[] = [];
  for (const document of documents) read.push(await readPdf(document));
  const named = people.map(({ family_name }) => read.filter(({ text }) => text.includes(family_name)));
  expect(named.map(({ length }) => length)).toEqual(people.map(() => 1));
  for (const [index, { given_name }] of people.entries()) {
    // The reader gives Arabic letters in the order in which they stand on the page.
    const letters = given_name === "محمد" ? [...given_name].toReversed().join("") : given_name;
    const text = named[index]?.[0]?.text.normalize() ?? "";
    expect(text.includes(given_name) || text.includes(letters), given_name).toBe(true);
  }

  const [issued] = (await database.execute("SELECT verification_code FROM issued_certificates LIMIT 1")).rows;
  const answer = await fetch(`${system.url}/v/${issued?.verification_code}`);
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining("Fire safety")]);
  // The fonts are for runs only: no address of the Worker is one of theirs.
  const font = await fetch(`${system.url}/noto-sans/latin-400.woff`);
  expect(font.status).toBe(404);
  await font.text();
});
