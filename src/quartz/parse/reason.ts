import type { FieldName } from "../fields.ts";

/** The mistakes that the parser tells apart, with what it knows about each. */
export type Reason =
  | { readonly code: "too-few-fields"; readonly fields: number }
  | { readonly code: "blanks-missing"; readonly fields: number }
  | { readonly code: "unix-line" }
  | { readonly code: "nickname"; readonly nickname: string }
  | { readonly code: "empty-field" }
  | { readonly code: "unexpected-character"; readonly character: string }
  | { readonly code: "unexpected-letters"; readonly letters: string }
  | { readonly code: "unknown-name"; readonly text: string; readonly names: string }
  | { readonly code: "out-of-range"; readonly value: number; readonly minimum: number; readonly maximum: number }
  | { readonly code: "month-zero" }
  | { readonly code: "number-too-large"; readonly text: string }
  | { readonly code: "range-end-missing"; readonly text: string }
  | { readonly code: "range-end-not-a-number"; readonly text: string }
  | { readonly code: "years-backwards"; readonly from: number; readonly to: number }
  | { readonly code: "step-missing"; readonly text: string }
  | { readonly code: "step-too-large"; readonly step: number; readonly largest: number }
  | { readonly code: "question-mark-misplaced" }
  | { readonly code: "question-mark-followed"; readonly text: string }
  | { readonly code: "both-days-set" }
  | { readonly code: "no-day-set" }
  | { readonly code: "last-not-here" }
  | { readonly code: "last-in-list" }
  | { readonly code: "last-offset-too-large"; readonly offset: number }
  | { readonly code: "last-malformed"; readonly text: string }
  | { readonly code: "weekday-not-here" }
  | { readonly code: "nearest-zero" }
  | { readonly code: "nearest-too-large"; readonly day: number }
  | { readonly code: "nth-not-here" }
  | { readonly code: "nth-ordinal"; readonly text: string }
  | { readonly code: "nth-twice" };

/** The name of a field as the two languages write it. */
export const FIELD_WORDS: { readonly en: Record<FieldName, string>; readonly de: Record<FieldName, string> } = {
  en: {
    seconds: "seconds",
    minutes: "minutes",
    hours: "hours",
    "day-of-month": "day of the month",
    month: "month",
    "day-of-week": "day of the week",
    year: "year",
  },
  de: {
    seconds: "Sekunden",
    minutes: "Minuten",
    hours: "Stunden",
    "day-of-month": "Tag des Monats",
    month: "Monat",
    "day-of-week": "Wochentag",
    year: "Jahr",
  },
};

/** A mistake as a sentence, with the suggestions where there are any. */
export function reasonText(locale: "en" | "de", reason: Reason, suggestions: readonly string[]): string {
  const sentence = locale === "en" ? english(reason) : german(reason);
  if (suggestions.length === 0) return sentence;
  const quoted = suggestions.map((suggestion) => `"${suggestion}"`);
  return locale === "en"
    ? `${sentence}; did you mean ${quoted.join(" or ")}?`
    : `${sentence}; ist ${quoted.join(" oder ")} gemeint?`;
}

function english(reason: Reason): string {
  switch (reason.code) {
    case "too-few-fields":
      return `a Quartz expression has 6 or 7 fields (seconds, minutes, hours, day of the month, month, day of the week and perhaps year), this one has ${reason.fields}`;
    case "blanks-missing":
      return "the blanks between the fields are missing, as in some printed manuals";
    case "unix-line":
      return "this is a Unix cron line of five fields; Quartz begins with seconds, counts days of the week from 1 (Sunday) and wants ? in one of the day fields";
    case "nickname":
      return `Quartz does not know nicknames such as ${reason.nickname}`;
    case "empty-field":
      return "no value is given";
    case "unexpected-character":
      return `the character ${quoted(reason.character)} cannot begin a value`;
    case "unexpected-letters":
      return `letters such as ${quoted(reason.letters)} have no meaning in this field`;
    case "unknown-name":
      return `${quoted(reason.text)} is not a name; names are ${reason.names}`;
    case "out-of-range":
      return `${reason.value} is not allowed; values are ${reason.minimum}-${reason.maximum}`;
    case "month-zero":
      return "months are 1-12; Quartz's manual says 0-11, its code does not";
    case "number-too-large":
      return `${reason.text} is too large for a number`;
    case "range-end-missing":
      return `the range ${quoted(reason.text)} has no end`;
    case "range-end-not-a-number":
      return `the range ${quoted(reason.text)} must end in a number, because it begins with one`;
    case "years-backwards":
      return `the range of years ${reason.from}-${reason.to} runs backwards`;
    case "step-missing":
      return `a number must follow / in ${quoted(reason.text)}`;
    case "step-too-large":
      return `the step ${reason.step} is too large; steps are at most ${reason.largest}`;
    case "question-mark-misplaced":
      return "? is allowed only as day of the month or day of the week";
    case "question-mark-followed":
      return `nothing may follow ?, as in ${quoted(reason.text)}`;
    case "both-days-set":
      return "day of the month and day of the week are both given; Quartz takes one of them and wants ? in the other";
    case "no-day-set":
      return "day of the month and day of the week are both ?; one of them must be given, * for every day";
    case "last-not-here":
      return "L (last) is allowed only as day of the month or day of the week";
    case "last-in-list":
      return "L (last) must stand alone, not in a list";
    case "last-offset-too-large":
      return `L-${reason.offset} goes too far back; at most L-30 is allowed`;
    case "last-malformed":
      return `${quoted(reason.text)} is not understood; L, LW, L-3 and L-3W are`;
    case "weekday-not-here":
      return "W (the nearest Monday to Friday) is allowed only after a day of the month";
    case "nearest-zero":
      return "there is no day 0; W needs a day of the month from 1 to 31";
    case "nearest-too-large":
      return `there is no day ${reason.day}; W needs a day of the month from 1 to 31`;
    case "nth-not-here":
      return "# (the n-th in the month) is allowed only in the day of the week";
    case "nth-ordinal":
      return `a number from 1 to 5 must follow # in ${quoted(reason.text)}`;
    case "nth-twice":
      return "only one # is allowed in the day of the week";
  }
}

function german(reason: Reason): string {
  switch (reason.code) {
    case "too-few-fields":
      return `ein Quartz-Ausdruck hat 6 oder 7 Felder (Sekunden, Minuten, Stunden, Tag des Monats, Monat, Wochentag und vielleicht Jahr), dieser hat ${reason.fields}`;
    case "blanks-missing":
      return "die Leerzeichen zwischen den Feldern fehlen, wie in manchen gedruckten Handbüchern";
    case "unix-line":
      return "das ist eine Unix-Cron-Zeile mit fünf Feldern; Quartz beginnt mit Sekunden, zählt Wochentage ab 1 (Sonntag) und verlangt ? in einem der Tagesfelder";
    case "nickname":
      return `Quartz kennt keine Kurznamen wie ${reason.nickname}`;
    case "empty-field":
      return "es ist kein Wert angegeben";
    case "unexpected-character":
      return `mit dem Zeichen ${quoted(reason.character)} kann kein Wert beginnen`;
    case "unexpected-letters":
      return `Buchstaben wie ${quoted(reason.letters)} haben in diesem Feld keine Bedeutung`;
    case "unknown-name":
      return `${quoted(reason.text)} ist kein Name; Namen sind ${reason.names}`;
    case "out-of-range":
      return `${reason.value} ist nicht erlaubt; Werte sind ${reason.minimum}-${reason.maximum}`;
    case "month-zero":
      return "Monate sind 1-12; das Handbuch von Quartz sagt 0-11, sein Programm nicht";
    case "number-too-large":
      return `${reason.text} ist zu groß für eine Zahl`;
    case "range-end-missing":
      return `dem Bereich ${quoted(reason.text)} fehlt das Ende`;
    case "range-end-not-a-number":
      return `der Bereich ${quoted(reason.text)} muss mit einer Zahl enden, weil er mit einer beginnt`;
    case "years-backwards":
      return `der Bereich der Jahre ${reason.from}-${reason.to} läuft rückwärts`;
    case "step-missing":
      return `in ${quoted(reason.text)} muss auf / eine Zahl folgen`;
    case "step-too-large":
      return `die Schrittweite ${reason.step} ist zu groß; erlaubt sind höchstens ${reason.largest}`;
    case "question-mark-misplaced":
      return "? ist nur als Tag des Monats oder als Wochentag erlaubt";
    case "question-mark-followed":
      return `auf ? darf nichts folgen wie in ${quoted(reason.text)}`;
    case "both-days-set":
      return "Tag des Monats und Wochentag sind beide angegeben; Quartz nimmt einen davon und verlangt ? im anderen";
    case "no-day-set":
      return "Tag des Monats und Wochentag sind beide ?; einer muss angegeben sein, * für jeden Tag";
    case "last-not-here":
      return "L (letzter) ist nur als Tag des Monats oder als Wochentag erlaubt";
    case "last-in-list":
      return "L (letzter) muss allein stehen, nicht in einer Liste";
    case "last-offset-too-large":
      return `L-${reason.offset} geht zu weit zurück; erlaubt ist höchstens L-30`;
    case "last-malformed":
      return `${quoted(reason.text)} ist nicht verständlich; L, LW, L-3 und L-3W sind es`;
    case "weekday-not-here":
      return "W (der nächstgelegene Tag von Montag bis Freitag) ist nur nach einem Tag des Monats erlaubt";
    case "nearest-zero":
      return "es gibt keinen Tag 0; W braucht einen Tag des Monats von 1 bis 31";
    case "nearest-too-large":
      return `es gibt keinen Tag ${reason.day}; W braucht einen Tag des Monats von 1 bis 31`;
    case "nth-not-here":
      return "# (der wievielte im Monat) ist nur im Wochentag erlaubt";
    case "nth-ordinal":
      return `in ${quoted(reason.text)} muss auf # eine Zahl von 1 bis 5 folgen`;
    case "nth-twice":
      return "im Wochentag ist nur ein # erlaubt";
  }
}

function quoted(text: string): string {
  return `"${text}"`;
}
