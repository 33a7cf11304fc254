/** What UserImport counts. */
export const userCounts = ["files", "created", "updated", "deactivated", "reactivated", "erasedSkipped"] as const;
/** A name of {@link userCounts}. */
export type UserCount = (typeof userCounts)[number];
