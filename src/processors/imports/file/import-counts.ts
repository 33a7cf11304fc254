/** What every import of files counts besides rows: files that were dealt with. */
export type FileCount = "files";

/** What UserImport counts. */
export const userCounts = ["files", "created", "updated", "deactivated", "reactivated", "erasedSkipped"] as const;
/** A name of {@link userCounts}. */
export type UserCount = (typeof userCounts)[number];

/** What XMLGroupImport counts. */
export const groupCounts = ["files", "groups", "added", "removed", "erasedSkipped"] as const;
/** A name of {@link groupCounts}. */
export type GroupCount = (typeof groupCounts)[number];
