import { listChanges } from "../../../../control/audit-trail.ts";
import type { Job } from "../../../../control/jobs/jobs.ts";
import type { Database } from "../../../../store/database.ts";
import type { FormField } from "../../../page/form.tsx";
import { type Column, Table } from "../../../page/table.tsx";
import { useReader } from "../../../reader/reader.ts";

/** One field that another administrator changed, or that now differs from what is being entered. */
export interface Change {
  readonly label: string;
  /** When the form was opened; null: not known. */
  readonly before: string | null;
  /** As it is stored now. */
  readonly now: string;
  readonly own: string;
  /** It had not been touched here, so the new value stands in the form. */
  readonly taken: boolean;
}

/** Changes of a job that are looked at to find how it was. */
const LOOKED_AT = 100;

/**
 * A job as it was at an earlier revision, from what its changes recorded; null where they do not reach back so far.
 *
 * @param revision of the form that was opened
 */
export async function jobAtRevision(control: Database, job: Job, revision: number): Promise<Job | null> {
  const steps = job.revision - revision;
  if (!(steps > 0)) return null;
  const changes = await listChanges(control, { of: { entity: "job", entityId: job.id }, limit: LOOKED_AT });
  const updates = changes.filter(({ action, before }) => action === "update" && before !== null);
  if (updates.length < steps) return null;
  return Object.assign({ ...job }, ...updates.slice(0, steps).map(({ before }) => before)) as Job;
}

/** The values that a form holds of a field, as a person compares them. */
function shown(form: URLSearchParams, name: string, fields: readonly FormField[]): string {
  const all = form.getAll(name);
  const field = fields.find((one) => one.name === name);
  if (field?.control.kind === "checks") return all.filter((value) => value !== "").join(", ");
  return (all.at(-1) ?? "").replace(/\r\n?/g, "\n").trim();
}

/** Whether two forms hold the same value of a field. */
export function sameValue(
  one: URLSearchParams,
  other: URLSearchParams,
  name: string,
  fields: readonly FormField[],
): boolean {
  return shown(one, name, fields) === shown(other, name, fields);
}

/**
 * Brings a posted form together with a job that another administrator saved meanwhile, in place: what was entered here stays, what was
 * not touched takes the new value.
 *
 * @param opened the form as it was opened; null: not known, and everything posted stays
 * @param labels names of the inputs, in their order
 * @returns every field that differs, for the reader to judge
 */
export function mergeForm(
  own: URLSearchParams,
  opened: URLSearchParams | null,
  stored: URLSearchParams,
  fields: readonly FormField[],
  labels: ReadonlyMap<string, string>,
): Change[] {
  const changes: Change[] = [];
  for (const [name, label] of labels) {
    if (!own.has(name) || !stored.has(name)) continue;
    const now = shown(stored, name, fields);
    const mine = shown(own, name, fields);
    const before = opened === null ? null : shown(opened, name, fields);
    if (before === null ? mine === now : before === now) continue;
    const taken = before !== null && mine === before;
    if (taken) {
      own.delete(name);
      for (const value of stored.getAll(name)) own.append(name, value);
    }
    changes.push({ label, before, now, own: mine, taken });
  }
  return changes;
}

/** What another administrator changed, field by field, and what stands in the form now. */
export function ChangeTable(props: { changes: readonly Change[]; by: string }) {
  const { t } = useReader();
  const value = (text: string) => (text === "" ? <span class="soft">{t("(empty)")}</span> : text);
  const columns: readonly Column<Change>[] = [
    { label: t("Field"), head: true, cell: ({ label }) => label },
    {
      label: t("When you opened it"),
      cell: ({ before }) => (before === null ? <span class="soft">{t("not known")}</span> : value(before)),
    },
    { label: t("Saved by {name}", { name: props.by }), cell: ({ now }) => value(now) },
    {
      label: t("In your form"),
      cell: ({ taken, own, now }) => (
        <>
          {value(taken ? now : own)}
          <small>
            {taken ? t("taken over: you had not changed it") : own === now ? t("the same") : t("yours is kept")}
          </small>
        </>
      ),
    },
  ];
  return <Table caption={t("What was changed meanwhile")} columns={columns} rows={props.changes} />;
}
