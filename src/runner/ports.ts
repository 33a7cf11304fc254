import type { Clock } from "../connectors/clock.ts";
import type { Connectors } from "../connectors/connectors.ts";
import type { ClientFacts } from "../control/clients/clients.ts";
import type { Run } from "../control/runs/runs.ts";
import type { Files } from "../files/files.ts";
import type { Fonts } from "../files/fonts.ts";
import type { ErasedKeySecret } from "../learning/erasure/erased-key.ts";
import type { Catalogue } from "../processors/catalogue.ts";
import type { Nodes } from "../processors/contract.ts";
import type { Database } from "../store/database.ts";
import type { Limits } from "./budget.ts";

/** What a runner works with; a host wires it to its platform. */
export interface RunnerPorts {
  readonly control: Database;
  /** The database that holds a client's learning data and its store. */
  readonly storeOf: (client: ClientFacts) => Promise<Database>;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  /** Numbers in [0, 1), for the jitter of retries. */
  readonly random: () => number;
  readonly randomBytes: (length: number) => Uint8Array;
  /** The file store, bound to what this run may touch. */
  readonly filesFor: (run: Run) => Files;
  /** The fonts that come with the release. */
  readonly fonts: Fonts;
  /** The client's remote services for one attempt of a run, from 1; `spend` takes their calls from the budget. */
  readonly connectorsFor: (client: ClientFacts, spend: (calls: number) => void, attempt: number) => Connectors;
  readonly nodes: Nodes;
  /** The deployed release, for processors that work once for each. Default ''. */
  readonly release?: string;
  /** The key that marks deleted people. Asked for by runs that need it, more than once. */
  readonly erasedKeySecret: () => Promise<ErasedKeySecret>;
  /** Tells another client's runner (0: the platform's) that there is something to take. A lost call is made good by the next tick. */
  readonly wakeRunner: (clientId: number) => Promise<void>;
  /** Called for errors outside of any call: a lost lease, a database that does not answer. Gets no secrets. */
  readonly report: (message: string, error: unknown) => void;
  /**
   * When a new runner takes over runs that it finds at work: `at once` where the platform makes it the only one (a Durable
   * Object; default), or `when silent` for as long as {@link staleAfterMs}.
   */
  readonly takesOver?: "at once" | "when silent";
  /** Default 45,000 ms. */
  readonly staleAfterMs?: number;
  /** A monotonic clock (ms), to measure how long another owner has been silent. Default: {@link clock}. */
  readonly monotonic?: () => number;
  /**
   * Waits for a turn to look for work and begin it, and returns what ends the turn: called once what was begun is over. Where thousands of
   * runners share a process, it lets begin at once the number that costs least. Default: there is always one.
   */
  readonly turn?: () => Promise<() => void>;
  /** Default {@link SLICE}. */
  readonly slice?: Limits;
  /** Default {@link INVOCATION}. */
  readonly invocation?: Limits;
}
