const MINUTE = 60_000;

/**
 * Calls the Worker's scheduled handler at once and then at each full minute: the local edge runtime never fires Cron
 * Triggers by itself. A call that fails is reported and made good by the next.
 *
 * @param edge address of the Worker, and its variable `LOCAL_SECRET`, which a tick from outside has to name as its cron
 * @param report told what went wrong
 * @returns a function that stops it
 */
export function startTicker(edge: { url: string; secret: string }, report: (message: string) => void): () => void {
  let timer: NodeJS.Timeout;
  const stopped = new AbortController();
  const call = async (scheduledAt: number) => {
    try {
      const address = `${edge.url}/cdn-cgi/local/scheduled?cron=${edge.secret}&time=${scheduledAt}`;
      const response = await fetch(address, { signal: AbortSignal.any([stopped.signal, AbortSignal.timeout(MINUTE)]) });
      const answer = await response.text();
      if (!response.ok)
        report(`The tick of ${new Date(scheduledAt).toISOString()} was answered ${response.status}: ${answer}`);
    } catch (error) {
      if (!stopped.signal.aborted) report(`The tick of ${new Date(scheduledAt).toISOString()} failed: ${error}`);
    }
  };
  const arm = () => {
    const now = Date.now();
    const next = Math.floor(now / MINUTE) * MINUTE + MINUTE;
    timer = setTimeout(() => {
      // A timer may fire a little early; then the minute is still to come.
      if (Date.now() >= next) call(next);
      arm();
    }, next - now);
  };
  call(Math.floor(Date.now() / MINUTE) * MINUTE);
  arm();
  return () => {
    clearTimeout(timer);
    stopped.abort();
  };
}
