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

/**
 * Reads arguments and environment of `npm start`, or of another command that knows the same.
 *
 * @param command how it is called, for the words of an error
 * @param flag how it is called with an option
 * @throws {StartOptionError}
 */
export function readOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  command = "npm start",
  flag = `${command} --`,
): StartOptions {
  return { port: readPort(environment.PORT, command), newPassword: readFlags(args, command, flag) };
}

function readPort(text: string | undefined, command: string): number | null {
  if (text === undefined || text === "") return null;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new StartOptionError(
      `PORT is ${JSON.stringify(text)}; give a number from 1 to 65535, e.g. PORT=8080 ${command}`,
    );
  }
  return port;
}

function readFlags(args: readonly string[], command: string, flag: string): boolean {
  try {
    const { values } = parseArgs({ args: [...args], options: { "new-password": { type: "boolean", default: false } } });
    return values["new-password"];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StartOptionError(`${why}. ${command} knows one option: ${flag} --new-password`);
  }
}
