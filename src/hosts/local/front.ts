import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { SECRET_HEADER } from "../local-secret.ts";

/** The port that a browser opens. */
export interface Front {
  readonly url: string;
  stop(): Promise<void>;
}

/** What the local runtime adds to a Worker: its explorer, its triggers, the files of its buckets. */
const RUNTIME_PATHS = /^\/+(?:cdn-cgi|__cf_local)(?:\/|$)/i;
/** Headers that are the runtime's own, or say where a request came from; and those of one connection only (RFC 9110, 7.6.1). */
const RUNTIME_HEADERS = /^(?:mf-|cf-|x-mf-|x-forwarded-|forwarded$)/;
const HOP_HEADERS: ReadonlySet<string> = new Set([
  ...["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"],
]);

/**
 * Serves the Worker on a loopback port of its own: only under `127.0.0.1` and `localhost` with that port, so that a name of
 * another site's that leads here (DNS rebinding) is refused with 421; and without the addresses that the local runtime adds.
 * It names itself to the Worker by a secret, which pages that find the runtime's own port do not have.
 *
 * @param options.port 0: any
 * @param options.target where the runtime serves
 * @param options.secret the Worker's variable `LOCAL_SECRET`
 */
export async function startFront(options: { port: number; target: string; secret: string }): Promise<Front> {
  const server = createServer((asked, answer) => {
    const refusal = refusalOf(asked, (server.address() as AddressInfo).port);
    if (refusal) refuse(answer, ...refusal);
    else forward(asked, answer, options);
  });
  // No page of ours opens one.
  server.on("upgrade", (_asked, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", () => resolve());
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function refusalOf(asked: IncomingMessage, port: number): readonly [status: number, words: string] | null {
  const here = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (!here.includes((asked.headers.host ?? "").toLowerCase())) {
    return [421, `Minutehand answers here as http://127.0.0.1:${port}/ only.`];
  }
  const path = asked.url ?? "/";
  if (!path.startsWith("/")) return [400, "Ask for a path."];
  if (RUNTIME_PATHS.test(plain(path))) return [404, "There is nothing here."];
  return null;
}

/** A path without its query and as the runtime will read it: dots resolved, encoded letters decoded. */
function plain(path: string): string {
  const { pathname } = new URL(`http://localhost${path}`);
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}

function refuse(answer: ServerResponse, status: number, words: string): void {
  answer.writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" });
  answer.end(`${words}\n`);
}

/** Those headers that go through. */
function passed(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => !HOP_HEADERS.has(name) && !RUNTIME_HEADERS.test(name) && name !== SECRET_HEADER,
    ),
  );
}

function forward(
  asked: IncomingMessage,
  answer: ServerResponse,
  { target, secret }: { target: string; secret: string },
) {
  const onward = request(
    target + asked.url,
    { method: asked.method, headers: { ...passed(asked.headers), [SECRET_HEADER]: secret } },
    (given) => {
      answer.writeHead(given.statusCode ?? 502, given.statusMessage, passed(given.headers));
      // Streams of events arrive piece by piece.
      answer.flushHeaders();
      given.pipe(answer);
      given.on("error", () => answer.destroy());
    },
  );
  onward.on("error", () => {
    if (answer.headersSent) answer.destroy();
    else refuse(answer, 502, "The edge runtime does not answer; see .data/log/edge.log.");
  });
  answer.on("close", () => onward.destroy());
  asked.pipe(onward);
}
