/** All control tables: scheduling, configuration, access (handbook, idea: every write happens once). */
export * from "./schema/access.ts";
export * from "./schema/configuration.ts";
export * from "./schema/quiet.ts";
export * from "./schema/scheduling.ts";
