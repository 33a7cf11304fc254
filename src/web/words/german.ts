import { accessInGerman } from "./access.de.ts";
import { configurationInGerman } from "./configuration.de.ts";
import { failuresInGerman } from "./failures.de.ts";
import { formsInGerman } from "./forms.de.ts";
import { frameInGerman } from "./frame.de.ts";
import { jobListsInGerman } from "./job-lists.de.ts";
import { jobsInGerman } from "./jobs.de.ts";
import { planningInGerman } from "./planning.de.ts";
import { runsInGerman } from "./runs.de.ts";
import { storageInGerman } from "./storage.de.ts";
import { watchInGerman } from "./watch.de.ts";

/**
 * Every text of the pages: the key is the English text, the value the German one. An area has a file of its own,
 * `words/<area>.de.ts`, which is spread in here and named in {@link areas}; a text stands in one area only (tested).
 */
export const german = {
  ...frameInGerman,
  ...formsInGerman,
  ...failuresInGerman,
  ...jobListsInGerman,
  ...jobsInGerman,
  ...planningInGerman,
  ...runsInGerman,
  ...storageInGerman,
  ...accessInGerman,
  ...configurationInGerman,
  ...watchInGerman,
} as const;

/** The same by area, for the test. */
export const areas = [
  accessInGerman,
  configurationInGerman,
  failuresInGerman,
  formsInGerman,
  frameInGerman,
  jobListsInGerman,
  jobsInGerman,
  planningInGerman,
  runsInGerman,
  storageInGerman,
  watchInGerman,
] as const;
