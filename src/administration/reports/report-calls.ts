import { sql } from "drizzle-orm";
import { z } from "zod";
import type { OpenedToken } from "../../control/access/api-tokens.ts";
import { boundFiles } from "../../files/bound.ts";
import type { Files } from "../../files/files.ts";
import { accessToken, accessTokenHash, TOKEN_BYTES } from "../../learning/reports/access-token.ts";
import {
  abandonCall,
  announceResult,
  beginCall,
  callFileKey,
  finishCall,
  type NewCall,
} from "../../learning/reports/calls.ts";
import { filtersSchema, type Report, type ReportKey, readReport } from "../../learning/reports/report.ts";
import { reports } from "../../learning/schema/reports.ts";
import { MOST_XLSX_ROWS, type WrittenReport, writeSmallReport } from "../../processors/reports/report-file.ts";
import type { Database } from "../../store/database.ts";
import { bindFor, clientRows } from "../../store/rows.ts";
import { select } from "../../store/select.ts";
import { read } from "../../store/statement.ts";
import { localDay } from "../../time/day.ts";
import { type Invalid, invalid, readFields } from "../problems.ts";

const HOUR_MS = 3_600_000;

/** Rows that the result of a call may have: it is made within the request. */
export const MOST_CALL_ROWS = MOST_XLSX_ROWS;

/** What a call says, and what it is without that. The document of the API is made from it too. */
export function callSchema(key: ReportKey) {
  return z.strictObject({
    report: z.int().min(1).optional().describe("Id of the report; it can only be the one that the token is for"),
    filters: filtersSchema(key).prefault({}).describe("On top of the report's own filters"),
    format: z.enum(["csv", "xlsx"]).default("csv").describe("Format of the file"),
    locale: z
      .string()
      .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}$/, "Enter a language such as en or de-AT")
      .optional()
      .describe("Language of headings and numbers; default: the client's"),
    validHours: z.int().min(1).max(240).default(24).describe("Hours for which the link to the file opens it"),
  });
}

/** How a call ended. */
export type CallOutcome =
  | {
      readonly state: "finished";
      readonly callId: number;
      /** Opens the file without a sign-in; it is shown here and kept nowhere. */
      readonly token: string;
      readonly written: WrittenReport;
      /** Instant (ms) from which on the link opens nothing. */
      readonly expiresAt: number;
    }
  | Invalid
  /** The token's report was deleted. */
  | { readonly state: "missing" }
  /** As many calls of the client are at work as may be. */
  | { readonly state: "busy" }
  /** The report has more than {@link MOST_CALL_ROWS} rows. */
  | { readonly state: "too_large" }
  /** It took so long that the clean-up gave it up. */
  | { readonly state: "given_up" };

/** What a call needs of the host. */
export interface CallPorts {
  /** The client's database. */
  readonly store: Database;
  readonly files: Files;
  now(): number;
  randomBytes(length: number): Uint8Array;
  /** Rows that the result may have; default {@link MOST_CALL_ROWS}. */
  readonly mostRows?: number;
}

/**
 * Answers a call of a report from outside (handbook, reports: calling a report): checks it whole before anything is written, makes the file within the
 * call, with an administrator's rights, and gives a link to it. What fails on the way leaves a call that has failed, for ReportCallCleanUp.
 *
 * @param input the body as it was sent
 */
export async function callReport(
  ports: CallPorts,
  { client, reportId }: Pick<OpenedToken, "client" | "reportId">,
  input: unknown,
): Promise<CallOutcome> {
  const { store } = ports;
  const [stored] = await read(
    store,
    select(reports, ["key", "name", "definition"], sql`WHERE id = ${reportId} AND +client_id = ${client.id}`),
  );
  if (!stored) return { state: "missing" };
  const checked = readFields(callSchema(stored.key), input, "A report call");
  if (checked.state === "invalid") return checked;
  const { report: asked, filters, format, validHours, locale = client.defaultLocale } = checked.fields;
  if (asked !== undefined && asked !== reportId)
    return invalid("report", `This token is for report ${reportId}; leave the field out, or use another token`);
  const requestedAt = ports.now();
  const scene = { today: localDay(requestedAt, client.timeZone), timeZone: client.timeZone };
  const found = readReport({ ...stored, filters: JSON.stringify(filters) }, locale, scene);
  if ("failure" in found) return invalid("report", `The report itself cannot be read: ${found.failure.message}`);

  const token = accessToken(client.id, ports.randomBytes(TOKEN_BYTES));
  const expiresAt = requestedAt + validHours * HOUR_MS;
  const call = { reportId, tokenHash: await accessTokenHash(token), requestedAt, expiresAt };
  const callId = await begin(ports, client.id, call, format);
  if (callId === null) return { state: "busy" };
  const written = await make(ports, client, callId, { report: found.report, name: stored.name, format, locale });
  if (typeof written === "string") return { state: written };
  return { state: "finished", callId, token, written, expiresAt };
}

/** Enters the call and the file that it will have; null: too many are at work. */
async function begin(
  { store }: CallPorts,
  clientId: number,
  call: NewCall,
  format: WrittenReport["format"],
): Promise<number | null> {
  const bind = bindFor(clientId, 0);
  const { rows } = await store.execute(bind(beginCall(call)));
  const id = rows[0]?.id;
  if (id === undefined) return null;
  const callId = Number(id);
  const announced = announceResult(callId, call, callFileKey(clientId, callId, format));
  await store.batch(
    announced.map((one) => bind(one)),
    "write",
  );
  return callId;
}

/** Writes the file of a call that has begun, and ends the call one way or the other. */
async function make(
  { store, files, now, mostRows = MOST_CALL_ROWS }: CallPorts,
  { id: clientId, timeZone }: OpenedToken["client"],
  callId: number,
  asked: { readonly report: Report; readonly name: string; readonly format: "csv" | "xlsx"; readonly locale: string },
): Promise<WrittenReport | "too_large" | "given_up"> {
  const bind = bindFor(clientId, 0);
  const giveUp = () =>
    store.batch(
      abandonCall(callId, now()).map((one) => bind(one)),
      "write",
    );
  const { report, name, format, locale } = asked;
  const own = boundFiles(files, [`c/${clientId}/`]);
  let written: WrittenReport | null;
  try {
    const scene = { timeZone, locale };
    const key = () => callFileKey(clientId, callId, format);
    const request = { report, name, format, people: null, scene, key };
    written = await writeSmallReport(clientRows(store, clientId, 0), own, request, mostRows);
  } catch (error) {
    // What cannot be noted now, the clean-up finds as a call that got stuck.
    await giveUp().catch(() => null);
    throw error;
  }
  if (!written) {
    await giveUp();
    return "too_large";
  }
  const [ended] = await store.batch(
    finishCall(callId, written, now()).map((one) => bind(one)),
    "write",
  );
  return ended?.rowsAffected === 1 ? written : "given_up";
}
