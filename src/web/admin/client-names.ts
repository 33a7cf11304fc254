import type { ClientFacts } from "../../control/clients.ts";
import type { Processor } from "../../processors/contract.ts";

/** Names clients by id; a client that is gone keeps its number. */
export function clientNames(clients: readonly ClientFacts[]): (clientId: number) => string {
  const names = new Map(clients.map(({ id, name }) => [id, name]));
  return (clientId) => (clientId === 0 ? "Platform" : (names.get(clientId) ?? `client ${clientId}`));
}

/** Whom a job works for: a client, all clients, or the platform. */
export function jobClientWords(
  job: { readonly clientId: number; readonly executeOnEachNode: boolean },
  processor: Processor | null,
  clientName: (clientId: number) => string,
): string {
  if (job.clientId !== 0) return clientName(job.clientId);
  if (processor === null || processor.scope === "client") return "All clients";
  return job.executeOnEachNode ? "Platform, each node" : "Platform";
}
