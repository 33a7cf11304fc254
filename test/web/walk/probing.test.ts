import { beforeEach, describe, expect, it } from "vitest";
import { createBlackout } from "../../../src/administration/pauses/blackouts.ts";
import { addAdmin, openSession } from "../../../src/control/access/access.ts";
import { createConnector } from "../../../src/control/clients/connector-records.ts";
import { addClient } from "../../harness/runner/runner.ts";
import { type Browser, type Stage, setStage } from "../stage/stage.ts";
import { walk } from "./walk.ts";

/**
 * Things of another client, and numbers and keys that nothing has. Both have four figures, or as many letters, so that an answer
 * can be compared once they are taken out.
 */
const THEIRS = {
  client: 7001,
  key: "theirs-key",
  job: 7002,
  run: 7003,
  blackout: 7004,
  connector: 7005,
  admin: 7006,
  session: 7007,
};
const UNKNOWNS = {
  client: 8001,
  key: "nobody-key",
  job: 8002,
  run: 8003,
  blackout: 8004,
  connector: 8005,
  admin: 8006,
  session: 8007,
};
type Thing = keyof typeof THEIRS;

let stage: Stage;

beforeEach(async () => {
  stage = await setStage();
  const { database, now } = stage;
  const clientId = await addClient(database, THEIRS.key, "UTC");
  const jobId = await stage.addJob({ name: "Theirs", processor: "PlainJob", clientId, cron: "0 0 1 * * ?" });
  const runId = await stage.addRun({ jobId, clientId, state: "failed" });
  const blackout = await createBlackout(database, { clientId, startsAt: now, endsAt: now + 1000 }, "ada", now);
  const input = { clientId, kind: "http", name: "erp", active: true, config: { origins: [] }, seal: null };
  const connector = await createConnector(database, input, "ada", now);
  await addAdmin(
    database,
    { email: "them@example.com", name: "Them", role: "read_only", clientId, passwordHash: null },
    now,
  );
  const [blackoutId, connectorId] = [
    blackout.state === "saved" ? blackout.id : 0,
    connector.state === "saved" ? connector.connectorId : 0,
  ];
  await openSession(database, { adminId: 1, tokenHash: "theirs", replacesHash: null, userAgent: "" }, now);
  const renumber = (table: string, column: string, from: number, to: number) => ({
    sql: `UPDATE ${table} SET ${column} = ? WHERE ${column} = ?`,
    args: [to, from],
  });
  await database.batch(
    [
      "PRAGMA defer_foreign_keys = ON",
      ...["jobs", "runs", "triggers", "blackouts", "connectors", "admins"].map((table) =>
        renumber(table, "client_id", clientId, THEIRS.client),
      ),
      renumber("clients", "id", clientId, THEIRS.client),
      renumber("jobs", "id", jobId, THEIRS.job),
      ...["runs", "triggers"].map((table) => renumber(table, "job_id", jobId, THEIRS.job)),
      renumber("runs", "id", runId, THEIRS.run),
      renumber("blackouts", "id", blackoutId, THEIRS.blackout),
      renumber("connectors", "id", connectorId, THEIRS.connector),
      renumber("admin_sessions", "admin_id", 1, THEIRS.admin),
      renumber("admin_sessions", "id", 1, THEIRS.session),
      renumber("admins", "id", 1, THEIRS.admin),
    ],
    "write",
  );
  await stage.files.write(`c/${THEIRS.client}/import/user_csv/a.csv`, "x");
});

/** What an answer says, without the numbers and keys that were asked with and what is drawn anew for each page. */
async function answered(browser: Browser, method: string, path: string, fields: Record<string, string>) {
  const answer = await browser.send(path, method === "GET" ? {} : { method, body: new URLSearchParams(fields) });
  const plain = (text: string | null) =>
    text
      // What is drawn comes first: it may hold any digits.
      ?.replaceAll(/value="[0-9a-f]{24}"/g, "")
      .replaceAll(/(?<!\d)[78]00([1-7])(?!\d)/g, "N$1")
      .replaceAll(/(theirs|nobody)-key/g, "KEY");
  return { status: answer.status, location: plain(answer.location), body: plain(answer.body) };
}

const visitors = [
  ["a client admin", "client_admin"],
  ["a read-only account", "read_only"],
] as const;

/** What differs between the answers for another client's thing and for one that is not there; null: nothing. */
async function difference(
  browser: Browser,
  method: string,
  path: (of: typeof THEIRS) => string,
  fields: (of: typeof THEIRS) => Record<string, string> = () => ({}),
): Promise<string | null> {
  const theirs = await answered(browser, method, path(THEIRS), fields(THEIRS));
  const unknowns = await answered(browser, method, path(UNKNOWNS), fields(UNKNOWNS));
  if (JSON.stringify(theirs) === JSON.stringify(unknowns)) return null;
  const at = [...(theirs.body ?? "")].findIndex((character, index) => character !== unknowns.body?.[index]);
  const excerpt = (text: string | undefined) => text?.slice(Math.max(0, at - 60), at + 60);
  const [one, other] = [theirs, unknowns].map(
    ({ status, location, body }) => `${status} ${location ?? ""} …${excerpt(body)}…`,
  );
  return `${method} ${path(THEIRS)} ${JSON.stringify(fields(THEIRS))}: ${one} but ${other}`;
}

describe.each(visitors)("%s", (_name, role) => {
  /** What the number in an address stands for. */
  const thingOf = (route: string): Thing => {
    if (route.includes("/:clientId")) return "client";
    const [, thing = ""] = /\/admin\/(?:pauses\/)?(\w+?)s\/:id/.exec(route) ?? [];
    return thing as Thing;
  };
  const numbered = walk.filter(([route]) => /:(id|clientId)\b/.test(route) && !route.includes("mailbox"));

  it("learns from no address whether a number is another client's or belongs to none", async () => {
    const browser = await stage.signedIn(role, stage.berlin);
    const differences: (string | null)[] = [];
    for (const [route, , , fields = {}] of numbered) {
      const [method = "", pattern = ""] = route.split(" ");
      const path = (of: typeof THEIRS) =>
        pattern
          .replace(/:(id|clientId)\b/, String(of[thingOf(route)]))
          .replace(":path{.+}", "user_csv/a.csv")
          .replace(/\/(download|delete)$/, (end) =>
            pattern.includes("/files/") ? `${end}?path=import/user_csv/a.csv` : end,
          );
      differences.push(await difference(browser, method, path, () => fields));
    }
    expect(differences.filter((one) => one !== null)).toEqual([]);
  });

  it.each(["client", "key"] as const)(
    "learns from no address whether a client's %s is another's or belongs to none",
    async (by) => {
      const browser = await stage.signedIn(role, stage.berlin);
      const differences: (string | null)[] = [];
      for (const page of [
        "jobs",
        "runs",
        "plan",
        "files",
        "mail",
        "audit",
        "pauses",
        "connectors",
        "settings",
        "clients",
        "health",
        "now",
        "processors",
      ]) {
        for (const name of ["client", "clientId", "find", "q"]) {
          differences.push(
            await difference(
              browser,
              "GET",
              (of) => `/admin/${page}?${name}=${of[by]}`,
              () => ({}),
            ),
          );
        }
      }
      for (const path of [`/admin/files/KEY`, `/admin/mail/KEY`, `/admin/clients/KEY`]) {
        differences.push(
          await difference(
            browser,
            "GET",
            (of) => path.replace("KEY", String(of[by])),
            () => ({}),
          ),
        );
      }
    },
  );

  it("learns from no address whether a job or a run is another client's or belongs to none", async () => {
    const browser = await stage.signedIn(role, stage.berlin);
    const differences: (string | null)[] = [];
    for (const query of [
      "runs?job=JOB",
      "jobs/new/PlainJob?copy=JOB",
      "jobs/bulk?job=JOB",
      "jobs/bulk?do=start&job=JOB",
      "jobs/bulk?do=pause&job=JOB",
      "runs?before=RUN",
      "jobs?after=JOB",
      "audit?before=RUN",
    ]) {
      differences.push(
        await difference(
          browser,
          "GET",
          (of) => `/admin/${query.replace("JOB", String(of.job)).replace("RUN", String(of.run))}`,
          () => ({}),
        ),
      );
    }
    expect(differences.filter((one) => one !== null)).toEqual([]);
  });

  it("learns from no form whether a client or a job that it names is another's or belongs to none", async () => {
    const own = await stage.addJob({ name: "Own", processor: "PlainJob", clientId: stage.berlin, cron: "0 0 1 * * ?" });
    const forAll = await stage.addJob({ name: "For all", processor: "PlainJob", cron: "0 0 2 * * ?" });
    const browser = await stage.signedIn(role, stage.berlin);
    const differences: (string | null)[] = [];
    const job = { name: "Mine", revision: "1", cron: "0 0 3 * * ?" };
    const jobForms = ["/admin/jobs/new/PlainJob", `/admin/jobs/${own}/edit`, `/admin/jobs/${forAll}/edit`];
    const deeds = [own, forAll].flatMap((id) =>
      ["start", "pause", "resume", "backfill"].map((deed) => `/admin/jobs/${id}/${deed}`),
    );
    for (const path of [...jobForms, ...deeds]) {
      for (const intent of [{}, { intent: "preview" }]) {
        for (const by of [
          (of: typeof THEIRS) => ({ clientId: String(of.client) }),
          (of: typeof THEIRS) => ({ clientBy: "key", clientId: of.key }),
          (of: typeof THEIRS) => ({ clientBy: "key", clientId: String(of.client) }),
        ]) {
          differences.push(
            await difference(
              browser,
              "POST",
              () => path,
              (of) => ({ ...job, ...intent, confirmed: "true", ...by(of) }),
            ),
          );
        }
      }
    }
    for (const path of jobForms) {
      for (const intent of [{}, { intent: "preview" }]) {
        differences.push(
          await difference(
            browser,
            "POST",
            () => path,
            (of) => ({ ...job, ...intent, clientId: String(stage.berlin), after: String(of.job) }),
          ),
        );
      }
    }
    for (const path of ["/admin/jobs/bulk"]) {
      for (const deed of ["start", "pause", "resume"]) {
        differences.push(
          await difference(
            browser,
            "POST",
            () => path,
            (of) => ({ do: deed, job: String(of.job), confirmed: "true" }),
          ),
        );
        for (const by of ["client", "key"] as const) {
          differences.push(
            await difference(
              browser,
              "POST",
              () => path,
              (of) => ({ do: deed, job: String(own), client: String(of[by]), confirmed: "true" }),
            ),
          );
        }
      }
    }
    for (const path of [
      "/admin/clients/new",
      "/admin/pauses/blackouts",
      "/admin/connectors/new",
      "/admin/settings",
      "/admin/admins/new",
    ]) {
      differences.push(
        await difference(
          browser,
          "POST",
          () => path,
          (of) => ({
            key: of.key,
            client: of.key,
            clientId: String(of.client),
            name: "X",
            email: "x@example.com",
            variant: "smtp",
          }),
        ),
      );
    }
    expect(differences.filter((one) => one !== null)).toEqual([]);
  });
});
