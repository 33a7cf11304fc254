import { DatabaseOutageError } from "../../../store/outage.ts";
import { PageError } from "../../page/page-error.ts";

/** A client's database that does not answer is a page of its own, not a fault of ours. @throws {PageError} 503 */
export async function reachStore<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof DatabaseOutageError)) throw error;
    throw new PageError(
      503,
      "Database not reachable",
      "The database of this client does not answer. Try again; if it stays so, look whether it runs.",
    );
  }
}
