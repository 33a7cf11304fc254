import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { mailboxAt } from "../../../../src/web/mailbox.ts";
import { NOON, setStage } from "../../stage/stage.ts";

const mail = {
  id: "000001",
  receivedAt: NOON - 60_000,
  from: "suite@example.com",
  to: "demo@example.com",
  originalTo: "ada@example.com",
  subject: "Welcome <b>",
  body: "<h1>Hello</h1>",
};

/** The manager with a mailbox behind a real HTTP server that answers `answer(path)`. */
async function stageWith(answer: (path: string) => [number, string]) {
  const server = createServer((request, response) => {
    const [status, body] = answer(request.url ?? "");
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const stage = await setStage({ mailbox: mailboxAt(url, (address) => fetch(address)) });
  return { stage, admin: await stage.signedIn("system_admin") };
}

describe("the demo mailbox", () => {
  it("shows the mails that arrived and each as plain text", async () => {
    const { admin } = await stageWith((path) =>
      path === "/000001" ? [200, JSON.stringify(mail)] : [200, JSON.stringify({ total: 3000, mails: [mail] })],
    );
    const list = await admin.get("/admin/mailbox");
    expect(list.text).toContain("Welcome <b> ada@example.com suite@example.com");
    expect(list.text).toContain("1 min ago");
    expect(list.text).toContain("3,000 mails, the newest 1 of them shown");
    const page = await admin.get("/admin/mailbox/000001");
    expect(page.text).toContain("Meant for ada@example.com");
    expect(page.body).toContain("<pre>&lt;h1&gt;Hello&lt;/h1&gt;</pre>");
  });

  it("says so when it is empty or a mail is gone", async () => {
    const { admin } = await stageWith((path) =>
      path.startsWith("/?") ? [200, JSON.stringify({ total: 0, mails: [] })] : [404, "null"],
    );
    expect((await admin.get("/admin/mailbox")).text).toContain("No mail has arrived yet.");
    expect((await admin.get("/admin/mailbox/000001")).status).toBe(404);
  });

  it.each([
    ["fails", [500, "boom"]],
    ["speaks another language", [200, "<html>"]],
    ["leaves something out", [200, JSON.stringify({ total: 1, mails: [{ id: "1" }] })]],
  ] as [string, [number, string]][])("that %s is named, and is no fault of ours", async (_name, answer) => {
    const { admin, stage } = await stageWith(() => answer);
    const page = await admin.get("/admin/mailbox");
    expect([page.status, page.text.includes("The demo mailbox")]).toEqual([503, true]);
    expect(stage.faults).toEqual([]);
  });

  it("is not the only sign of a demo that was not asked for: every page says so", async () => {
    const stage = await setStage({ isDemo: true });
    const admin = await stage.signedIn("system_admin");
    for (const path of ["/admin/jobs", "/admin/now", "/admin/nothing"]) {
      expect((await admin.get(path)).text).toContain("This is the demo: its people are made up");
    }
    expect((await stage.stranger().get("/sign-in")).text).toContain("This is the demo");
    const other = await setStage();
    expect((await (await other.signedIn("system_admin")).get("/admin/jobs")).text).not.toContain("the demo");
  });

  it("is offered only where there is one", async () => {
    const { admin } = await stageWith(() => [200, JSON.stringify({ total: 0, mails: [] })]);
    expect((await admin.get("/admin/jobs")).body).toContain("/admin/mailbox");
    const without = await setStage();
    expect((await (await without.signedIn("system_admin")).get("/admin/jobs")).body).not.toContain("/admin/mailbox");
  });
});
