import { parseArgs } from "node:util";

/** How a benchmark was asked for, behind its name. */
export interface BenchOptions {
  /** One round of few runs: about a minute. Default false. */
  readonly quick: boolean;
  /** Tables as the README has them. Default false. */
  readonly markdown: boolean;
  /** Which functions the host spends its time in, where the benchmark can tell. Default false. */
  readonly profile: boolean;
  /** Rounds; null: as many as the benchmark thinks fit. */
  readonly rounds: number | null;
  /** How much there is of what the benchmark counts by; null: as much as it thinks fit. */
  readonly size: number | null;
  /** What is measured: those whose name contains one of these words; empty: all. */
  readonly only: readonly string[];
}

/** An argument that no benchmark knows. */
export class BenchOptionError extends Error {
  readonly code = "bench_option";
}

/** Reads what stands behind a benchmark's name. @throws {BenchOptionError} */
export function readBenchOptions(args: readonly string[]): BenchOptions {
  let values: {
    quick?: boolean;
    markdown?: boolean;
    profile?: boolean;
    rounds?: string;
    size?: string;
    only?: string[];
  };
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        quick: { type: "boolean" },
        markdown: { type: "boolean" },
        profile: { type: "boolean" },
        rounds: { type: "string" },
        size: { type: "string" },
        only: { type: "string", multiple: true },
      },
    }));
  } catch (error) {
    throw new BenchOptionError(
      `${error instanceof Error ? error.message : String(error)} Known are --quick, --markdown, --profile, --rounds <n>, --size <n> and --only <word>.`,
    );
  }
  const rounds = wholeNumber("rounds", values.rounds);
  const size = wholeNumber("size", values.size);
  const { quick = false, markdown = false, profile = false, only = [] } = values;
  return { quick, markdown, profile, rounds, size, only };
}

function wholeNumber(option: string, value: string | undefined): number | null {
  if (value === undefined) return null;
  const number = Number(value);
  if (!(Number.isInteger(number) && number >= 1))
    throw new BenchOptionError(`--${option} is ${value}; give a whole number from 1`);
  return number;
}

/** Whether something of this name is to be measured. */
export function isAskedFor(name: string, { only }: Pick<BenchOptions, "only">): boolean {
  return only.length === 0 || only.some((word) => name.toLowerCase().includes(word.toLowerCase()));
}
