import { expect, onTestFinished } from "vitest";

/** What a simulated vendor would have refused. A test in which there is something that it did not expect fails at its end. */
export class Violations {
  readonly #found: string[] = [];

  constructor() {
    onTestFinished(() => {
      expect(this.#found, "what the vendor refuses").toEqual([]);
    });
  }

  note(what: string): void {
    this.#found.push(what);
  }

  /** What was refused so far; the test has expected it. */
  take(): string[] {
    return this.#found.splice(0);
  }
}

/** What becomes of a request instead of its answer. */
export type Fault =
  | { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  | "cut"
  | "html"
  | "half";

/** The answer that a fault is. */
export function faulty(fault: Fault): Response {
  if (fault === "cut") throw new TypeError("The connection was cut");
  if (fault === "html") return new Response("<html>Down</html>", { headers: { "content-type": "text/html" } });
  if (fault === "half") return new Response('{"data":{"sh', { headers: { "content-type": "application/json" } });
  return json(fault.body ?? {}, fault.status, fault.headers);
}

export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return new Response(text, { status, headers: { "content-type": "application/json", ...headers } });
}
