/** All learning-suite tables that exist so far (spec, section 1). */
export * from "./schema/communication.ts";
export * from "./schema/content.ts";
export * from "./schema/people.ts";
