/** Quartz expressions: parse, next, words, lint. Pure: no clock, no randomness, no environment. See README.md beside it. */
export type { Calendar } from "./days/calendar.ts";
export { type FieldName, HORIZON } from "./fields.ts";
export type { FireOptions } from "./fires/fire-options.ts";
export type { TransitionRule } from "./fires/rule.ts";
export type { Finding, FindingCode, Locale, Texts } from "./lint/finding.ts";
export { QuartzSyntaxError } from "./parse/QuartzSyntaxError.ts";
export type { Reason } from "./parse/reason.ts";
export { QuartzExpression } from "./QuartzExpression.ts";
export type { ChangeOfClocks, Explanation, FieldMatch } from "./why/explanation.ts";
export { UnknownZoneError, zoneNamed } from "./zone/named-zone.ts";
export { type Transition, Zone, zoneFromTransitions } from "./zone/zone.ts";
export { isZoneKnown, type ZoneChange, type ZoneFlaw, zoneChanges, zoneFlaws } from "./zone/zone-data.ts";
