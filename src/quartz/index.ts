/** Quartz expressions: parse, next, words, lint. Pure: no clock, no randomness, no environment. See README.md beside it. */
export type { Calendar } from "./calendar.ts";
export type { ChangeOfClocks, Explanation, FieldMatch } from "./explanation.ts";
export { type FieldName, HORIZON } from "./fields.ts";
export type { Finding, FindingCode, Locale, Texts } from "./finding.ts";
export type { FireOptions } from "./fire-options.ts";
export { UnknownZoneError, zoneNamed } from "./named-zone.ts";
export { QuartzExpression } from "./QuartzExpression.ts";
export { QuartzSyntaxError } from "./QuartzSyntaxError.ts";
export type { Reason } from "./reason.ts";
export type { TransitionRule } from "./rule.ts";
export { type Transition, Zone, zoneFromTransitions } from "./zone.ts";
export { isZoneKnown, type ZoneChange, type ZoneFlaw, zoneChanges, zoneFlaws } from "./zone-data.ts";
