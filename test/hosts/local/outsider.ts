import { request } from "node:http";

/** An answer to a request that a page of another site could make. */
export interface OutsiderAnswer {
  readonly status: number;
  readonly body: string;
  readonly allowsOrigin: string | undefined;
}

/**
 * Sends a request to a loopback port as it is, path and Host included, the way another page of the same browser can bring it about.
 * Status 0: the port speaks no HTTP, or hung up.
 */
export function ask(
  port: number,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<OutsiderAnswer> {
  return new Promise((resolve) => {
    const nothing = { status: 0, body: "", allowsOrigin: undefined };
    const asked = request(
      { host: "127.0.0.1", port, path, method: options.method ?? "GET", headers: options.headers ?? {}, agent: false },
      (answer) => {
        let body = "";
        answer.setEncoding("utf8");
        answer.on("data", (text: string) => {
          body += text;
        });
        const end = () =>
          resolve({
            status: answer.statusCode ?? 0,
            body,
            allowsOrigin: answer.headers["access-control-allow-origin"],
          });
        answer.on("end", end);
        answer.on("error", end);
      },
    );
    asked.on("error", () => resolve(nothing));
    asked.end(options.body);
  });
}
