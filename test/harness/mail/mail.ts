import { inject, onTestFinished } from "vitest";
import type { MailServerOptions, ReceivedMail } from "./mail-server.ts";

/** What an SMTP server has seen so far. */
export interface MailTraffic {
  readonly received: readonly ReceivedMail[];
  readonly connections: number;
  readonly logins: number;
}

/** A test's own SMTP server. */
export interface TestMailServer {
  readonly host: string;
  readonly port: number;
  /** What it has seen; with `atLeast`, once it keeps that number of mails. */
  traffic(atLeast?: number): Promise<MailTraffic>;
  /** Answers the mails that the verdict `hold` keeps waiting. */
  release(): Promise<void>;
  /** Closes port and connections; done by itself when the test has ended. */
  stop(): Promise<void>;
}

/**
 * Starts a real SMTP server for one test, scripted by `options`. Its certificate is for `localhost` and 127.0.0.1, by the
 * tests' own authority, which Node and workerd trust in a test run. Works in Node and in workerd; call it inside a test or a
 * `beforeEach`.
 */
export async function freshMailServer(options: MailServerOptions = {}): Promise<TestMailServer> {
  const control = inject("mailControl");
  const call = async (method: string, path: string, body?: string): Promise<unknown> => {
    const response = await fetch(`${control}${path}`, { method, ...(body === undefined ? {} : { body }) });
    if (!response.ok)
      throw new Error(`The mail server's control answered ${response.status}: ${await response.text()}`);
    return response.json();
  };
  const { port } = (await call("POST", "/", JSON.stringify(options))) as { port: number };
  const stop = async () => {
    await call("DELETE", `/${port}`);
  };
  onTestFinished(stop);
  return {
    host: "127.0.0.1",
    port,
    traffic: async (atLeast = 0) => (await call("GET", `/${port}?atLeast=${atLeast}`)) as MailTraffic,
    release: async () => {
      await call("POST", `/${port}/release`);
    },
    stop,
  };
}
