import type { z } from "zod";
import type { HttpAnswer } from "./outbound/http.ts";
import { AnswerInvalidError } from "./outbound/remote-error.ts";

/** Problems of one answer that are named. */
const MOST_PROBLEMS = 3;

/**
 * Parses JSON. A whole number that a double cannot hold comes as the text of its digits, so that no id of 17 digits becomes its neighbour:
 * let the schema take both, `z.union([z.int(), z.string()])`.
 *
 * @throws {SyntaxError}
 */
export function parseJson(text: string): unknown {
  const value = JSON.parse(text) as unknown;
  if (!/\d{16}/.test(text)) return value;
  return JSON.parse(quoteLargeNumbers(text)) as unknown;
}

/** Valid JSON with its large whole numbers in quotes. By hand, since an expression for strings takes quadratic time for crafted ones. */
function quoteLargeNumbers(json: string): string {
  const parts: string[] = [];
  for (let at = 0; at < json.length; ) {
    const quote = json.indexOf('"', at);
    const start = quote < 0 ? json.length : quote;
    parts.push(json.slice(at, start).replace(/[-+.\deE]{16,}/g, quoteIfLarge));
    at = start;
    // Behind the string's closing quote.
    while (++at < json.length && json[at] !== '"') if (json[at] === "\\") at += 1;
    at += 1;
    parts.push(json.slice(start, at));
  }
  return parts.join("");
}

const quoteIfLarge = (token: string) =>
  /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token;

/** True for 2xx. */
export const isSuccess = ({ status }: Pick<HttpAnswer, "status">) => status >= 200 && status < 300;

/** The JSON of an answer; undefined: its body is empty, or is none. */
export function bodyOf({ body }: HttpAnswer): unknown {
  try {
    return parseJson(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

/**
 * What an answer says; an empty body is `undefined`.
 *
 * @throws {AnswerInvalidError} when it is no JSON, or another shape than the schema's: names the fields, never a value
 */
export function readAnswer<S extends z.ZodType>(host: string, answer: HttpAnswer, schema: S): z.output<S> {
  const value = bodyOf(answer);
  if (value === undefined && answer.body.length > 0) {
    const type = answer.headers.get("content-type")?.split(";")[0]?.trim() ?? "";
    const kind = /^[\w.+-]+\/[\w.+-]+$/.test(type) ? `, its type is ${type}` : "";
    throw new AnswerInvalidError(host, `It is no JSON${kind}`);
  }
  const found = schema.safeParse(value);
  if (found.success) return found.data;
  const problems = found.error.issues.map(({ path, message }) => `${path.join(".") || "answer"}: ${message}`);
  const more = problems.length > MOST_PROBLEMS ? `; and ${problems.length - MOST_PROBLEMS} more` : "";
  throw new AnswerInvalidError(host, `${problems.slice(0, MOST_PROBLEMS).join("; ")}${more}`);
}
