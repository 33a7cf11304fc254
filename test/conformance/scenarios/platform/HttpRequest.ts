import { HttpRequest as processor } from "../../../../src/processors/platform/HttpRequest.ts";
import { startReceiver } from "../../../harness/receiver.ts";
import { addWebhook, connectorsOf } from "../../../processors/platform/request-stage.ts";
import type { Scenario } from "../../suite/scenario.ts";

/** Every stage has a receiver of its own; the job's address is made to lead there. */
const ADDRESS = "https://erp.example.com";

export const HttpRequest: Scenario = {
  processor,
  parameters: { url: `${ADDRESS}/hooks/night`, body: '{"run": {{runId}}}', connector: "erp" },
  badParameters: [
    [{}, "url"],
    [{ url: "erp.example.com" }, "url"],
    [{ url: ADDRESS, method: "GET", body: "{}" }, "body"],
    [{ url: ADDRESS, body: "{{password}}" }, "body"],
    [{ url: ADDRESS, headers: ["Authorization: Bearer x"] }, "headers.0"],
    [{ url: ADDRESS, expect: "fine" }, "expect"],
    [{ url: ADDRESS, timeoutSeconds: 60 }, "timeoutSeconds"],
    [{ url: ADDRESS, secret: "x" }, "secret"],
  ],
  async seed({ database }, bystanders) {
    await addWebhook(database, { clientId: 1 });
    await addWebhook(database, { clientId: 2 });
    const others = Array.from({ length: bystanders }, (_, index) => ({
      sql: `INSERT INTO connectors (client_id, kind, name, created_at, updated_at) VALUES (1, 'ldap', ?, 0, 0)`,
      args: [`directory ${index}`],
    }));
    if (others.length > 0) await database.batch(others, "write");
  },
  async ports({ database, clock }) {
    const receiver = await startReceiver();
    const send = async (request: Request) => {
      const { pathname } = new URL(request.url);
      return fetch(
        new Request(`${receiver.url}${pathname}`, {
          method: request.method,
          headers: request.headers,
          body: await request.text(),
        }),
      );
    };
    return { connectorsFor: connectorsOf(database, clock, { fetch: send }) };
  },
  // Each run is a request of its own, so a second one is sent too.
  again: "ok",
  // When the connector was last found well.
  volatile: ["connectors.last_ok_at"],
};
