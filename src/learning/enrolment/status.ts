import { type SQL, sql } from "drizzle-orm";
import {
  closedStatuses,
  openStatuses,
  type registrationSources,
  type registrationStatuses,
} from "../schema/enrolment.ts";

export { closedStatuses, openStatuses };

export type RegistrationStatus = (typeof registrationStatuses)[number];
export type RegistrationSource = (typeof registrationSources)[number];

/**
 * The numbers by which other systems know the statuses; they stand in names of certificate files (handbook, data: enrolment). That 12
 * is `passed` agrees with the vendor's example of such a name and could not be checked otherwise (spec, section 6).
 */
export const statusNumbers: Readonly<Record<RegistrationStatus, number>> = {
  requested: 1,
  waiting_list: 2,
  personal_syllabus: 3,
  booked: 4,
  in_progress: 5,
  failed: 10,
  completed: 11,
  passed: 12,
  cancelled: 13,
};

/** Courses end in `passed`, learning paths in `completed`. */
export const successfulStatuses = ["completed", "passed"] as const;

/**
 * Take a seat of a course with a limit: the registered, those who have begun and those who have concluded it; a request and the waiting
 * list do not. The vendor's participant list, whose length is limited, holds the same (spec names no set).
 */
export const seatStatuses = [
  "personal_syllabus",
  "booked",
  "in_progress",
  "failed",
  "completed",
  "passed",
] as const satisfies readonly RegistrationStatus[];

export type ClosedStatus = (typeof closedStatuses)[number];

/** True if a registration in this status takes a seat. */
export function takesSeat(status: RegistrationStatus): boolean {
  return (seatStatuses as readonly RegistrationStatus[]).includes(status);
}

/** Statuses as a list in SQL, brackets included: `status IN ${statusList(openStatuses)}`. */
export function statusList(statuses: readonly RegistrationStatus[]): SQL {
  return sql.raw(`('${statuses.join("', '")}')`);
}
