import { accessInGerman } from "./pages/access.de.ts";
import { configurationInGerman } from "./pages/configuration.de.ts";
import { failuresInGerman } from "./pages/failures.de.ts";
import { formsInGerman } from "./pages/forms.de.ts";
import { frameInGerman } from "./pages/frame.de.ts";
import { jobListsInGerman } from "./pages/job-lists.de.ts";
import { jobsInGerman } from "./pages/jobs.de.ts";
import { planningInGerman } from "./pages/planning.de.ts";
import { reportsInGerman } from "./pages/reports.de.ts";
import { runsInGerman } from "./pages/runs.de.ts";
import { shopsInGerman } from "./pages/shops.de.ts";
import { storageInGerman } from "./pages/storage.de.ts";
import { watchInGerman } from "./pages/watch.de.ts";

/**
 * Every text of the pages: the key is the English text, the value the German one. An area has a file of its own,
 * `words/pages/<area>.de.ts`, which is spread in here and named in {@link areas}; a text stands in one area only (tested).
 */
export const german = {
  ...frameInGerman,
  ...formsInGerman,
  ...failuresInGerman,
  ...jobListsInGerman,
  ...jobsInGerman,
  ...planningInGerman,
  ...reportsInGerman,
  ...runsInGerman,
  ...shopsInGerman,
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
  reportsInGerman,
  runsInGerman,
  shopsInGerman,
  storageInGerman,
  watchInGerman,
] as const;
