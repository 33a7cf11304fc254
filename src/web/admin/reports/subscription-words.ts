import type { ReportKey } from "../../../learning/reports/report.ts";
import type { ListedSubscription } from "../../../learning/reports/subscription-list.ts";
import type { Reader } from "../../reader/reader.ts";
import type { English } from "../../words/text.ts";
import { intlLocales } from "../../words/translate.ts";

/** The kinds of reports. */
export const reportKinds = {
  registrations: "Registrations",
  learning_paths: "Learning paths",
  certification_status: "Certification status",
  skills: "Skills",
  persons: "People",
  mail_monitor: "Mail monitor",
} as const satisfies Record<ReportKey, English>;

export const audienceWords = {
  person: "a person's own",
  group: "a group",
  client: "everybody",
} as const satisfies Record<ListedSubscription["audience"], English>;

export const scheduleWords = {
  daily: "every day",
  weekdays: "on some days of the week",
  monthly: "once a month",
} as const satisfies Record<ListedSubscription["schedule"], English>;

/** Monday first, as a calendar of ours; 1 is Sunday. */
export const weekOrder = [2, 3, 4, 5, 6, 7, 1] as const;

/** The name of a day of the week. @param weekday 1 (Sunday) to 7 (Saturday) */
export function weekdayName({ locale }: Reader, weekday: number, width: "long" | "short" = "long"): string {
  // 1 November 2026 is a Sunday.
  const day = new Date(Date.UTC(2026, 10, weekday));
  return new Intl.DateTimeFormat(intlLocales[locale], { weekday: width, timeZone: "UTC" }).format(day);
}

/** The stored days of the week; none where they cannot be read. */
export function readWeekdays(json: string): number[] {
  try {
    const days: unknown = JSON.parse(json);
    return Array.isArray(days) ? days.filter((day) => Number.isInteger(day) && day >= 1 && day <= 7) : [];
  } catch {
    return [];
  }
}

/** On which days a subscription is due: `Mon, Wed`, `on day 31 of the month`. */
export function daysInWords(reader: Reader, { schedule, weekdays, monthDay }: ListedSubscription): string {
  const { t } = reader;
  if (schedule === "monthly") return t("on day {day} of the month", { day: String(monthDay ?? "?") });
  if (schedule === "daily") return t("every day");
  const days = readWeekdays(weekdays);
  const named = weekOrder.filter((day) => days.includes(day)).map((day) => weekdayName(reader, day, "short"));
  return named.length === 0 ? t("never: no day is chosen") : named.join(", ");
}
