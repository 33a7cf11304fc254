/** All control tables: scheduling, configuration, access (design.md, section 4). */
export * from "./schema/access.ts";
export * from "./schema/configuration.ts";
export * from "./schema/scheduling.ts";
