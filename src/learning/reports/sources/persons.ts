import { z } from "zod";
import { sql } from "../../../store/sql.ts";
import { persons as table } from "../../schema/people.ts";
import { column, personColumns } from "./column.ts";
import { dayRange, dayWithin, ids, inGroups, isAmong, words } from "./filter.ts";
import { defineSource } from "./source.ts";

/** People, whatever their status, by id. */
export const persons = defineSource({
  columns: {
    ...personColumns,
    role: column("text", "person.role", "Role", "Rolle"),
    locale: column("text", "person.locale", "Language", "Sprache"),
    enrolled_on: column("day", "person.enrolled_on", "Joined", "Eintritt"),
    termination_on: column("day", "person.termination_on", "Leaves", "Austritt"),
    last_login_at: column("instant", "person.last_login_at", "Last sign-in", "Letzte Anmeldung"),
    supervisor: column(
      "text",
      "(SELECT boss.given_name || ' ' || boss.family_name FROM persons AS boss WHERE boss.id = person.supervisor_id AND boss.client_id = person.client_id)",
      "Supervisor",
      "Vorgesetzte Person",
    ),
  },
  defaults: [
    "person_id",
    "external_id",
    "username",
    "family_name",
    "given_name",
    "email",
    "role",
    "auth_status",
    "enrolled_on",
    "last_login_at",
    "supervisor",
  ],
  filters: z.strictObject({
    status: words(table.authStatus.enumValues).optional(),
    roles: words(table.role.enumValues).optional(),
    groups: ids.optional(),
    enrolled: dayRange.optional(),
  }),
  // The row is the person; the second name lets it share the columns of the other reports.
  from: sql.raw("persons AS row CROSS JOIN persons AS person ON person.id = row.id"),
  person: sql.raw("row.id"),
  order: null,
  where: (filters, scene) => [
    isAmong(sql`row.auth_status`, filters.status),
    isAmong(sql`row.role`, filters.roles),
    inGroups(sql`row.id`, filters.groups),
    dayWithin(sql`row.enrolled_on`, filters.enrolled, scene),
  ],
});
