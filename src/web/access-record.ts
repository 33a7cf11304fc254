import type { Context } from "hono";
import { type AccessEvent, recordAccess } from "../control/access/access-log.ts";
import type { Environment } from "./environment.ts";
import type { Ports } from "./ports.ts";
import { roughAddress } from "./sign-in/address-group.ts";

/**
 * Writes into the access log what a request did. Who is signed in is taken from the request, unless `event` says otherwise. What
 * cannot be written is reported and stops no request.
 */
export async function noteAccess(
  c: Context,
  ports: Ports,
  event: Pick<AccessEvent, "kind"> & Partial<Omit<AccessEvent, "kind" | "address">>,
): Promise<void> {
  const { admin } = c.var as Partial<Environment["Variables"]>;
  const address = roughAddress(ports.clientAddress(c.req.raw));
  const whole = { actor: admin?.email ?? "", clientId: admin?.clientId ?? 0, ...event, address };
  try {
    await ports.control.execute(recordAccess(whole, ports.now()));
  } catch (error) {
    (ports.reportError ?? console.error)(error);
  }
}

/**
 * The kind of address that a request asked for: numbers, names of files and whatever else a person may have typed become `…`, so that
 * requests of one kind are one row.
 */
export function addressKind(c: Context): string {
  const parts = c.req.path.split("/").slice(1, 7);
  const plain = parts.map((part) => (/^[a-z][a-z-]{0,20}$/.test(part) ? part : "…"));
  // What follows a client's files is a path of theirs.
  const from = plain[1] === "files" ? 4 : plain.length;
  return `${c.req.method} /${plain.slice(0, from).join("/")}`;
}
