import { type Child, stopChildren } from "../local/child.ts";

/**
 * From start to end of this process: what was started is stopped in the opposite order, once, whatever ends it: a signal, a
 * program that died, a start that failed half-way.
 */
export class Lifetime {
  readonly #steps: (() => unknown)[] = [];
  #ending: Promise<void> | null = null;

  /** Something to do at the end; at once if the end has begun. */
  add(step: () => unknown): void {
    if (this.#ending) step();
    else this.#steps.push(step);
  }

  /** Keeps a program until the end, and ends everything when it ends by itself. @param log where its output is */
  keep(child: Child, log: string): void {
    this.add(() => child.stop());
    child.exited.then(({ code, signal }) => {
      if (!this.#ending) {
        this.end(1, `${child.name} ended by itself (${signal ?? code}), so everything stops. Its output: ${log}`);
      }
    });
  }

  /** True once the end has begun. */
  get over(): boolean {
    return this.#ending !== null;
  }

  /** Stops everything and leaves with `code`. @param message what the terminal gets to read */
  end(code: number, message: string): Promise<void> {
    this.#ending ??= this.#stop(code, message);
    return this.#ending;
  }

  async #stop(code: number, message: string): Promise<void> {
    if (code === 0) console.log(message);
    else console.error(message);
    for (const step of this.#steps.reverse()) {
      try {
        await step();
      } catch (error) {
        console.error(String(error));
      }
    }
    // What was on its way up when the end began.
    await stopChildren();
    process.exit(code);
  }
}

/** Runs this process: a signal ends what was started, and so does a start that fails. An error with a `code` is told by its message alone. */
export function runProgram(start: (lifetime: Lifetime) => Promise<void>): void {
  const lifetime = new Lifetime();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => lifetime.end(0, "\nStopping."));
  }
  start(lifetime).catch((error: unknown) => {
    const known = error instanceof Error && "code" in error;
    const reason = error instanceof Error ? error.stack : error;
    lifetime.end(1, known ? error.message : `Minutehand did not start: ${reason}`);
  });
}
