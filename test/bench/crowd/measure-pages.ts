import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import { bundles } from "../../../drizzle/bundles.ts";
import { folderFiles } from "../../../src/files/folder.ts";
import { migrate, migrationSets } from "../../../src/store/migrations.ts";
import { setStageOn } from "../../web/stage/stage.ts";
import { pageAddresses, visitor } from "../../web/walk/visits.ts";
import { furnish } from "../../web/walk/walk.ts";
import { addCrowd } from "./crowd.ts";

const ROUNDS = 7;
const SIZE = { clients: 2000, jobs: 20_000, runs: 1_000_000, others: 200_000, from: 1_000_000 } as const;

/** Fills a database in a file below `folder` and prints what each page costs there. */
export async function measurePages(folder: string): Promise<void> {
  const database = createClient({ url: `file:${join(folder, "database.db")}`, intMode: "number", timeout: 5000 });
  try {
    await database.execute("PRAGMA journal_mode = WAL");
    await database.execute("PRAGMA synchronous = OFF");
    // For the filling: indexes of a million rows are built in memory.
    await database.execute("PRAGMA cache_size = -400000");
    for (const set of migrationSets) await migrate(database, set, bundles[set], 0);
    const mail = { id: "1", receivedAt: 0, from: "a", to: "b", originalTo: null, subject: "S", body: "B" };
    const mailbox = { list: async () => ({ total: 1, mails: [mail] }), read: async () => mail };
    const stage = await setStageOn(database, folderFiles(join(folder, "files")), { mailbox });
    const things = await furnish(stage);
    const start = performance.now();
    const focus = { jobId: things["own job"], clientId: stage.berlin, runId: things["own run"] };
    await addCrowd(database, { ...SIZE, focus }, stage.now);
    const filled = ((performance.now() - start) / 1000).toFixed(0);
    const number = (value: number) => value.toLocaleString("en");
    console.log(
      `${number(SIZE.clients)} clients, ${number(SIZE.jobs)} jobs, ${number(SIZE.runs)} runs in a libSQL file (filled in ${filled} s)`,
    );
    console.log("median ms   statements   round trips   kB   page");
    const visit = await visitor(stage);
    for (const address of pageAddresses(stage, things)) {
      const visits = [];
      for (let round = 0; round < ROUNDS; round += 1) visits.push(await visit(address));
      const [last] = visits.slice(-1);
      if (!last || last.html === "") continue;
      const median = visits.map(({ took }) => took).toSorted((a, b) => a - b)[(ROUNDS - 1) / 2] ?? 0;
      const columns = [
        median.toFixed(1).padStart(9),
        String(last.statements.length).padStart(12),
        String(last.roundTrips).padStart(13),
        (last.html.length / 1024).toFixed(0).padStart(4),
        address,
      ];
      console.log(columns.join(" "));
    }
  } finally {
    database.close();
    await rm(folder, { recursive: true, force: true });
  }
}
