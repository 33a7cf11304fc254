import type { AuditIds, AuditNames } from "../../../control/audit-names.ts";
import type { RecordedChange } from "../../../control/audit-trail.ts";
import { FOR_EVER } from "../../../control/jobs/pauses.ts";
import type { Reader } from "../../reader/reader.ts";

/** Names of fields that hold instants in ms: `until`, `startsAt`, `pausedUntil`. */
const INSTANT = /(^|[a-z.])(at|until|from|to|since)$/i;

/** No recorded instant lies before 1973; a smaller number is something else. */
const FIRST_INSTANT = 100_000_000_000;

/** The last part of a field's name: `jobId` of `after.jobId`. */
const lastPart = (field: string) => field.slice(field.lastIndexOf(".") + 1);

/** A recorded value in the reader's words: dates in the reader's zone, names for ids; null: it can be shown as JSON only. */
export function valueWords(reader: Reader, names: AuditNames, field: string, value: unknown): string | null {
  const { t } = reader;
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? t("yes") : t("no");
  if (typeof value === "number") {
    if (INSTANT.test(field) && value >= FIRST_INSTANT) {
      return value >= FOR_EVER ? t("until an administrator lets it go on") : reader.moment(value);
    }
    if (/^jobId$/i.test(lastPart(field))) return names.jobs.get(value) ?? t("job {id}", { id: String(value) });
    if (/^clientId$/i.test(lastPart(field))) {
      return value === 0 ? t("All clients") : (names.clients.get(value) ?? t("client {id}", { id: String(value) }));
    }
    return String(value);
  }
  if (Array.isArray(value)) return listWords(reader, names, field, value);
  return null;
}

function listWords(reader: Reader, names: AuditNames, field: string, list: readonly unknown[]): string | null {
  const parts = list.map((part) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? objectWords(reader, names, part as Record<string, unknown>)
      : valueWords(reader, names, field, part),
  );
  return parts.some((part) => part === null) ? null : parts.join("; ");
}

/** `{ clientId: 3, until: ..., note: "holidays" }` as `North, Mon 23 Nov 2026, 12:00:00, holidays`. */
function objectWords(reader: Reader, names: AuditNames, value: Record<string, unknown>): string | null {
  const parts = Object.entries(value)
    .filter(([, part]) => part !== null && part !== "")
    .map(([name, part]) => valueWords(reader, names, name, part));
  return parts.some((part) => part === null) ? null : parts.join(", ");
}

/** Ids that changes are about or hold. */
export function idsIn(changes: readonly RecordedChange[]): AuditIds {
  const ids = { jobs: [] as number[], clients: [] as number[], admins: [] as number[], connectors: [] as number[] };
  const of: Readonly<Record<string, number[]>> = {
    job: ids.jobs,
    client: ids.clients,
    admin: ids.admins,
    connector: ids.connectors,
  };
  const collect = (value: unknown, name: string): void => {
    if (Array.isArray(value)) for (const part of value) collect(part, name);
    else if (typeof value === "object" && value !== null) {
      for (const [part, inner] of Object.entries(value)) collect(inner, part);
    } else if (typeof value === "number") {
      if (/^jobId$/i.test(name)) ids.jobs.push(value);
      if (/^clientId$/i.test(name)) ids.clients.push(value);
    }
  };
  for (const { entity, entityId, before, after } of changes) {
    of[entity]?.push(entityId);
    collect(before, "");
    collect(after, "");
  }
  return ids;
}
