import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { type MailServerOptions, ScriptedMailServer } from "./mail-server.ts";

/**
 * Lets a test inside workerd, which can start no server, ask for SMTP servers over HTTP. Runs in the global setup.
 *
 * `POST /` with {@link MailServerOptions} starts one; `GET /<port>?atLeast=<n>` answers what it keeps, once there are that many;
 * `POST /<port>/release` and `DELETE /<port>` do what they say.
 */
export async function startMailControl(): Promise<{ url: string; stop(): Promise<void> }> {
  const servers = new Map<number, ScriptedMailServer>();

  async function answer(request: IncomingMessage): Promise<unknown> {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const [port, action] = url.pathname.split("/").filter(Boolean);
    if (port === undefined) {
      const server = new ScriptedMailServer(JSON.parse(await text(request)) as MailServerOptions);
      const chosen = await server.listen();
      servers.set(chosen, server);
      return { port: chosen };
    }
    const server = servers.get(Number(port));
    if (!server) return null;
    if (request.method === "DELETE") {
      servers.delete(Number(port));
      await server.stop();
    } else if (action === "release") {
      server.release();
    } else {
      await server.waitFor(Number(url.searchParams.get("atLeast") ?? 0));
    }
    return { received: server.received, connections: server.connections, logins: server.logins };
  }

  const http = createServer((request: IncomingMessage, response: ServerResponse) => {
    answer(request).then(
      (body) => response.setHeader("content-type", "application/json").end(JSON.stringify(body)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const address = http.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      await Promise.all([...servers.values()].map((server) => server.stop()));
      const closed = new Promise((resolve) => http.close(resolve));
      // No client connects any more, so none is left.
      http.closeAllConnections();
      await closed;
    },
  };
}
