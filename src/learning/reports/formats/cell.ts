import { zoneNamed } from "../../../quartz/index.ts";
import { type Day, isDay } from "../../../time/day.ts";
import { isGerman } from "../../messages/wording.ts";
import type { Cell, CellKind } from "../sources/column.ts";

/** How the cells of a report are written. */
export interface CellScene {
  /** The client's IANA zone: instants are shown on its clocks. */
  readonly timeZone: string;
  /** Of the subscription: yes and no, and the decimal mark. */
  readonly locale: string;
}

/** What a cell says: text, a number, or a moment without a zone (ms since 1970 as if its clocks were UTC's). */
export type CellValue =
  | { readonly kind: "empty" }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "number"; readonly number: number }
  | { readonly kind: "day"; readonly wall: number; readonly text: Day }
  | { readonly kind: "instant"; readonly wall: number; readonly text: string };

const EMPTY: CellValue = { kind: "empty" };

/** What a cell of a column says. A value that does not fit its column is shown as the text that it is. */
export function cellValue(kind: CellKind, cell: Cell, { timeZone, locale }: CellScene): CellValue {
  if (cell === null || cell === "") return EMPTY;
  const plain: CellValue = { kind: "text", text: String(cell) };
  switch (kind) {
    case "text":
      return plain;
    case "number":
      return typeof cell === "number" ? { kind: "number", number: cell } : plain;
    case "day":
      return typeof cell === "string" && isDay(cell)
        ? { kind: "day", wall: Date.parse(`${cell}T00:00:00Z`), text: cell }
        : plain;
    case "instant": {
      const wall = typeof cell === "number" ? wallTime(cell, timeZone) : null;
      if (wall === null) return plain;
      const text = new Date(wall).toISOString().slice(0, 16).replace("T", " ");
      return { kind: "instant", wall, text };
    }
    case "flag":
      if (cell !== 0 && cell !== 1) return plain;
      return { kind: "text", text: isGerman(locale) ? (cell ? "ja" : "nein") : cell ? "yes" : "no" };
    default:
      return kind satisfies never;
  }
}

/** The last instant with a year of four digits, and the first of 1900 (ms). */
const LATEST = Date.UTC(9999, 11, 31);
const EARLIEST = Date.UTC(1900, 0, 1);

/** What the clocks of a zone show, cut to the minute; null for an instant far from our days, or without zone data. */
function wallTime(instant: number, zone: string): number | null {
  if (instant < EARLIEST || instant > LATEST) return null;
  try {
    const offset = zoneNamed(zone).spanAt(Math.floor(instant / 1000)).offset * 1000;
    return Math.floor((instant + offset) / 60_000) * 60_000;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
