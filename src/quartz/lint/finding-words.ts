import { clockText, wallText } from "../days/dates.ts";
import type { FieldName } from "../fields.ts";
import type { WarningCode } from "../parse/warning.ts";
import type { Texts } from "./finding.ts";

/** What each finding knows; wall times in seconds from 1970-01-01 00:00. */
export type FindingData =
  | { readonly code: WarningCode | "step-too-long" | "calendar-missing"; readonly text: string }
  | { readonly code: "never-fires" }
  | { readonly code: "last-fire-passed"; readonly last: number }
  | {
      readonly code: "uneven-step";
      readonly field: FieldName;
      readonly text: string;
      readonly step: number;
      readonly lastValue: number;
      readonly from: number;
      /** From the last value to the first of the next round. */
      readonly distance: number;
    }
  | { readonly code: "more-than-each-minute"; readonly text: string; readonly times: number; readonly distance: number }
  | {
      readonly code: "short-months";
      readonly text: string;
      readonly missing: "late-day" | "leap-day" | "early-day" | "fifth-weekday";
    }
  | {
      readonly code: "gap" | "overlap";
      readonly zone: string;
      /** The wall times that are skipped or shown twice, `until` not included. */
      readonly from: number;
      readonly until: number;
      /** The first and the last of them that match. */
      readonly first: number;
      readonly last: number;
      readonly outcome: "moved" | "passed-over" | "skipped" | "first" | "second" | "both";
    };

/** A finding in sentences. */
export function findingTexts(data: FindingData): Texts {
  switch (data.code) {
    case "never-fires":
      return { en: "it never fires: no date matches", de: "er wird nie ausgelöst: kein Datum passt" };
    case "last-fire-passed":
      return {
        en: `its last fire, ${moment(data.last)}, has passed; it will not fire again`,
        de: `seine letzte Auslösung, ${moment(data.last)}, ist vorbei; es kommt keine mehr`,
      };
    case "step-dropped":
      return {
        en: `Quartz drops the step "${data.text}" after a name: write the values as numbers or a list`,
        de: `Quartz lässt den Schritt "${data.text}" nach einem Namen fallen: die Werte als Zahlen oder Liste schreiben`,
      };
    case "trailing-characters":
      return {
        en: `"${data.text}" has no effect: Quartz does not read on here`,
        de: `"${data.text}" bleibt ohne Wirkung: Quartz liest hier nicht weiter`,
      };
    case "reserved-value":
      return {
        en: `"${data.text}" uses a number that Quartz keeps for itself: 99 is *, 98 is ?`,
        de: `"${data.text}" enthält eine Zahl, die Quartz selbst benutzt: 99 ist *, 98 ist ?`,
      };
    case "extra-field":
      return {
        en: `"${data.text}" follows the seventh field and has no effect`,
        de: `"${data.text}" folgt dem siebten Feld und bleibt ohne Wirkung`,
      };
    case "step-ignored":
      return {
        en: `the step in "${data.text}" is not positive and has no effect: * stays *, a value or range is its first value only`,
        de: `der Schritt in "${data.text}" ist nicht positiv und bleibt ohne Wirkung: * bleibt *, von Wert oder Bereich gilt nur der erste Wert`,
      };
    case "list-dropped":
      return {
        en: `beside W or # only one day of the list "${data.text}" counts: the lowest`,
        de: `neben W oder # zählt von der Liste "${data.text}" nur ein Tag: der niedrigste`,
      };
    case "numeric-weekdays":
      return {
        en: `days of the week are numbered from Sunday: "${data.text}" begins on a Sunday; Monday to Friday is MON-FRI or 2-6`,
        de: `Wochentage werden ab Sonntag gezählt: "${data.text}" beginnt mit Sonntag; Montag bis Freitag ist MON-FRI oder 2-6`,
      };
    case "empty-item":
      return {
        en: `the list has an item without effect ("${data.text}")`,
        de: `die Liste hat einen Eintrag ohne Wirkung ("${data.text}")`,
      };
    case "bare-last-weekday":
      return {
        en: "L alone as day of the week is every Saturday; the last Friday of the month is 6L",
        de: "L allein als Wochentag ist jeder Samstag; der letzte Freitag des Monats ist 6L",
      };
    case "step-too-long":
      return {
        en: `the step in "${data.text}" leads past the last value, so that only the first one is left`,
        de: `der Schritt in "${data.text}" führt über den letzten Wert hinaus, so dass nur der erste bleibt`,
      };
    case "calendar-missing":
      return {
        en: `"${data.text}" looks for a day of the client's calendar; without one it is the day itself`,
        de: `"${data.text}" sucht einen Tag im Kalender des Mandanten; ohne Kalender ist es der Tag selbst`,
      };
    case "uneven-step":
      return unevenStep(data);
    case "more-than-each-minute":
      return {
        en: `it fires ${data.times} times in a minute, ${data.distance} s apart at the closest`,
        de: `er wird in einer Minute ${data.times}-mal ausgelöst, im kürzesten Abstand von ${data.distance} s`,
      };
    case "short-months":
      return shortMonths(data.text, data.missing);
    case "gap":
    case "overlap":
      return changeOfClocks(data);
  }
}

function unevenStep({
  field,
  text,
  lastValue,
  from,
  distance,
  step,
}: Extract<FindingData, { code: "uneven-step" }>): Texts {
  if (field === "day-of-month") {
    return {
      en: `"${text}" begins anew on day ${from} of every month, so that the distance varies at the end of a month`,
      de: `"${text}" beginnt in jedem Monat neu am ${from}., so dass der Abstand am Monatsende wechselt`,
    };
  }
  return {
    en: `"${text}" is not evenly spread: from ${lastValue} it goes on to ${from} after ${distance}, not ${step}`,
    de: `"${text}" ist nicht gleichmäßig verteilt: von ${lastValue} geht es nach ${distance} statt ${step} mit ${from} weiter`,
  };
}

function shortMonths(text: string, missing: "late-day" | "leap-day" | "early-day" | "fifth-weekday"): Texts {
  switch (missing) {
    case "late-day":
      return {
        en: `"${text}": some months lack that day and are left out; L is the last day of every month`,
        de: `"${text}": manchen Monaten fehlt dieser Tag, sie werden ausgelassen; L ist der letzte Tag jedes Monats`,
      };
    case "leap-day":
      return {
        en: `"${text}": February has that day in leap years at most`,
        de: `"${text}": der Februar hat diesen Tag höchstens in Schaltjahren`,
      };
    case "early-day":
      return {
        en: `"${text}": some months are too short for that and are left out`,
        de: `"${text}": manche Monate sind dafür zu kurz und werden ausgelassen`,
      };
    case "fifth-weekday":
      return {
        en: `"${text}": most months have no fifth such day and are left out`,
        de: `"${text}": die meisten Monate haben keinen fünften solchen Tag und werden ausgelassen`,
      };
  }
}

function changeOfClocks(data: Extract<FindingData, { code: "gap" | "overlap" }>): Texts {
  const [from, until] = [moment(data.from), clock(data.until)];
  const en = data.first === data.last ? clock(data.first) : `${clock(data.first)} to ${clock(data.last)}`;
  const de = data.first === data.last ? clock(data.first) : `${clock(data.first)} bis ${clock(data.last)}`;
  const isGap = data.code === "gap";
  return {
    en: `${from} to ${until} ${isGap ? "does not exist" : "comes twice"} in ${data.zone}: what is due at ${en} ${ENGLISH_OUTCOMES[data.outcome]}${data.outcome === "moved" ? ` ${until}` : ""}`,
    de: `${from} bis ${until} ${isGap ? "gibt es nicht" : "kommt zweimal"} in ${data.zone}: was um ${de} ansteht, ${GERMAN_OUTCOMES[data.outcome]}${data.outcome === "moved" ? ` ${until} ausgelöst` : ""}`,
  };
}

const ENGLISH_OUTCOMES = {
  moved: "fires once, at",
  "passed-over": "is left out, and the job goes on after it",
  skipped: "is left out",
  first: "fires the first time only",
  second: "fires the second time only",
  both: "fires both times",
};
const GERMAN_OUTCOMES = {
  moved: "wird einmal um",
  "passed-over": "fällt aus, und danach geht es weiter",
  skipped: "fällt aus",
  first: "wird nur beim ersten Mal ausgelöst",
  second: "wird nur beim zweiten Mal ausgelöst",
  both: "wird beide Male ausgelöst",
};

/** `2026-03-29 02:30` */
function moment(wall: number): string {
  return wallText(wall).slice(0, 16).replace("T", " ");
}

/** `02:30`, with seconds where there are any. */
function clock(wall: number): string {
  return clockText(((wall % 86_400) + 86_400) % 86_400);
}
