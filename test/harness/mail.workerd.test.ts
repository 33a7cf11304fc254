import { expect, it } from "vitest";
import { WorkerMailer } from "worker-mailer";
import { freshMailServer } from "./mail.ts";

it.each(["none", "tls", "starttls"] as const)("workerd sends a mail over %s", async (secure) => {
  const server = await freshMailServer({ secure, credentials: { user: "u", password: "p" } });
  const mailer = await WorkerMailer.connect({
    host: "localhost",
    port: server.port,
    secure: secure === "tls",
    startTls: secure === "starttls",
    credentials: { username: "u", password: "p" },
    authType: "plain",
  });
  await mailer.send({ from: "a@example.com", to: "b@example.com", subject: "Grüße", text: "Hallo Wörld" });
  const { received } = await server.traffic(1);
  expect(received[0]).toMatchObject({
    from: "a@example.com",
    to: ["b@example.com"],
    subject: "Grüße",
    secure: secure !== "none",
    user: "u",
  });
  expect(received[0]?.text).toContain("Hallo Wörld");
  await mailer.close();
});
