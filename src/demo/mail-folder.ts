import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import type { ArrivedMail } from "../web/mailbox.ts";

/** Mails kept in a folder, one JSON file each, and in memory. */
export interface MailFolder {
  /** Keeps a mail; on disk before it returns. */
  add(mail: Omit<ArrivedMail, "id">): Promise<void>;
  newest(limit: number): { total: number; mails: ArrivedMail[] };
  find(id: string): ArrivedMail | null;
}

/** Opens a folder of mails. Files that are no mail are left alone. */
export async function openMailFolder(path: string): Promise<MailFolder> {
  const mails: ArrivedMail[] = [];
  for (const name of (await readdir(path)).toSorted()) {
    if (/^\d+\.json$/.test(name)) mails.push(JSON.parse(await readFile(`${path}/${name}`, "utf8")) as ArrivedMail);
  }
  let last = Number(mails.at(-1)?.id ?? 0);
  return {
    async add(mail) {
      last += 1;
      const id = String(last).padStart(6, "0");
      const kept = { id, ...mail };
      await writeFile(`${path}/${id}.part`, JSON.stringify(kept));
      await rename(`${path}/${id}.part`, `${path}/${id}.json`);
      mails.push(kept);
    },
    newest: (limit) => ({ total: mails.length, mails: mails.slice(-limit || mails.length).toReversed() }),
    find: (id) => mails.find((mail) => mail.id === id) ?? null,
  };
}
