import type { Files } from "../../../src/files/files.ts";
import type { Processor } from "../../../src/processors/contract.ts";
import type { RunnerPorts } from "../../../src/runner/ports.ts";
import type { Database } from "../../../src/store/database.ts";
import type { VirtualClock } from "../../harness/clock.ts";
import { NIGHT } from "../../harness/stage.ts";
import type { Snapshot } from "./snapshot.ts";

/** The instant (ms) at which every first run of a scenario starts: 01:30 on 2 March 2026 in client 1's zone, Berlin. */
export const NOW = NIGHT;

/** Where a scenario's work is put: two clients (1 and 2) in one database and one file store. */
export interface Ground {
  readonly database: Database;
  readonly files: Files;
}

/** What the conformance suite needs to know of a processor (handbook, "How to run one scenario"). */
export interface Scenario {
  readonly processor: Processor;
  /** What is special about this one, where a processor has several. */
  readonly name?: string;
  /** Parameters of the job; small chunks, so that a run has several steps. */
  readonly parameters: Record<string, unknown>;
  /** Parameters that must be refused on save, each with the field that the message names. */
  readonly badParameters: readonly (readonly [Record<string, unknown>, string])[];
  /** The node that the run is for. Default ''. */
  readonly nodeId?: string;
  /**
   * Puts work for this processor on the ground: the same for client 1 and client 2 (nothing for scope global and node).
   * `bystanders` further rows must not concern it.
   */
  readonly seed: (ground: Ground, bystanders: number) => Promise<void>;
  /** Ports of its runners: connectors, nodes. `database` is what the process that is disturbed sees. */
  readonly ports?: (ground: Ground & { readonly clock: VirtualClock }) => Promise<Partial<RunnerPorts>>;
  /** Its ports remember what they were asked: a process is disturbed from its start on, and the next one meets the same ports. */
  readonly remembers?: boolean;
  /** State in which an undisturbed run ends. Default `ok`. */
  readonly ends?: "ok" | "partial" | "no_action";
  /** Columns (`table.column`) that may differ between an undisturbed and an interrupted run: tokens, hashes, times. */
  readonly volatile?: readonly string[];
  /** Makes an interrupted run's result comparable where the spec allows a difference (at most once). Default: none allowed. */
  readonly comparable?: (snapshot: Snapshot) => Snapshot;
  /** State of a second run. Default `no_action`. */
  readonly again?: "ok" | "no_action" | "partial";
  /** A run stops before everything is done, so that a second one changes more. */
  readonly goesOn?: boolean;
  /** What the undisturbed run must count, beside what it counts otherwise. */
  readonly counts?: Readonly<Record<string, number>>;
  /** Counts that the processor declares and no scenario can move, each with the reason. */
  readonly unmoved?: Readonly<Record<string, string>>;
}
