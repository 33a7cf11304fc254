import { addAdmin } from "../../../src/control/access/access.ts";
import { hashPassword } from "../../../src/control/access/password.ts";
import type { EdgeSystem } from "./edge-system.ts";

/** A system administrator who uses the manager over HTTP as a browser without JavaScript would. */
export interface Manager {
  get(path: string): Promise<string>;
  /** Posts a form and follows the redirect. Returns the page that comes of it, and its path. */
  post(path: string, fields: Record<string, string>): Promise<{ path: string; status: number; page: string }>;
  /** Watches a run as its open page does, and resolves once that is told to be read again: the run has ended. */
  untilEnded(runId: number): Promise<void>;
  /** Uploads a file for the people import of a client. */
  upload(
    clientId: number,
    name: string,
    content: string | Uint8Array,
  ): Promise<{ path: string; status: number; page: string }>;
}

/** Signs a fresh administrator in to a started system. */
export async function signIn(system: Pick<EdgeSystem, "database" | "url">): Promise<Manager> {
  const account = { email: "chief@example.com", password: "correct horse battery" };
  const passwordHash = await hashPassword(account.password, new Uint8Array(16));
  await addAdmin(
    system.database,
    { email: account.email, name: "Chief", role: "system_admin", clientId: 0, passwordHash },
    0,
  );
  let cookie = "";
  const send = async (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    if (cookie) headers.set("cookie", cookie);
    if (init.method === "POST") {
      headers.set("origin", system.url);
      headers.set("sec-fetch-site", "same-origin");
    }
    const response = await fetch(system.url + path, { ...init, headers, redirect: "manual" });
    const set = response.headers.get("set-cookie");
    if (set) cookie = set.split(";")[0] ?? "";
    return response;
  };
  const follow = async (path: string, response: Response) => {
    const location = response.headers.get("location");
    if (!location) return { path, status: response.status, page: await response.text() };
    const target = new URL(location, system.url);
    const page = await send(target.pathname + target.search);
    return { path: target.pathname, status: page.status, page: await page.text() };
  };
  const manager: Manager = {
    async get(path) {
      return (await send(path)).text();
    },
    async post(path, fields) {
      return follow(path, await send(path, { method: "POST", body: new URLSearchParams(fields) }));
    },
    async untilEnded(runId) {
      for (let told = ""; !told.includes("event: reload"); ) {
        const response = await send(`/admin/runs/${runId}/live`);
        told = await response.text();
        if (response.status !== 200) throw new Error(`Run ${runId} cannot be watched: ${response.status} ${told}`);
      }
    },
    async upload(clientId, name, content) {
      const form = new FormData();
      form.set("file", new File([content as string], name, { type: "text/csv" }));
      const path = `/admin/files/${clientId}`;
      return follow(path, await send(path, { method: "POST", body: form }));
    },
  };
  await manager.post("/sign-in", account);
  return manager;
}
