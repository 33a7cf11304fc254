import { z } from "zod";
import { sql } from "../../../store/sql.ts";
import { personCertifications, personSkills } from "../../schema/skills.ts";
import { column, personColumns } from "./column.ts";
import { dayRange, dayWithin, ids, inGroups, isAmong, isFlag, words } from "./filter.ts";
import { defineSource } from "./source.ts";

const person = sql.raw("row.person_id");

/** Skills that people hold, held or lost, by person. */
export const skills = defineSource({
  columns: {
    ...personColumns,
    skill_id: column("number", "skill.id", "Skill ID", "Skill-ID"),
    skill: column("text", "skill.name", "Skill", "Skill"),
    current_level: column("number", "row.current_level", "Level", "Stufe"),
    max_level: column("number", "skill.max_level", "Highest level", "Höchste Stufe"),
    valid_until_on: column("day", "row.valid_until_on", "Valid until", "Gültig bis"),
    display_state: column("text", "row.display_state", "State", "Zustand"),
  },
  defaults: [
    "family_name",
    "given_name",
    "username",
    "skill",
    "current_level",
    "max_level",
    "valid_until_on",
    "display_state",
  ],
  filters: z.strictObject({
    states: words(personSkills.displayState.enumValues).optional(),
    skills: ids.optional(),
    groups: ids.optional(),
    validUntil: dayRange.optional(),
  }),
  from: sql.raw(`person_skills AS row
    CROSS JOIN persons AS person ON person.id = row.person_id AND person.client_id = row.client_id
    CROSS JOIN skills AS skill ON skill.id = row.skill_id AND skill.client_id = row.client_id`),
  person,
  order: person,
  where: (filters, scene) => [
    isAmong(sql`row.display_state`, filters.states),
    isAmong(sql`row.skill_id`, filters.skills),
    inGroups(person, filters.groups),
    dayWithin(sql`row.valid_until_on`, filters.validUntil, scene),
  ],
});

/** Every period of every certification, past ones included, by person. */
export const certificationStatus = defineSource({
  columns: {
    ...personColumns,
    certification_id: column("number", "certification.id", "Certification ID", "Zertifizierungs-ID"),
    certification: column("text", "certification.name", "Certification", "Zertifizierung"),
    format: column("text", "certification.format", "Counts in", "Zählt in"),
    period_no: column("number", "row.period_no", "Period", "Zeitraum"),
    start_on: column("day", "row.start_on", "From", "Von"),
    end_on: column("day", "row.end_on", "To", "Bis"),
    amount: column("number", "row.amount", "Achieved", "Erreicht"),
    required_amount: column("number", "certification.required_amount", "Required", "Gefordert"),
    status: column("text", "row.status", "Status", "Status"),
    is_current: column("flag", "row.is_current", "Current", "Aktuell"),
  },
  defaults: [
    "family_name",
    "given_name",
    "username",
    "certification",
    "period_no",
    "start_on",
    "end_on",
    "amount",
    "required_amount",
    "status",
    "is_current",
  ],
  filters: z.strictObject({
    status: words(personCertifications.status.enumValues).optional(),
    certifications: ids.optional(),
    current: z.boolean().optional(),
    groups: ids.optional(),
    end: dayRange.optional(),
  }),
  from: sql.raw(`person_certifications AS row
    CROSS JOIN persons AS person ON person.id = row.person_id AND person.client_id = row.client_id
    CROSS JOIN certifications AS certification ON certification.id = row.certification_id
      AND certification.client_id = row.client_id`),
  person,
  order: person,
  where: (filters, scene) => [
    isAmong(sql`row.status`, filters.status),
    isAmong(sql`row.certification_id`, filters.certifications),
    isFlag(sql`row.is_current`, filters.current),
    inGroups(person, filters.groups),
    dayWithin(sql`row.end_on`, filters.end, scene),
  ],
});
