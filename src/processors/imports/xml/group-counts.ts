/** What XMLGroupImport counts. */
export const groupCounts = ["files", "groups", "added", "removed", "erasedSkipped"] as const;
/** A name of {@link groupCounts}. */
export type GroupCount = (typeof groupCounts)[number];
