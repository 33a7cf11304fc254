/** A ping that has no answer by then (ms) is given up. */
const PING_LIMIT_MS = 5_000;

/**
 * Tells an outside dead-man's switch that the tick succeeded: one GET, one try, its answer's body is not read. It never throws: a
 * failure is reported, by the address's host only, since its path is often the whole secret.
 *
 * @returns what the answer says that the time is (its `Date`, ms); null: nothing
 * @param fetch the host's way out
 * @param url `PING_URL`; undefined or empty: there is no switch
 * @param limitMs default 5,000
 */
export async function ping(
  fetch: (request: Request) => Promise<Response>,
  url: string | undefined,
  report: (message: string) => void,
  limitMs = PING_LIMIT_MS,
): Promise<number | null> {
  if (!url) return null;
  let host = "the address";
  try {
    const address = new URL(url);
    host = address.host;
    const answer = await fetch(new Request(address, { redirect: "manual", signal: AbortSignal.timeout(limitMs) }));
    await answer.body?.cancel();
    if (!answer.ok) report(`The ping after the tick was not taken: ${host} answered ${answer.status}`);
    const date = Date.parse(answer.headers.get("date") ?? "");
    return Number.isNaN(date) ? null : date;
  } catch (error) {
    const why = error instanceof TypeError && host === "the address" ? "PING_URL is no address" : nameOf(error);
    report(`The ping after the tick did not reach ${host}: ${why}`);
    return null;
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "unknown";
}
