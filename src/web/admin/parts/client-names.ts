import type { ClientFacts } from "../../../control/clients/clients.ts";
import type { Processor } from "../../../processors/contract.ts";
import type { Translate } from "../../words/translate.ts";

/** Names clients by id; a client that is gone keeps its number. */
export function clientNames(
  t: Translate,
  clients: readonly Pick<ClientFacts, "id" | "name">[],
): (clientId: number) => string {
  const names = new Map(clients.map(({ id, name }) => [id, name]));
  return (clientId) =>
    clientId === 0 ? t("Platform") : (names.get(clientId) ?? t("client {id}", { id: String(clientId) }));
}

/** Whom a job works for: a client, all clients, or the platform. */
export function jobClientWords(
  t: Translate,
  job: { readonly clientId: number; readonly executeOnEachNode: boolean },
  processor: Processor | null,
  clientName: (clientId: number) => string,
): string {
  if (job.clientId !== 0) return clientName(job.clientId);
  if (processor === null || processor.scope === "client") return t("All clients");
  return job.executeOnEachNode ? t("Platform, each node") : t("Platform");
}
