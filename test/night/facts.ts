import { parse } from "csv-parse/sync";
import { unzipSync } from "fflate";
import type { NightStage } from "../../src/demo/night/stage.ts";
import { groupKeys } from "../../src/demo/night/world/groups.ts";
import type { ClientWorld } from "../../src/demo/night/world/world.ts";
import type { Mail } from "./expectation/mail.ts";
import { type Expectation, line } from "./expectation/night.ts";
import type { ReportFile } from "./expectation/reports.ts";
import { dayOf } from "./expectation/state.ts";

type Row = Record<string, unknown>;

/** What a night has left behind for one client, in the words of the expectation. */
export async function readNight(
  stage: Pick<NightStage, "database" | "files" | "mails">,
  world: ClientWorld,
): Promise<Expectation> {
  const { client } = world;
  const all = async (sql: string): Promise<Row[]> =>
    (await stage.database.execute({ sql, args: [client.id] })).rows.map((row) => ({ ...row }));
  const componentKeys = new Map(world.components.map(({ id, key }) => [id, key]));
  const groupKey = (row: Row) => groupKeys[Number(row.group_id) - client.id * 100 - 1] ?? String(row.group_external_id);
  const keyOf = (id: unknown) => componentKeys.get(Number(id)) ?? "";
  const day = (instant: unknown) => (instant === null ? null : dayOf(Number(instant), client.timeZone));
  return {
    people: (
      await all(`SELECT person.*, boss.username AS boss FROM persons AS person
        LEFT JOIN persons AS boss ON boss.id = person.supervisor_id WHERE person.client_id = ?`)
    )
      .map((row) => {
        const attributes = Object.entries(JSON.parse(String(row.attributes)) as Record<string, string>);
        const words = attributes.map(([name, value]) => `${name}=${value}`).sort();
        const { username, external_id, auth_status, email, locale, boss, enrolled_on } = row;
        return line(username, external_id, auth_status, email, locale, boss, enrolled_on, ...words);
      })
      .sort(),
    memberships: (
      await all(`SELECT member.*, person.username, groups.external_id AS group_external_id FROM group_members AS member
        JOIN persons AS person ON person.id = member.person_id JOIN groups ON groups.id = member.group_id WHERE member.client_id = ?`)
    )
      .map((row) => line(groupKey(row), row.username, row.source))
      .sort(),
    units: (
      await all(`SELECT unit.*, parent.external_id AS parent FROM groups AS unit LEFT JOIN groups AS parent ON parent.id = unit.parent_id
        WHERE unit.client_id = ? AND unit.source = 'xml'`)
    )
      .map((row) => line(row.external_id, row.name, row.parent))
      .sort(),
    planning: (await all("SELECT id, planning_status FROM components WHERE client_id = ?"))
      .map((row) => line(keyOf(row.id), row.planning_status))
      .sort(),
    expired: (
      await all(`SELECT person.username FROM audit_log AS entry JOIN persons AS person ON person.id = entry.entity_id
        WHERE entry.client_id = ? AND entry.entity = 'person' AND entry.action = 'expire_password'`)
    )
      .map(({ username }) => String(username))
      .sort(),
    registrations: (
      await all(`SELECT registration.*, person.username, parent.component_id AS parent FROM registrations AS registration
        JOIN persons AS person ON person.id = registration.person_id
        LEFT JOIN registrations AS parent ON parent.id = registration.parent_registration_id WHERE registration.client_id = ?`)
    )
      .map((row) =>
        line(
          keyOf(row.component_id),
          row.username,
          row.cycle_no,
          row.status,
          row.source,
          row.due_on,
          day(row.booked_at),
          row.cancel_reason,
          row.next_due_on,
          row.prerequisite_status,
          row.parent === null ? null : keyOf(row.parent),
        ),
      )
      .sort(),
    reports: await readReports(stage, client.id),
    mails: (await stage.mails())
      .filter(({ from }) => from === `learning@${client.key}.example`)
      .map(({ to, originalTo, subject, receivedAt }): Mail => {
        const when = dayOf(receivedAt, client.timeZone);
        return { client: client.key, recipient: originalTo ?? to, mailbox: to, subject, day: when };
      }),
    internal: (
      await all(`SELECT person.username, message.subject FROM messages AS message
        JOIN persons AS person ON person.id = message.person_id WHERE message.client_id = ? AND message.channel = 'internal' AND message.status = 'internal'`)
    )
      .map((row) => `${row.username}: ${row.subject}`)
      .sort(),
  };
}

async function readReports({ files }: Pick<NightStage, "files">, clientId: number): Promise<ReportFile[]> {
  const found: ReportFile[] = [];
  const { entries } = await files.list(`c/${clientId}/data/report/`, null);
  for (const { key } of entries) {
    const stream = await files.read(key);
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    const csv = key.endsWith(".csv");
    found.push({ key, format: csv ? "csv" : "xlsx", rows: csv ? csvRows(bytes) : sheetRows(bytes) });
  }
  return found.sort((a, b) => Number(a.key.split("/").at(-2)) - Number(b.key.split("/").at(-2)));
}

/** The file has to begin with a byte order mark and to end its lines with CRLF. */
function csvRows(bytes: Uint8Array): string[][] {
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  if (!text.startsWith("\ufeff") || !text.endsWith("\r\n")) throw new Error("no byte order mark, or no last line end");
  return parse(text.slice(1), { delimiter: ";", record_delimiter: "\r\n" });
}

/** What the cells of the only sheet show, row by row; an empty cell is ''. */
function sheetRows(bytes: Uint8Array): string[][] {
  const sheet = new TextDecoder().decode(unzipSync(bytes)["xl/worksheets/sheet1.xml"]);
  const rows = [...sheet.matchAll(/<row [^>]*>(.*?)<\/row>/gs)].map(([, cells = ""]) => {
    const row: string[] = [];
    for (const [, letter = "", inner = ""] of cells.matchAll(/<c r="([A-Z])\d+"[^>]*>(.*?)<\/c>/gs)) {
      row[letter.charCodeAt(0) - 65] = plain(/<(?:t|v)\b[^>]*>(.*?)<\/(?:t|v)>/s.exec(inner)?.[1] ?? "");
    }
    return row;
  });
  const width = rows[0]?.length ?? 0;
  return rows.map((row) => Array.from({ length: width }, (_, index) => row[index] ?? ""));
}

function plain(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
}
