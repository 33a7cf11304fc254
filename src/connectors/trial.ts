import type { Finding, TestCall, TrialReport } from "./kind.ts";
import { bad } from "./kind.ts";
import { kindOf } from "./kinds.ts";
import type { ConnectorPorts } from "./ports.ts";
import { ConnectorInvalidError, openStored, readConnectorRow, writeHealth } from "./stored.ts";

/** What a trial needs of a host: {@link ConnectorPorts} without a run's budget. */
export type TrialPorts = Omit<ConnectorPorts, "spend">;

/**
 * Tries a stored connector as it would be used, whether it is active or not. A mail server is connected to, greeted and logged in
 * to; no mail is sent. An address that requests may go to is judged; a request goes there only when `call.send` says so. What was
 * learned is noted as the connector's health.
 *
 * @returns null when there is no such connector
 */
export async function tryConnector(ports: TrialPorts, id: number, call: TestCall | null): Promise<TrialReport | null> {
  const row = await readConnectorRow(ports.control, id);
  if (!row) return null;
  const kind = kindOf(row.kind);
  let found: Finding;
  try {
    const stored = await openStored(ports.secrets, row);
    found = kind
      ? await kind.trial(stored, { ...ports, spend: () => undefined }, call)
      : bad(`This release has no connector of kind ${row.kind}`);
  } catch (error) {
    if (!(error instanceof ConnectorInvalidError)) throw error;
    found = bad(error.message, { state: null, error: error.message });
  }
  const { ok, lines, health } = found;
  if (health) await writeHealth(ports, { id, ...health });
  return { ok, lines };
}
