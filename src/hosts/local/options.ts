import { parseArgs } from "node:util";

/** What `npm start` was asked for. */
export interface StartOptions {
  /** `PORT`; null: 8787 where it is free, else any. */
  readonly port: number | null;
  /** `--new-password`: make the administrator another password. */
  readonly newPassword: boolean;
}

/** An argument or variable that cannot be used. */
export class StartOptionError extends Error {
  readonly code = "invalid_option";
}

/** Reads arguments and environment of `npm start`. @throws {StartOptionError} */
export function readOptions(args: readonly string[], environment: NodeJS.ProcessEnv): StartOptions {
  return { port: readPort(environment.PORT), newPassword: readFlags(args) };
}

function readPort(text: string | undefined): number | null {
  if (text === undefined || text === "") return null;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new StartOptionError(
      `PORT is ${JSON.stringify(text)}; give a number from 1 to 65535, e.g. PORT=8080 npm start`,
    );
  }
  return port;
}

function readFlags(args: readonly string[]): boolean {
  try {
    const { values } = parseArgs({ args: [...args], options: { "new-password": { type: "boolean", default: false } } });
    return values["new-password"];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StartOptionError(`${why}. npm start knows one option: npm start -- --new-password`);
  }
}
