/** What this host uses of Deno itself; everything else it takes from Node's modules, which Deno has too. */
export interface DenoRuntime {
  serve(
    options: { readonly hostname: string; readonly port: number; readonly onListen: () => void },
    handler: (
      request: Request,
      info: { readonly remoteAddr: { readonly hostname?: string } },
    ) => Response | Promise<Response>,
  ): {
    /** Takes no more requests and lets those under way end. */
    shutdown(): Promise<void>;
  };
}

/** The program was started by something else. */
export class NotDenoError extends Error {
  readonly code = "not_deno";
  constructor() {
    super("This host runs in Deno: deno task start. In Node, npm start runs the local edge runtime");
  }
}

/** Deno, as the runtime hands itself in. @throws {NotDenoError} */
export function denoRuntime(): DenoRuntime {
  const { Deno } = globalThis as { Deno?: DenoRuntime };
  if (!Deno) throw new NotDenoError();
  return Deno;
}
