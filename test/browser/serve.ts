import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";

/** Serves an application over HTTP on the loopback interface, for a browser. */
export async function serve(app: {
  fetch(request: Request): Response | Promise<Response>;
}): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((incoming, outgoing) => {
    Promise.resolve(app.fetch(toRequest(incoming))).then(
      async (response) => {
        const headers = [...response.headers].filter(([name]) => name !== "set-cookie");
        for (const [name, value] of headers) outgoing.setHeader(name, value);
        const cookies = response.headers.getSetCookie();
        if (cookies.length > 0) outgoing.setHeader("set-cookie", cookies);
        outgoing.writeHead(response.status);
        outgoing.flushHeaders();
        // A stream of events goes out as it comes, and ends when no client listens any more.
        const reader = response.body?.getReader();
        outgoing.on("close", () => void reader?.cancel().catch(() => undefined));
        for (let part = await reader?.read(); part && !part.done; part = await reader?.read())
          outgoing.write(part.value);
        outgoing.end();
      },
      (error: unknown) => outgoing.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function toRequest(incoming: IncomingMessage): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    for (const one of [value].flat()) if (one !== undefined) headers.append(name, one);
  }
  const hasBody = incoming.method !== "GET" && incoming.method !== "HEAD";
  return new Request(`http://${incoming.headers.host}${incoming.url}`, {
    method: incoming.method ?? "GET",
    headers,
    ...(hasBody ? { body: Readable.toWeb(incoming) as ReadableStream<Uint8Array>, duplex: "half" } : {}),
  } as RequestInit);
}
