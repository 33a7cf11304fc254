import type { SQL } from "drizzle-orm";
import type { EnrolmentRule } from "../../../learning/enrolment/rules/rule.ts";
import type { Page as RulePage } from "../../../learning/enrolment/rules/rule-reads.ts";
import type { RunContext, Step } from "../../contract.ts";
import type { AfterId } from "../../patterns/change-rows.ts";
import { type Page, pages } from "../../patterns/pages.ts";
import type { EnrolmentSettings } from "../settings.ts";

/** What applying enrolment rules counts. */
export const ruleCounts = [
  "rules",
  "registered",
  "waitlisted",
  "coursesAssigned",
  "noCourse",
  "recertified",
  "statusChanged",
  "cancelled",
  "promoted",
] as const;
export type RuleCount = (typeof ruleCounts)[number];

/** What the steps of a rule work with. */
export interface RuleWork extends Pick<RunContext, "rows" | "now" | "today" | "timeZone" | "run" | "log"> {
  readonly rule: EnrolmentRule;
  readonly settings: EnrolmentSettings;
  /** Days to finish that hold for the rule. */
  readonly daysToFinish: number;
  /** Whether covered components count. */
  readonly coverage: boolean;
  readonly chunkSize: number;
  /** Of a dry run: places given away by component, which its reads find free again; kept up to date by the steps. */
  readonly given: Record<string, number>;
}

/** A step of a rule: works from a row on (null: from the first) to its end. */
export type RuleStep = (work: RuleWork, from: AfterId | null) => AsyncGenerator<Step<AfterId, RuleCount>, void>;

/** The pages of a step. @param idOf what they go by */
export function rulePages<Row>(
  { rows, run, chunkSize }: RuleWork,
  from: AfterId | null,
  query: (page: RulePage) => SQL<Row>,
  idOf: (row: Row) => number,
): AsyncGenerator<Page<Row, number>, undefined> {
  const read = (after: number) => rows.all<Row>(query({ after, limit: chunkSize, rehearsal: run.dryRun }));
  return pages(from?.after ?? 0, read, idOf);
}
