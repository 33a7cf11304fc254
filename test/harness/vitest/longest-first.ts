import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take half a minute and more, the longest first: begun last, they would keep one worker busy alone at the end. */
const LONG = [
  "test/acceptance/night-kills",
  "test/conformance/",
  "test/acceptance/kill",
  "test/hosts/deno/",
  "test/hosts/conformance/",
  "test/browser/axe",
  "test/browser/every-job",
  "test/year/",
  "test/simulation/defects",
  "test/simulation/",
  "test/night/",
  "test/web/app.workerd",
  "test/processors/imports/",
];

const rank = ({ moduleId }: TestSpecification) => {
  const found = LONG.findIndex((part) => moduleId.includes(part));
  return found < 0 ? LONG.length : found;
};

/** Begins with the files that are known to take long; a fresh clone has no times of its own to go by. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => rank(one) - rank(other));
  }
}
