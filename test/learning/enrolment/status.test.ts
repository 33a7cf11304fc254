import { expect, it } from "vitest";
import {
  closedStatuses,
  openStatuses,
  seatStatuses,
  statusNumbers,
  successfulStatuses,
  takesSeat,
} from "../../../src/learning/enrolment/status.ts";
import { registrationStatuses } from "../../../src/learning/schema/enrolment.ts";

const numbered = (from: number, to: number) =>
  registrationStatuses.filter((status) => statusNumbers[status] >= from && statusNumbers[status] <= to);

it("open are 1 to 5, closed 10 to 13, successful 11 and 12", () => {
  expect(openStatuses).toEqual(numbered(1, 5));
  expect(closedStatuses).toEqual(numbered(10, 13));
  expect(successfulStatuses).toEqual(numbered(11, 12));
});

it("every status has a number of its own and is either open or closed", () => {
  expect(new Set(Object.values(statusNumbers)).size).toBe(registrationStatuses.length);
  expect([...openStatuses, ...closedStatuses]).toEqual(registrationStatuses);
});

it("a request, the waiting list and a cancelled registration take no place; all others do", () => {
  expect(registrationStatuses.filter((status) => !takesSeat(status))).toEqual([
    "requested",
    "waiting_list",
    "cancelled",
  ]);
  expect(registrationStatuses.filter(takesSeat)).toEqual([...seatStatuses]);
});
