import { z } from "zod";
import { callSchema, MOST_CALL_ROWS } from "../../administration/reports/report-calls.ts";
import { type ReportKey, reportSources } from "../../learning/reports/report.ts";

const JSON_SCHEMA = "#/components/schemas";

/** What a call of each report may say, by the report's key. */
function callSchemas(): Record<string, unknown> {
  const keys = Object.keys(reportSources) as ReportKey[];
  return Object.fromEntries(
    keys.map((key) => {
      const { $schema, ...schema } = z.toJSONSchema(callSchema(key), { io: "input", unrepresentable: "any" });
      return [`call_${key}`, { title: `Call of a report of kind ${key}`, ...schema }];
    }),
  );
}

const refused = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: { $ref: `${JSON_SCHEMA}/problem` } } },
});
const whole = { type: "integer" };
const text = { type: "string" };

/** What a call answers. */
const result = {
  type: "object",
  required: ["id", "report", "url", "format", "rows", "size", "expiresAt"],
  properties: {
    id: whole,
    report: whole,
    url: { ...text, format: "uri", description: "Opens the file, without a token or a sign-in; keep it secret" },
    format: { enum: ["csv", "xlsx"] },
    rows: { ...whole, description: "Rows without the headings" },
    size: { ...whole, description: "Bytes" },
    expiresAt: { ...text, format: "date-time", description: "From then on the link opens nothing" },
  },
};

/** What a refusal says (RFC 9457). */
const problem = {
  type: "object",
  required: ["type", "status", "code", "detail"],
  properties: {
    type: text,
    status: whole,
    code: { ...text, description: "For programs; it does not change" },
    detail: { ...text, description: "What is wrong and what to do" },
    problems: {
      type: "array",
      items: { type: "object", required: ["field", "message"], properties: { field: text, message: text } },
    },
  },
};

/** The description of what other systems may ask for: an OpenAPI 3.1 document, made from the schemas that judge a call. */
export function openApi(): Record<string, unknown> {
  const calls = callSchemas();
  return {
    openapi: "3.1.0",
    info: { title: "Minutehand", version: "1" },
    paths: {
      "/api/report-calls": {
        post: {
          operationId: "callReport",
          summary: "Makes the file of the token's report and answers a link to it",
          security: [{ token: [] }],
          requestBody: {
            content: {
              "application/json": {
                schema: { anyOf: Object.keys(calls).map((name) => ({ $ref: `${JSON_SCHEMA}/${name}` })) },
              },
            },
          },
          responses: {
            201: {
              description: "The file was made",
              content: { "application/json": { schema: { $ref: `${JSON_SCHEMA}/result` } } },
            },
            400: refused("The body is no JSON"),
            401: refused("No token that works was sent"),
            404: refused("The token's report was deleted"),
            413: refused("The body is too long"),
            415: refused("The body is not sent as JSON"),
            422: refused(`A field is wrong, or the report has more than ${MOST_CALL_ROWS} rows`),
            429: refused("Too many calls; Retry-After says when to send it again"),
            503: refused("The database or the file store does not answer; send it again later"),
          },
        },
      },
    },
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      schemas: { ...calls, result, problem },
    },
  };
}
