/** The debugger of a process on this machine, spoken to as browsers' developer tools do. */
export interface Inspector {
  /** Calls a method of Chrome's DevTools protocol; gives back its result. */
  call(method: string, params?: Readonly<Record<string, unknown>>): Promise<unknown>;
  close(): void;
}

/**
 * Opens the debugger of a process: of the first thing that it offers.
 *
 * @param port on which it listens
 * @throws Error when it offers nothing, or does not answer
 */
export async function openInspector(port: number): Promise<Inspector> {
  const [target] = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as { webSocketDebuggerUrl: string }[];
  if (!target) throw new Error(`The inspector on port ${port} offers nothing to look at`);
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error(`The inspector on port ${port} does not answer`));
  });
  const waiting = new Map<number, (result: unknown) => void>();
  socket.onmessage = ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id?: number; result?: unknown };
    if (id === undefined) return;
    waiting.get(id)?.(result);
    waiting.delete(id);
  };
  // No answer comes from a process that has ended.
  socket.onclose = () => {
    for (const answer of waiting.values()) answer(undefined);
  };
  let last = 0;
  return {
    call(method, params = {}) {
      last += 1;
      const answered = new Promise<unknown>((resolve) => waiting.set(last, resolve));
      socket.send(JSON.stringify({ id: last, method, params }));
      return answered;
    },
    close: () => socket.close(),
  };
}
