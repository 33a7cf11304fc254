import type { Client } from "@libsql/client";
import type { Files } from "../../src/files/files.ts";
import type { Processor } from "../../src/processors/contract.ts";
import type { RunnerPorts } from "../../src/runner/ports.ts";
import type { VirtualClock } from "../harness/clock.ts";
import type { Snapshot } from "./snapshot.ts";

/** A place for a run: two clients (1 and 2) in one database and one file store. */
export interface Stage {
  readonly database: Client;
  readonly files: Files;
  /** Ports that the scenario wants instead of the defaults. */
  readonly ports: Partial<RunnerPorts>;
}

/** What the conformance suite needs to know of a processor (design.md, section 7). */
export interface Scenario {
  readonly processor: Processor;
  /** Parameters of the job; small chunks, so that a run has several steps. */
  readonly parameters: Record<string, unknown>;
  /** Parameters that must be refused on save, each with the field that the message names. */
  readonly badParameters: readonly (readonly [Record<string, unknown>, string])[];
  /** The node that the run is for. Default ''. */
  readonly nodeId?: string;
  /**
   * Puts work for this processor on the stage: the same for client 1 and client 2 (nothing for scope global and node).
   * `bystanders` further rows must not concern it.
   */
  readonly seed: (stage: Stage, bystanders: number) => Promise<void>;
  /** Ports for a stage: connectors, nodes. */
  readonly ports?: (stage: {
    readonly database: Client;
    readonly files: Files;
    readonly clock: VirtualClock;
  }) => Promise<Partial<RunnerPorts>>;
  /** State in which an undisturbed run ends. Default `ok`. */
  readonly ends?: "ok" | "partial" | "no_action";
  /** Columns (`table.column`) that may differ between an undisturbed and an interrupted run: tokens, hashes, times. */
  readonly volatile?: readonly string[];
  /** Makes an interrupted run's result comparable where the spec allows a difference (at most once). Default: none allowed. */
  readonly comparable?: (snapshot: Snapshot) => Snapshot;
  /** State of a second run. Default `no_action`. */
  readonly again?: "ok" | "no_action" | "partial";
}
