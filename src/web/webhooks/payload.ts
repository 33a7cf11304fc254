import { parseJson } from "../../connectors/answer-json.ts";
import { Refused } from "./refusal.ts";

/** A body as text and as what it says; large numbers come as their digits. @throws {Refused} when it is no JSON in UTF-8 */
export function asJson(body: Uint8Array): { readonly text: string; readonly value: unknown } {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
    return { text, value: parseJson(text) };
  } catch {
    throw new Refused("not_json");
  }
}

/** An id as text; null: it is none. */
export function idOf(value: unknown): string | null {
  const text = typeof value === "number" || typeof value === "string" ? String(value) : "";
  return text === "" || text.length > 200 ? null : text;
}
