import { z } from "zod";
import { headerProblem } from "../../connectors/outbound/request-header.ts";
import { credentialIn, isLoginName, isSecretName } from "../../connectors/outbound/secret-names.ts";
import { templateProblem } from "./body-template.ts";
import { parseExpectedStatus } from "./expected-status.ts";

/** The type of a body that names none. */
const DEFAULT_TYPE = "application/json";

/** One line `Name: value`, taken apart. */
export function readHeader(line: string): { readonly name: string; readonly value: string } {
  const colon = line.indexOf(":");
  return { name: line.slice(0, Math.max(0, colon)).trim(), value: line.slice(colon + 1).trim() };
}

/** The headers of a request with the type of its body. */
export function requestHeaders(lines: readonly string[], body: string | null): Record<string, string> {
  const headers = Object.fromEntries(lines.map(readHeader).map(({ name, value }) => [name.toLowerCase(), value]));
  return body === null || "content-type" in headers ? headers : { ...headers, "content-type": DEFAULT_TYPE };
}

function headerLineProblem(line: string): string | null {
  if (!line.includes(":")) return `"${line.slice(0, 40)}" has no colon; write Name: value`;
  const { name, value } = readHeader(line);
  if (value.includes("{{")) return `${name} has a placeholder; only the body has them`;
  return headerProblem(name, value);
}

/** What is wrong with an address as it is written; where it may lead is judged when the run calls it. */
function urlProblem(text: string): string | null {
  // URL drops line ends and tabs silently.
  if (/[\s\\]/.test(text) || !URL.canParse(text)) return "Enter an address such as https://erp.example.com/hooks/night";
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:")
    return "Enter an address that starts with https:// or http://";
  if (url.username !== "" || url.password !== "") {
    return "Leave user and password out of the address; put them into an HTTP connector";
  }
  for (const [name, value] of url.searchParams) {
    const what = isSecretName(name) ? "a secret" : credentialIn(value);
    if (what !== null) {
      return `${name} behind the ? is ${what}; remove it and put it as a header into an HTTP connector`;
    }
  }
  if (text.includes("{{") || url.href.includes("%7B%7B")) return "Only the body has placeholders; remove {{ }} here";
  return url.hash === "" ? null : "Leave out what stands behind the #; it is never sent";
}

/** What a body holds that belongs into a connector. */
function bodySecretProblem(body: string, contentType: string): string | null {
  const login = loginNames(body, contentType)[0];
  const what = login === undefined ? credentialIn(body) : `the secret ${login}`;
  if (what === null) return null;
  return `This has ${what}; remove it and put it as a header into an HTTP connector`;
}

/** Names of members with a text of their own that hold a login, in a body of JSON or of a form. */
function loginNames(body: string, contentType: string): string[] {
  const found: string[] = [];
  const take = (name: string, value: unknown) => {
    if (typeof value === "string" && value !== "" && isLoginName(name)) found.push(name);
    return value;
  };
  if (contentType.startsWith("application/x-www-form-urlencoded")) {
    for (const [name, value] of new URLSearchParams(body)) take(name, value);
    return found;
  }
  try {
    JSON.parse(body, take);
  } catch {
    // Placeholders stand where JSON has numbers, or it is another type: there are no members to look at.
  }
  return found;
}

const judged =
  <T>(problemOf: (value: T) => string | null) =>
  (value: T, context: z.RefinementCtx<T>) => {
    const message = problemOf(value);
    if (message !== null) context.addIssue({ code: "custom", message });
  };

/** The parameters of HttpRequest. Secrets are none of them: they are shown on pages and kept as they are. */
export const requestParameters = z
  .strictObject({
    method: z.enum(["POST", "PUT", "PATCH", "DELETE", "GET", "HEAD"]).default("POST"),
    url: z.string().trim().max(2000).superRefine(judged(urlProblem)).describe("Address that is called"),
    headers: z
      .array(z.string().max(2000).superRefine(judged(headerLineProblem)))
      .max(30)
      .default([])
      .describe("Further headers as Name: value. Secrets such as Authorization belong into a connector"),
    body: z
      .string()
      .max(20_000)
      .nullable()
      .default(null)
      .describe("May contain {{client.key}}, {{scheduledAt}} and {{runId}}. JSON unless a Content-Type says otherwise"),
    timeoutSeconds: z.int().min(1).max(30).default(20).describe("For the whole exchange"),
    expect: z
      .string()
      .max(200)
      .refine((text) => parseExpectedStatus(text) !== null, {
        message: "Enter statuses from 200 to 599 such as 2xx, 200, 200-204, separated by commas",
      })
      .default("2xx")
      .describe("Statuses that count as done, such as 2xx or 200-204,409; any other is tried again"),
    connector: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .nullable()
      .default(null)
      .describe("Name of the client's HTTP connector that signs the request; empty: unsigned"),
  })
  .superRefine(({ method, headers, body }, context) => {
    const names = headers.map((line) => readHeader(line).name.toLowerCase());
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) {
      context.addIssue({ code: "custom", path: ["headers"], message: `${twice} is given twice; keep one of them` });
    }
    if (body === null) return;
    if (method === "GET" || method === "HEAD") {
      context.addIssue({ code: "custom", path: ["body"], message: `${method} has no body; empty it or choose POST` });
      return;
    }
    const type = requestHeaders(headers, body)["content-type"] ?? "";
    const problem = templateProblem(body, type) ?? bodySecretProblem(body, type);
    if (problem !== null) context.addIssue({ code: "custom", path: ["body"], message: problem });
  });
