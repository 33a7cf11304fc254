import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** The project's own folder. */
export const projectFolder = fileURLToPath(new URL("../../../", import.meta.url));

/** Where `npm start` keeps what it makes; nothing outside it is written, and removing it starts afresh. */
export interface DataFolder {
  readonly path: string;
  /** Data of the libSQL server. */
  readonly sqld: string;
  /** Durable Objects and R2 of the local edge runtime. */
  readonly edge: string;
  /** Mails that arrived at the demo's mail server. */
  readonly mailbox: string;
  /** Files to try out. */
  readonly demo: string;
  /** Output of the programs that run beside us; begun anew at each start. */
  readonly log: string;
}

/** Makes `<project>/.data/` and its folders, readable by its owner only. */
export async function openDataFolder(path = `${projectFolder}.data`): Promise<DataFolder> {
  const folder = {
    path,
    sqld: `${path}/sqld`,
    edge: `${path}/edge`,
    mailbox: `${path}/mailbox`,
    demo: `${path}/demo`,
    log: `${path}/log`,
  };
  await mkdir(path, { recursive: true, mode: 0o700 });
  for (const inner of [folder.edge, folder.mailbox, folder.demo, folder.log]) await mkdir(inner, { recursive: true });
  return folder;
}
