import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { onTestFinished } from "vitest";

/** Starts a server on 127.0.0.1 for one test. Returns its origin. */
export async function serve(
  answer: (request: IncomingMessage, body: Buffer, response: ServerResponse) => unknown,
): Promise<string> {
  const server = createServer(async (request, response) => answer(request, await buffer(request), response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}

/** What a service does to one message instead of taking it. */
export type Fault = "cut" | { readonly status: number; readonly retryAfter?: string; readonly body?: unknown };

/** Answers with a fault. */
export function fail(fault: Fault, request: IncomingMessage, response: ServerResponse): unknown {
  if (fault === "cut") return request.socket.destroy();
  const wait = fault.retryAfter === undefined ? {} : { "retry-after": fault.retryAfter };
  response.writeHead(fault.status, { "content-type": "application/json", ...wait });
  return response.end(fault.body === undefined ? "" : JSON.stringify(fault.body));
}

/** The parts of a JWT. */
export function parts(jwt: string) {
  const [header = "", payload = "", signature = ""] = jwt.split(".");
  const json = (text: string) => JSON.parse(Buffer.from(text, "base64url").toString()) as Record<string, unknown>;
  return {
    header: json(header),
    claims: json(payload),
    signed: Buffer.from(`${header}.${payload}`),
    signature: Buffer.from(signature, "base64url"),
  };
}
