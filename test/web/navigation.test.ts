import { describe, expect, it } from "vitest";
import type { Admin } from "../../src/control/access/access.ts";
import { linksFor, readNavigation, sections } from "../../src/web/navigation.ts";
import { setStage } from "./stage/stage.ts";

const admin = (role: Admin["role"], clientId = 0): Admin => ({ id: 1, email: "a@b.c", name: "A", role, clientId });
const everywhere = new Set(sections.map(({ path }) => path as string));
const jobsSetting = (entry: Record<string, unknown>) => readNavigation(JSON.stringify([entry]));

/** Labels of the links that an administrator sees, the bar before the fold. */
function labels(who: Admin, setting = readNavigation(null), paths: ReadonlySet<string> = everywhere, isDemo = true) {
  const { first, more } = linksFor(who, setting, paths, { mailbox: isDemo, shop: isDemo });
  return [first, more].map((links) => links.map(({ ownLabel, label }) => ownLabel ?? label).join(", "));
}

describe("the navigation", () => {
  it("shows a system admin everything", () => {
    expect(labels(admin("system_admin"))).toEqual([
      "Now, Jobs, Runs, Plan, Files",
      "Mail monitor, Inbox of shops, Reports, Clients, Pauses, Connectors, Settings, Processors, Health, Audit, Admins, Mailbox, Demo shop, Handbook",
    ]);
  });

  it.each([
    ["client_admin", ", Audit"],
    ["read_only", ""],
  ] as const)("keeps what is the platform's from a %s of one client", (role, last) => {
    const [first, more] = labels(admin(role, 1));
    expect(first).toBe("Now, Jobs, Runs, Plan, Files");
    expect(more).toBe(`Mail monitor, Inbox of shops, Reports, Clients, Pauses, Processors${last}, Handbook`);
  });

  it("links to nothing that no route answers, and folds nothing away that would stand alone", () => {
    const paths = new Set(["/admin/jobs", "/admin/runs", "/admin/mailbox"]);
    expect(labels(admin("system_admin"), null, paths)).toEqual(["Jobs, Runs, Mailbox", ""]);
    expect(labels(admin("system_admin"), null, paths, false)).toEqual(["Jobs, Runs", ""]);
  });

  it.each([
    ["is not set", null, "Jobs"],
    [
      "lists m_jobs",
      jobsSetting({ identifier: "m_jobs", parent: "system", label: "Scheduled Jobs", visible: true }),
      "Scheduled Jobs",
    ],
    ["lists m_jobs without a label", jobsSetting({ identifier: "m_jobs" }), "Jobs"],
    ["hides m_jobs", jobsSetting({ identifier: "m_jobs", label: "Scheduled Jobs", visible: false }), ""],
    ["lacks m_jobs", jobsSetting({ identifier: "m_users", label: "Users" }), ""],
    ["is no list", readNavigation('{"m_jobs":false}'), "Jobs"],
    ["is no JSON", readNavigation("m_jobs"), "Jobs"],
  ])("with a setting that %s calls the jobs so", (_name, setting, label) => {
    expect(labels(admin("system_admin"), setting, new Set(["/admin/jobs"]))).toEqual([label, ""]);
  });
});

it("A hidden entry takes the link away, not the page, and /admin/m_jobs leads to the jobs", async () => {
  const stage = await setStage();
  const browser = await stage.signedIn("system_admin");
  expect((await browser.get("/admin/m_jobs")).location).toBe("/admin/jobs");
  const hide = JSON.stringify([{ identifier: "m_jobs", parent: "system", label: "Jobs", visible: false }]);
  await stage.database.execute({
    sql: "INSERT INTO settings (client_id, key, value, created_at, updated_at) VALUES (0, 'navigation', ?, 0, 0)",
    args: [hide],
  });
  const { status, body } = await browser.get("/admin/runs");
  expect([status, body.includes('<a href="/admin/jobs"')]).toEqual([200, false]);
  expect((await browser.get("/admin/jobs")).status).toBe(200);
});
