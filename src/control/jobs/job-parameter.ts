import type { Database } from "../../store/database.ts";
import { sql } from "../../store/sql.ts";
import { read } from "../../store/statement.ts";

/**
 * A parameter of the active job of a processor that serves a client; its own before one for all clients, of several the oldest.
 *
 * @returns undefined when there is no such job, or it does not name the parameter
 */
export async function readJobParameter(
  control: Database,
  processor: string,
  clientId: number,
  name: string,
): Promise<unknown> {
  const [job] = await read<{ parameters: string }>(
    control,
    sql`SELECT parameters FROM jobs
      WHERE processor = ${processor} AND client_id IN (0, ${clientId}) AND active = 1 AND deleted_at IS NULL
      ORDER BY client_id DESC, id LIMIT 1`,
  );
  return job ? (JSON.parse(job.parameters) as Record<string, unknown>)[name] : undefined;
}
