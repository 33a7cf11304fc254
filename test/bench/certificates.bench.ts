import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { createJob } from "../../src/administration/jobs/jobs.ts";
import { startJob } from "../../src/administration/starts/start.ts";
import { catalogue } from "../../src/processors/all.ts";
import { type EdgeSystem, openEdgeSystem } from "../harness/edge/edge-system.ts";
import { addClient } from "../harness/runner/runner.ts";
import { names } from "../learning/certificates/print-cases.ts";
import { insert } from "../learning/rows.ts";
import { machineLines } from "./report/machine.ts";
import type { BenchOptions } from "./report/options.ts";
import { progress } from "./report/report.ts";

const PROCESSOR = "GenerateCertificatesJob";
const KB = 1024;

/**
 * Certificates on the edge: one run issues 500 of them in workerd, for names of nineteen languages. Prints how long that takes, and how much
 * memory the runtime's process has at the most: the limit of an edge object is 128 MB, which its isolate alone is held to; the process has
 * the runtime itself and the file store beside it. Then poppler's `pdftotext` opens each document and looks for the name.
 */
export default async function bench(options: BenchOptions): Promise<void> {
  const count = options.quick ? 60 : 500;
  for (const line of machineLines()) console.log(line);
  const { system, close } = await openEdgeSystem();
  try {
    await earn(system, count);
    await system.start();
    await system.tick();
    const idle = await residentMegabytes(system);
    const begun = Date.now();
    await issue(system);
    const seconds = (Date.now() - begun) / 1000;
    console.log(`${count} certificates in ${seconds.toFixed(1)} s`);
    console.log(`Memory of workerd: ${idle.now} MB before, ${(await residentMegabytes(system)).most} MB at the most`);
    const { opened, found } = await readBack(system, count);
    console.log(`${opened} documents opened by pdftotext, the person's name found in ${found}`);
  } finally {
    await close();
  }
}

const nameOf = (person: number) => `${names[person % names.length]?.[1]} N${person}`;

/** A course that gives a certificate, and people who have passed it. */
async function earn({ database }: EdgeSystem, count: number): Promise<void> {
  const clientId = await addClient(database, "north", "Europe/Berlin");
  const people = Array.from({ length: count }, (_, index) => index + 1);
  await insert(database, "certificates", { id: 1, client_id: clientId });
  await insert(database, "components", { id: 1, client_id: clientId, certificate_id: 1 });
  await insert(
    database,
    "persons",
    ...people.map((id) => ({
      id,
      client_id: clientId,
      given_name: names[id % names.length]?.[1] ?? "",
      family_name: `N${id}`,
      locale: names[id % names.length]?.[0] ?? "en",
    })),
  );
  await insert(
    database,
    "registrations",
    ...people.map((id) => ({
      id,
      client_id: clientId,
      component_id: 1,
      person_id: id,
      status: "passed",
      completed_at: Date.now() - 86_400_000,
    })),
  );
}

/** Starts the run, and waits for its end. */
async function issue(system: EdgeSystem): Promise<void> {
  const { database } = system;
  const job = { name: PROCESSOR, processor: PROCESSOR, cron: "0 0 0 1 1 ? 2099", parameters: { notify: "none" } };
  const saved = await createJob({ control: database, catalogue }, job, "bench", Date.now());
  if (saved.state !== "saved") throw new Error(JSON.stringify(saved));
  const [row] = (await database.execute("SELECT max(id) AS id FROM jobs")).rows;
  const client = (await database.execute("SELECT max(id) AS id FROM clients")).rows[0];
  const target = { clientId: Number(client?.id) };
  const started = await startJob({ control: database, catalogue }, Number(row?.id), target, "bench", Date.now());
  if (started.state !== "queued") throw new Error(JSON.stringify(started));
  await system.tick();
  for (;;) {
    const { rows } = await database.execute("SELECT state, counts, message FROM runs");
    const state = String(rows[0]?.state);
    progress(`${state} ${rows[0]?.counts ?? ""}`);
    if (["ok", "partial", "failed"].includes(state)) {
      console.log(`The run ended ${state}: ${rows[0]?.counts} ${rows[0]?.message ?? ""}`);
      return;
    }
    await sleep(1000);
  }
}

/** What the runtime's processes have in memory, and had at the most. */
async function residentMegabytes(system: EdgeSystem): Promise<{ readonly now: number; readonly most: number }> {
  const status = await readFile(`/proc/${system.processes().edge}/status`, "utf8");
  const of = (name: string) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / KB);
  return { now: of("VmRSS"), most: of("VmHWM") };
}

/** Opens each document where the runtime keeps its objects. */
async function readBack({ folder }: EdgeSystem, count: number): Promise<{ opened: number; found: number }> {
  const files = await readdir(join(folder, "v3", "r2"), { recursive: true });
  const texts: string[] = [];
  for (const file of files.filter((name) => name.includes("blobs/"))) {
    const path = join(folder, "v3", "r2", file);
    if ((await readFile(path)).subarray(0, 5).toString() !== "%PDF-") continue;
    texts.push((await promisify(execFile)("pdftotext", ["-raw", path, "-"])).stdout.normalize("NFKC"));
  }
  const own = (person: number) => nameOf(person).normalize("NFKC").replaceAll(/\s+/g, "");
  const flat = texts.map((text) => text.replaceAll(/[\s\u200e\u200f\u202a-\u202e]+/g, ""));
  const people = Array.from({ length: count }, (_, index) => index + 1);
  const found = people.filter((person) => flat.some((text) => text.includes(own(person)) || byWords(text, person)));
  return { opened: texts.length, found: found.length };
}

/** pdftotext turns runs from right to left about: all words of the name stand there. */
function byWords(text: string, person: number): boolean {
  const words = nameOf(person).normalize("NFKC").split(" ");
  const isOwn = new RegExp(`${words.at(-1)}(?!\\d)`).test(text);
  return isOwn && words.every((word) => text.includes(word));
}
