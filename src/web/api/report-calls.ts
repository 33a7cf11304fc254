import { Hono } from "hono";
import { type CallOutcome, callReport, MOST_CALL_ROWS } from "../../administration/reports/report-calls.ts";
import { RemoteUnavailableError } from "../../connectors/outbound/remote-error.ts";
import { type OpenedToken, useApiToken } from "../../control/access/api-tokens.ts";
import { DatabaseOutageError } from "../../store/outage.ts";
import { noteAccess } from "../access-record.ts";
import type { Environment, PageContext } from "../environment.ts";
import { readBody } from "../http/body.ts";
import type { Ports } from "../ports.ts";
import { storedHash } from "../sign-in/token.ts";
import { API_TOKEN } from "./api-token.ts";
import { openApi } from "./open-api.ts";
import { type Refusal, refuse } from "./problem.ts";

/** Where reports are called. */
export const REPORT_CALLS = "/api/report-calls";

/** Bytes that the body of a call may have. */
const LARGEST_CALL = 64 * 1024;

/** Calls of one address in {@link WINDOW_MS}, with whatever token; counted by process. */
export const MOST_OF_ADDRESS = 60;
const WINDOW_MS = 60_000;

/** Seconds after which a call that found no room may be sent again. */
const SOON = 30;

const unknownToken: Refusal = {
  status: 401,
  code: "unknown_token",
  detail:
    "No token that works was sent. Send one as Authorization: Bearer <token>; an administrator makes it on the page Report calls.",
  headers: { "WWW-Authenticate": 'Bearer realm="report calls"' },
};

const unavailable: Refusal = {
  status: 503,
  code: "unavailable",
  detail: "The database or the file store does not answer. Send the call again later.",
  retryAfter: SOON,
};

/** The token of a request's header; null for what is none. */
function tokenOf(header: string | undefined): string | null {
  const token = /^Bearer +(\S+) *$/i.exec(header ?? "")?.[1] ?? "";
  return API_TOKEN.test(token) ? token : null;
}

/** Whose call it is, or why it is refused before anything of it is read. */
async function admit(c: PageContext, ports: Ports): Promise<OpenedToken | Refusal> {
  const now = ports.now();
  if (ports.lookups?.take(`api ${ports.clientAddress(c.req.raw)}`, MOST_OF_ADDRESS, WINDOW_MS, now) === false) {
    const detail = `At most ${MOST_OF_ADDRESS} calls of an address are taken in a minute. Send it again later.`;
    return { status: 429, code: "too_many_calls", detail, retryAfter: WINDOW_MS / 1000 };
  }
  const token = tokenOf(c.req.header("authorization"));
  const verdict =
    token === null
      ? ({ state: "unknown" } as const)
      : await useApiToken(ports.control, await storedHash(token), ports.now());
  switch (verdict.state) {
    case "open":
      return verdict.token;
    case "unknown":
      await noteAccess(c, ports, { kind: "refused", subject: `API token: POST ${REPORT_CALLS}` });
      return unknownToken;
    case "moving":
      return {
        ...unavailable,
        code: "moving",
        detail: "The client's data is being moved to another database. Send the call again later.",
      };
    case "throttled":
      return {
        status: 429,
        code: "too_many_calls",
        detail: "This token was used as often as it may be within an hour. Send the call again later.",
        retryAfter: Math.max(1, Math.ceil((verdict.until - now) / 1000)),
      };
  }
}

/** The body as JSON, or why it is refused. An empty body says nothing, so every default holds. */
async function readCall(request: Request): Promise<{ readonly json: unknown } | Refusal> {
  const type = (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") {
    return { status: 415, code: "not_json", detail: "Send the call as JSON, with Content-Type: application/json." };
  }
  const body = await readBody(request, LARGEST_CALL);
  if (body === null) {
    const detail = `A call may have at most ${LARGEST_CALL / 1024} kB. Send fewer filters.`;
    return { status: 413, code: "too_long", detail };
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(body);
    return { json: text.trim() === "" ? {} : (JSON.parse(text) as unknown) };
  } catch {
    return { status: 400, code: "not_json", detail: "The body is no JSON in UTF-8. Send an object such as {}." };
  }
}

/** What came of a call, as an answer. */
function answer(c: PageContext, outcome: CallOutcome, { client, reportId }: OpenedToken): Response {
  switch (outcome.state) {
    case "finished": {
      const { callId, token, written, expiresAt } = outcome;
      const origin = client.host === null ? new URL(c.req.url).origin : `https://${client.host}`;
      const { format, rows, size } = written;
      const url = `${origin}/x/${token}`;
      const until = new Date(expiresAt).toISOString();
      return c.json({ id: callId, report: reportId, url, format, rows, size, expiresAt: until }, 201);
    }
    case "invalid": {
      const detail = "The call was refused whole. Mend the fields below and send it again.";
      return refuse(c, { status: 422, code: "invalid", detail, problems: outcome.problems });
    }
    case "missing":
      return refuse(c, {
        status: 404,
        code: "no_report",
        detail: "The report of this token was deleted. Ask an administrator for a token of another one.",
      });
    case "busy":
      return refuse(c, {
        status: 429,
        code: "busy",
        detail: "As many reports of this client are being made as may be at the same time. Send the call again later.",
        retryAfter: SOON,
      });
    case "too_large": {
      const most = MOST_CALL_ROWS.toLocaleString("en");
      const detail = `The report has more than ${most} rows. Send narrower filters, several calls if need be.`;
      return refuse(c, { status: 422, code: "too_large", detail });
    }
    case "given_up":
      return refuse(c, {
        ...unavailable,
        code: "given_up",
        detail: "The report took too long. Send narrower filters.",
      });
  }
}

const isRefusal = (one: OpenedToken | Refusal | { readonly json: unknown }): one is Refusal => "status" in one;

/**
 * What other systems use, with a token instead of a sign-in: `POST /api/report-calls` (handbook, reports: calling a report) and the document that
 * describes it, `GET /api/openapi.json`. A browser's cookies and origin mean nothing here. Tokens and links are written nowhere.
 */
export function apiRoutes(ports: Ports): Hono<Environment> {
  const routes = new Hono<Environment>();
  routes.post(REPORT_CALLS, async (c) => {
    c.header("Cache-Control", "no-store");
    try {
      const token = await admit(c, ports);
      if (isRefusal(token)) return refuse(c, token);
      const call = await readCall(c.req.raw);
      if (isRefusal(call)) return refuse(c, call);
      const { files, now, randomBytes } = ports;
      const store = await ports.storeOf(token.client);
      const outcome = await callReport({ store, files, now, randomBytes }, token, call.json);
      if (outcome.state === "finished") {
        const subject = `API token ${token.id}: ${outcome.written.key}`;
        await noteAccess(c, ports, { kind: "export", clientId: token.client.id, actor: token.actor, subject });
      }
      return answer(c, outcome, token);
    } catch (error) {
      if (!(error instanceof DatabaseOutageError || error instanceof RemoteUnavailableError)) throw error;
      (ports.reportError ?? console.error)(error);
      return refuse(c, unavailable);
    }
  });
  routes.get("/api/openapi.json", (c) => c.json(openApi(), 200, { "Cache-Control": "public, max-age=3600" }));
  routes.all(REPORT_CALLS, (c) =>
    refuse(c, {
      status: 405,
      code: "not_post",
      detail: "Reports are called by POST.",
      headers: { Allow: "POST" },
    }),
  );
  return routes;
}
