import type { SQL } from "drizzle-orm";
import { among, columns, type RowOf } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { isDay } from "../../time/day.ts";
import { recertSections } from "../schema/enrolment.ts";
import type { Syllabus } from "../syllabus/syllabus.ts";

const sectionColumns = columns(
  recertSections,
  [
    "id",
    "componentId",
    "folderItemId",
    "startMode",
    "startOn",
    "startOffsetDays",
    "dueDays",
    "endDays",
    "intervalMonths",
    "nextFrom",
    "minActiveDays",
    "late",
    "autoRegister",
    "earlyDays",
  ],
  "section",
);

/** A section of a learning path whose elements fall due again and again (handbook, data: enrolment). */
export type RecertSection = RowOf<typeof sectionColumns>;

/** The section of a learning path that follows section `after` by id. */
export function nextSection(after: number, sectionIds: readonly number[] | null): SQL<RecertSection> {
  return sql`SELECT ${sectionColumns} FROM recert_sections AS section
    CROSS JOIN components AS path ON path.id = section.component_id AND path.client_id = section.client_id
    WHERE section.client_id = ${thisClient} AND section.id > ${after} AND path.kind = 'learning_path'
      ${sectionIds === null ? sql`` : sql`AND section.id IN ${among(sectionIds)}`}
    ORDER BY section.id LIMIT 1`;
}

/** More days, or months, than this are a slip of the keyboard. */
const MOST_DAYS = 36_500;
const MOST_MONTHS = 1200;

/** Why a section cannot be worked on: a code and a sentence that says what to change. */
export interface SectionProblem {
  readonly code: "folder_missing" | "invalid_section";
  readonly message: string;
}

/** What is wrong with a section as it is stored, or null. */
export function sectionProblem(section: RecertSection, syllabus: Syllabus): SectionProblem | null {
  const invalid = (message: string): SectionProblem => ({ code: "invalid_section", message });
  if (!syllabus.hasFolder(section.folderItemId))
    return {
      code: "folder_missing",
      message: `Learning path ${section.componentId} has no folder ${section.folderItemId} any more; choose another or delete the section`,
    };
  if (section.startMode === "fixed" && !(section.startOn !== null && isDay(section.startOn)))
    return invalid("start_mode is fixed; set start_on to a day such as 2026-03-31");
  for (const [name, days] of [
    ["start_offset_days", section.startMode === "relative" ? (section.startOffsetDays ?? 0) : 0],
    ["due_days", section.dueDays],
    ["end_days", section.endDays],
    ["min_active_days", section.minActiveDays],
    ["early_days", section.earlyDays],
  ] as const) {
    if (days < 0) return invalid(`${name} is negative; enter 0 or more`);
    if (days > MOST_DAYS) return invalid(`${name} is more than ${MOST_DAYS}; enter less`);
  }
  const { intervalMonths } = section;
  if (intervalMonths !== null && intervalMonths < 1)
    return invalid("interval_months is less than 1; enter 1 or more, or leave it empty for a single period");
  if ((intervalMonths ?? 0) > MOST_MONTHS) return invalid(`interval_months is more than ${MOST_MONTHS}; enter less`);
  return null;
}
