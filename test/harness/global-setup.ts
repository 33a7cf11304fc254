import type { TestProject } from "vitest/node";
import { startMailControl } from "./mail-control.ts";
import { startTestSqld } from "./sqld.ts";

/** Where the tests of a run find their libSQL server. */
export interface SqldAddress {
  /** For `@libsql/client`, with the header of a namespace. */
  readonly url: string;
  /** Creates and deletes namespaces. */
  readonly adminUrl: string;
}

declare module "vitest" {
  interface ProvidedContext {
    sqld: SqldAddress;
    /** Starts SMTP servers; `freshMailServer` talks to it. */
    mailControl: string;
    /** See the tests' configuration. */
    conformance: { readonly seed: number; readonly sweep: boolean };
  }
}

/** Starts what the tests of a run share, one libSQL server and the control of the SMTP servers, and stops both at the end. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [sqld, mail] = await Promise.all([startTestSqld(), startMailControl()]);
  project.provide("sqld", { url: sqld.url, adminUrl: sqld.adminUrl });
  project.provide("mailControl", mail.url);
  return async () => {
    await Promise.all([sqld.stop(), mail.stop()]);
  };
}
