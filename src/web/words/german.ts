import { accessInGerman } from "./access.de.ts";
import { formsInGerman } from "./forms.de.ts";
import { frameInGerman } from "./frame.de.ts";
import { jobsInGerman } from "./jobs.de.ts";
import { runsInGerman } from "./runs.de.ts";
import { storageInGerman } from "./storage.de.ts";

/**
 * Every text of the pages: the key is the English text, the value the German one. An area has a file of its own,
 * `words/<area>.de.ts`, which is spread in here and named in {@link areas}; a text stands in one area only (tested).
 */
export const german = {
  ...frameInGerman,
  ...formsInGerman,
  ...jobsInGerman,
  ...runsInGerman,
  ...storageInGerman,
  ...accessInGerman,
} as const;

/** The same by area, for the test. */
export const areas = [
  accessInGerman,
  formsInGerman,
  frameInGerman,
  jobsInGerman,
  runsInGerman,
  storageInGerman,
] as const;
