import type { InferSelectModel } from "drizzle-orm";
import { z } from "zod";
import type { ClientRows } from "../../store/rows.ts";
import type { Failure } from "../../store/step/step.ts";
import { isGerman } from "../messages/wording.ts";
import type { reports as table } from "../schema/reports.ts";
import type { Cell, Column } from "./sources/column.ts";
import type { ReportScene } from "./sources/filter.ts";
import { mailMonitor } from "./sources/mail-monitor.ts";
import { persons } from "./sources/persons.ts";
import { learningPaths, registrations } from "./sources/registrations.ts";
import { certificationStatus, skills } from "./sources/skills.ts";
import { type ReportSource, type RowPosition, type RowRequest, selectRows, unpackRows } from "./sources/source.ts";

export type ReportKey = InferSelectModel<typeof table>["key"];

/** The six reports (handbook, data: communication and reports). */
export const reportSources: Readonly<Record<ReportKey, ReportSource>> = {
  registrations,
  learning_paths: learningPaths,
  certification_status: certificationStatus,
  skills,
  persons,
  mail_monitor: mailMonitor,
};

/** A column of a report that is to be written. */
export interface ReportColumn extends Column {
  readonly name: string;
  readonly heading: string;
}

/** A report that can be run: `reports.definition` with a subscription's filters. */
export interface Report {
  readonly source: ReportSource;
  readonly columns: readonly ReportColumn[];
  readonly conditions: RowRequest["conditions"];
}

const LONGEST_HEADING = 100;

/**
 * What `reports.definition` of a report may say: `columns`, in order, each by its name or as `{ column, heading }`; and
 * `filters`. Left out, a report shows its usual columns and all rows.
 */
export function definitionSchema(key: ReportKey) {
  return z.strictObject({
    columns: columnsSchema(key).min(1).optional(),
    filters: reportSources[key].filters.optional(),
  });
}

/** What `report_views.columns` of a report may say: columns as in its definition; none: those of the definition. */
export function columnsSchema(key: ReportKey) {
  const name = z.enum(Object.keys(reportSources[key].columns) as [string, ...string[]]);
  const column = z.union([name, z.strictObject({ column: name, heading: z.string().min(1).max(LONGEST_HEADING) })]);
  return z.array(column).max(100);
}

/** What `report_subscriptions.filters` and `report_views.filters` of a report may say; it comes on top of the definition's own filters. */
export function filtersSchema(key: ReportKey): z.ZodObject {
  return reportSources[key].filters;
}

/** A person's default view of a report, as it is stored: JSON. */
export interface StoredView {
  readonly filters: string;
  readonly columns: string;
}

/**
 * Reads a stored report with a subscription's filters, or, where these are null, with filters and columns of a person's default
 * view. A failure `bad_report` names the field and what is wrong with it.
 *
 * @param stored.view default: there is none
 * @param locale of the headings: German in German, else English
 */
export function readReport(
  stored: {
    readonly key: ReportKey;
    readonly definition: string;
    readonly filters: string | null;
    readonly view?: StoredView | null;
  },
  locale: string,
  scene: ReportScene,
): { readonly report: Report } | { readonly failure: Failure } {
  const source = reportSources[stored.key];
  const definition = parse("definition", stored.definition, definitionSchema(stored.key));
  const view = stored.filters === null ? (stored.view ?? null) : null;
  const filters = view
    ? parse("view.filters", view.filters, filtersSchema(stored.key))
    : parse("filters", stored.filters ?? "{}", filtersSchema(stored.key));
  const chosen = parse("view.columns", view?.columns ?? "[]", columnsSchema(stored.key));
  const problems = [definition, filters, chosen].flatMap((one) => ("problems" in one ? one.problems : []));
  if ("problems" in definition || "problems" in filters || "problems" in chosen) {
    return { failure: { code: "bad_report", message: problems.join("; ") } };
  }
  const german = isGerman(locale);
  const wanted = chosen.value.length > 0 ? chosen.value : (definition.value.columns ?? source.defaults);
  const columns = wanted.flatMap((chosen): ReportColumn[] => {
    const { column: name, heading } = typeof chosen === "string" ? { column: chosen, heading: null } : chosen;
    const column = source.columns[name];
    return column ? [{ ...column, name, heading: heading ?? (german ? column.de : column.en) }] : [];
  });
  const conditions = [
    ...source.where(definition.value.filters ?? {}, scene),
    ...source.where(filters.value as Record<string, unknown>, scene),
  ];
  return { report: { source, columns, conditions } };
}

function parse<S extends z.ZodType>(
  field: string,
  json: string,
  schema: S,
): { readonly value: z.output<S> } | { readonly problems: readonly string[] } {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { problems: [`${field}: enter JSON`] };
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return { value: parsed.data };
  return { problems: parsed.error.issues.map(({ path, message }) => `${[field, ...path].join(".")}: ${message}`) };
}

/** True when a report has a row for people whose rows may be seen; null: everybody's. */
export async function hasRows(rows: ClientRows, report: Report, people: readonly number[] | null): Promise<boolean> {
  const { conditions, source } = report;
  for (let start = 0; start < (people?.length ?? 1); start += PEOPLE) {
    const slice = people === null ? null : people.slice(start, start + PEOPLE);
    const query = selectRows({ source, columns: [], conditions, people: slice, after: null, limit: 1 });
    const { cells } = unpackRows((await rows.first<{ page: string }>(query))?.page ?? "[]");
    if (cells.length > 0) return true;
  }
  return false;
}

/** Rows read at once; a page of them is in memory. */
const PAGE = 2000;
/** People looked up at once. */
const PEOPLE = 500;

/**
 * The rows of a report, a page at a time: by person and id (the mail monitor of an administrator: by the instant of queueing).
 * Pages are read when they are asked for; rows that change meanwhile are shown as they are then.
 *
 * @param people whose rows may be seen ({@link readVisiblePeople}); null: everybody's
 */
export async function* reportPages(
  rows: ClientRows,
  { source, columns, conditions }: Report,
  people: readonly number[] | null,
): AsyncGenerator<readonly (readonly Cell[])[], void> {
  const slices: (readonly number[] | null)[] = people === null ? [null] : [];
  for (let start = 0; people !== null && start < people.length; start += PEOPLE) {
    slices.push(people.slice(start, start + PEOPLE));
  }
  for (const slice of slices) {
    let left = slice;
    let after: RowPosition | null = null;
    for (;;) {
      const query = selectRows({ source, columns, conditions, people: left, after, limit: PAGE });
      const { cells, last } = unpackRows((await rows.first<{ page: string }>(query))?.page ?? "[]");
      if (cells.length > 0) yield cells;
      if (!last || cells.length < PAGE) break;
      after = last;
      // People whose rows are all read need not be looked up again.
      if (left !== null && source.order !== null) left = left.filter((id) => id >= last.at);
    }
  }
}
