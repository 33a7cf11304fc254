import { beforeEach, describe, expect, it } from "vitest";
import type { Files } from "../../../src/files/files.ts";
import { accessToken, accessTokenHash } from "../../../src/learning/reports/access-token.ts";
import type { Database } from "../../../src/store/database.ts";

/** 23 November 2026, 12:00 UTC. */
export const NOW = Date.UTC(2026, 10, 23, 12);

/** An application whose clients 1 and 2 share a database, while client 3 has one of its own. */
export interface LinkStage {
  readonly shared: Database;
  readonly own: Database;
  readonly files: Files;
  readonly faults: readonly unknown[];
  request(path: string, init?: RequestInit): Promise<Response>;
}

interface Report {
  readonly clientId?: number;
  readonly seed?: number;
  readonly name?: string;
  readonly format?: "csv" | "xlsx";
  readonly state?: string;
  readonly expiresAt?: number;
  readonly content?: string | null;
}

/** Adds a subscription's file as OSReportSubscription leaves it. Returns its token. */
export async function addReport(stage: LinkStage, report: Report = {}): Promise<string> {
  const { clientId = 1, seed = 1, format = "csv", content = "Name;Status\r\n", state = "ready" } = report;
  const database = clientId === 3 ? stage.own : stage.shared;
  const id = clientId * 100 + seed;
  const key = `c/${clientId}/data/report/subscription/${id}/2026-11-20.${format}`;
  const token = accessToken(clientId, new Uint8Array(32).fill(seed));
  const hash = await accessTokenHash(token);
  await database.batch(
    [
      {
        sql: "INSERT INTO reports (id, client_id, key, name, definition, created_at, updated_at) VALUES (?, ?, 'persons', ?, '{}', 0, 0)",
        args: [id, clientId, report.name ?? "People"],
      },
      {
        sql: `INSERT INTO report_subscriptions (id, client_id, report_id, person_id, weekdays, format, filters, locale, created_at, updated_at)
          VALUES (?, ?, ?, 1, '[1]', ?, '{}', 'en', 0, 0)`,
        args: [id, clientId, id, format],
      },
      {
        sql: `INSERT INTO files (client_id, key, kind, ref_type, ref_id, size, state, access_token_hash, expires_at, stored_at,
            created_at, updated_at)
          VALUES (?, ?, 'report', 'report_subscription', ?, 1, ?, ?, ?, 0, 0, 0)`,
        args: [clientId, key, id, state, hash, report.expiresAt ?? NOW + 1000],
      },
    ],
    "write",
  );
  if (content !== null) await stage.files.write(key, content);
  return token;
}

/** The sentences of handbook, catalogue: OSReportSubscription about a report's link, for any file store. */
export function describeReportLinks(set: () => Promise<LinkStage>): void {
  let stage: LinkStage;
  beforeEach(async () => {
    stage = await set();
  });
  const open = (token: string, init?: RequestInit) => stage.request(`/r/${token}`, init);

  describe("the link of a report", () => {
    it("sends its file to its holder, for saving under the report's name, and is kept nowhere", async () => {
      const answer = await open(await addReport(stage, { name: 'Größe "1" / <b>' }));
      expect([answer.status, await answer.text()]).toEqual([200, "Name;Status\r\n"]);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "x-robots-tag": "noindex, nofollow",
        "content-type": "text/csv; charset=utf-8",
        "content-length": "13",
        "content-disposition": `attachment; filename="Gr__e _1_ _ _b_ 2026-11-20.csv"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20_1_%20_%20_b_%202026-11-20.csv`,
      });
      expect(answer.headers.get("set-cookie")).toBeNull();
    });

    it("of a workbook has a workbook's type", async () => {
      const answer = await open(await addReport(stage, { format: "xlsx" }));
      expect(answer.headers.get("content-type")).toMatch(/spreadsheetml\.sheet$/);
      expect(answer.headers.get("content-disposition")).toContain("People 2026-11-20.xlsx");
      await answer.arrayBuffer();
    });

    it("sends 3 MB byte for byte", async () => {
      const content = "0123456789abcdef".repeat(196_608);
      const answer = await open(await addReport(stage, { content }));
      expect(await answer.text()).toBe(content);
    });

    it("answers HEAD with the same headers and nothing else", async () => {
      const token = await addReport(stage);
      const [head, whole] = [await open(token, { method: "HEAD" }), await open(token)];
      expect([head.status, await head.text()]).toEqual([200, ""]);
      expect(Object.fromEntries(head.headers)).toEqual(Object.fromEntries(whole.headers));
      await whole.text();
    });

    it("of a client with a database of its own opens from there", async () => {
      await addReport(stage, { content: "shared" });
      const answer = await open(await addReport(stage, { clientId: 3, content: "own" }));
      expect(await answer.text()).toBe("own");
    });

    it.each<[string, Report]>([
      ["whose time is over", { expiresAt: NOW }],
      ["whose file was deleted", { state: "deleted" }],
      ["whose object is gone", { content: null }],
    ])("%s answers 410 and says why", async (_what, report) => {
      const token = await addReport(stage, report);
      for (const method of ["GET", "HEAD"]) {
        const answer = await open(token, { method });
        expect([answer.status, answer.headers.get("referrer-policy")]).toEqual([410, "no-referrer"]);
        const page = await answer.text();
        if (method === "GET") expect(page).toContain("no longer here");
        expect(page).not.toContain(token.slice(2));
      }
    });

    it.each([
      ["another token of the client", (token: string) => token.replace(/.$/, (last) => (last === "A" ? "E" : "A"))],
      ["the token at another client", (token: string) => token.replace(/^1/, "2")],
      ["the token at a client who is not there", (token: string) => token.replace(/^1/, "99")],
      ["the token at a client with a database of its own", (token: string) => token.replace(/^1/, "3")],
      ["the token without its client", (token: string) => token.slice(2)],
      ["a shorter token", (token: string) => token.slice(0, -1)],
      ["a longer token", (token: string) => `${token}A`],
      ["a token with something behind it", (token: string) => `${token}%0A`],
      ["no token", () => "x"],
      ["SQL", () => encodeURIComponent("1.' OR 1=1 --")],
      ["a path", () => encodeURIComponent("../admin")],
    ])("answers 404 for %s", async (_what, changed) => {
      const answer = await open(changed(await addReport(stage)));
      expect([answer.status, answer.headers.get("cache-control")]).toEqual([404, "no-store"]);
      expect(await answer.text()).not.toContain("Name;Status");
      expect(stage.faults).toEqual([]);
    });

    it("takes nothing but GET and HEAD", async () => {
      const answer = await open(await addReport(stage), { method: "POST" });
      expect(answer.status).toBe(404);
      await answer.text();
    });
  });
}
