/** All learning-suite tables that exist so far (spec, section 1). */
export * from "./schema/classrooms.ts";
export * from "./schema/commerce.ts";
export * from "./schema/communication.ts";
export * from "./schema/content.ts";
export * from "./schema/enrolment.ts";
export * from "./schema/files.ts";
export * from "./schema/meta.ts";
export * from "./schema/people.ts";
export * from "./schema/records.ts";
export * from "./schema/reports.ts";
export * from "./schema/search.ts";
export * from "./schema/skills.ts";
