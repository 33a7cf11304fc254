import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { SMTPServer } from "smtp-server";
import type { ArrivedMail } from "../web/mailbox.ts";
import { listen } from "./listen.ts";
import { openMailFolder } from "./mail-folder.ts";
import { readMail } from "./mime.ts";

/** The demo's mail server and what reads it. Both listen on the loopback interface only. */
export interface DemoMailbox {
  readonly smtpPort: number;
  /** `GET ?limit=n` and `GET /<id>`, as `src/web/mailbox.ts` reads them. */
  readonly url: string;
  /** Asked for as `Authorization: Bearer <token>`: pages of other sites reach the port too. */
  readonly token: string;
  stop(): Promise<void>;
}

/** Larger mails are refused (bytes). */
const MAX_MAIL = 10 * 1024 * 1024;

/**
 * Starts a real SMTP server that keeps every mail and sends none on.
 *
 * @param options.folder where the mails are kept, one JSON file each
 * @param options.user the only login that works, with `options.password`
 * @param options.now the present instant (ms)
 */
export async function startDemoMailbox(options: {
  folder: string;
  user: string;
  password: string;
  now: () => number;
}): Promise<DemoMailbox> {
  const mails = await openMailFolder(options.folder);
  const smtp = new SMTPServer({
    banner: "Minutehand demo",
    // Plain text is fine on the loopback interface, and the demo has no certificate.
    disabledCommands: ["STARTTLS"],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    size: MAX_MAIL,
    closeTimeout: 500,
    onAuth(login, _session, answer) {
      if (login.username === options.user && login.password === options.password)
        answer(null, { user: login.username });
      else answer(Object.assign(new Error("Authentication failed"), { responseCode: 535 }));
    },
    onData(stream, session, answer) {
      buffer(stream)
        .then(async (raw) => {
          if (stream.sizeExceeded) throw Object.assign(new Error("The mail is too large"), { responseCode: 552 });
          const mail = readMail(raw);
          await mails.add({
            receivedAt: options.now(),
            from: session.envelope.mailFrom ? session.envelope.mailFrom.address : "",
            to: session.envelope.rcptTo.map(({ address }) => address).join(", "),
            originalTo: mail.headers["x-original-to"] ?? null,
            subject: mail.subject,
            body: mail.text ?? mail.html ?? "",
          });
        })
        .then(
          () => answer(),
          (error: Error) => answer(error),
        );
    },
  });
  // A client that hangs up in the middle is its own affair.
  smtp.on("error", () => {});
  const smtpPort = await listen(smtp.server);

  const token = randomBytes(32).toString("base64url");
  const http = createServer((request, response) => {
    if (request.headers.authorization === `Bearer ${token}`) answerRequest(request, response, mails);
    else response.writeHead(401).end();
  });
  const httpPort = await listen(http);
  return {
    smtpPort,
    url: `http://127.0.0.1:${httpPort}/`,
    token,
    async stop() {
      http.closeAllConnections();
      await Promise.all([
        new Promise<void>((resolve) => smtp.close(() => resolve())),
        new Promise<void>((resolve) => http.close(() => resolve())),
      ]);
    },
  };
}

function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  mails: { newest(limit: number): { total: number; mails: ArrivedMail[] }; find(id: string): ArrivedMail | null },
): void {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const id = decodeURIComponent(url.pathname.slice(1));
  const limit = Math.min(Math.max(Number.parseInt(url.searchParams.get("limit") ?? "100", 10) || 0, 0), 1000);
  const found = id === "" ? mails.newest(limit) : mails.find(id);
  response.writeHead(found ? 200 : 404, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(found));
}
