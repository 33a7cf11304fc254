import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { components } from "../../schema/content.ts";
import { registrationStatuses } from "../../schema/enrolment.ts";
import { column, personColumns } from "./column.ts";
import { dayRange, dayWithin, ids, inGroups, instantWithin, isAmong, type ReportScene, words } from "./filter.ts";
import { defineSource } from "./source.ts";

const person = sql.raw("row.person_id");

const from = sql.raw(`registrations AS row
  CROSS JOIN persons AS person ON person.id = row.person_id AND person.client_id = row.client_id
  CROSS JOIN components AS component ON component.id = row.component_id AND component.client_id = row.client_id`);

const registrationColumns = {
  cycle_no: column("number", "row.cycle_no", "Cycle", "Durchgang"),
  status: column("text", "row.status", "Status", "Status"),
  source: column("text", "row.source", "Source", "Herkunft"),
  booked_at: column("instant", "row.booked_at", "Booked", "Gebucht"),
  due_on: column("day", "row.due_on", "Due", "Fällig"),
  started_at: column("instant", "row.started_at", "Started", "Begonnen"),
  completed_at: column("instant", "row.completed_at", "Completed", "Abgeschlossen"),
  cancelled_at: column("instant", "row.cancelled_at", "Cancelled", "Storniert"),
  cancel_reason: column("text", "row.cancel_reason", "Reason of cancellation", "Grund der Stornierung"),
  progress_pct: column("number", "row.progress_pct", "Progress (%)", "Fortschritt (%)"),
  score_scaled: column("number", "row.score_scaled", "Score", "Ergebnis"),
  prerequisite_status: column("text", "row.prerequisite_status", "Prerequisites", "Voraussetzungen"),
  next_due_on: column("day", "row.next_due_on", "Next due", "Nächste Fälligkeit"),
} as const;

const registrationFilters = {
  status: words(registrationStatuses).optional(),
  components: ids.optional(),
  groups: ids.optional(),
  booked: dayRange.optional(),
  due: dayRange.optional(),
  completed: dayRange.optional(),
} as const;

const registrationFilterSchema = z.strictObject(registrationFilters);

/** The conditions of {@link registrationFilters}. */
function conditions(filters: z.output<typeof registrationFilterSchema>, scene: ReportScene): SQL[] {
  return [
    isAmong(sql`row.status`, filters.status),
    isAmong(sql`row.component_id`, filters.components),
    inGroups(person, filters.groups),
    instantWithin(sql`row.booked_at`, filters.booked, scene),
    dayWithin(sql`row.due_on`, filters.due, scene),
    instantWithin(sql`row.completed_at`, filters.completed, scene),
  ];
}

/** Registrations of every kind of component, by person. */
export const registrations = defineSource({
  columns: {
    ...personColumns,
    component_id: column("number", "component.id", "Course ID", "Kurs-ID"),
    component_external_id: column("text", "component.external_id", "External course ID", "Externe Kurs-ID"),
    component: column("text", "component.title", "Course", "Kurs"),
    component_kind: column("text", "component.kind", "Kind", "Art"),
    ...registrationColumns,
  },
  defaults: [
    "family_name",
    "given_name",
    "username",
    "component",
    "component_kind",
    "status",
    "booked_at",
    "due_on",
    "completed_at",
    "progress_pct",
  ],
  filters: z.strictObject({ ...registrationFilters, kinds: words(components.kind.enumValues).optional() }),
  from,
  person,
  order: person,
  where: (filters, scene) => [...conditions(filters, scene), isAmong(sql`component.kind`, filters.kinds)],
});

/** Registrations on learning paths, by person, with the level that was reached. */
export const learningPaths = defineSource({
  columns: {
    ...personColumns,
    learning_path_id: column("number", "component.id", "Learning path ID", "Lernpfad-ID"),
    learning_path: column("text", "component.title", "Learning path", "Lernpfad"),
    current_level: column("number", "row.current_level", "Level", "Stufe"),
    ...registrationColumns,
  },
  defaults: [
    "family_name",
    "given_name",
    "username",
    "learning_path",
    "status",
    "progress_pct",
    "current_level",
    "due_on",
    "completed_at",
    "next_due_on",
  ],
  filters: registrationFilterSchema,
  from,
  person,
  order: person,
  where: (filters, scene) => [sql`component.kind = 'learning_path'`, ...conditions(filters, scene)],
});
