import type { Cast, JobModel } from "../generator.ts";
import type { World } from "../world/world.ts";

/** A row of `runs` as a history left it behind. */
export interface RunRow {
  readonly id: number;
  readonly job_id: number;
  readonly client_id: number;
  readonly kind: string;
  readonly processor: string;
  readonly scheduled_at: number;
  readonly due_at: number;
  readonly until_at: number | null;
  readonly state: string;
  readonly occurrences: number;
  readonly dry_run: number;
  readonly parameters: string;
  readonly policies: string;
  readonly counts: string;
  readonly ended_at: number | null;
  readonly started_at: number | null;
  readonly reopened: number;
}

/** What the audit looks at, and the list that it adds what is broken to, in words. */
export interface Scene {
  readonly world: World;
  readonly cast: Cast;
  readonly jobs: ReadonlyMap<number, JobModel>;
  readonly runs: ReadonlyMap<number, RunRow>;
  readonly broken: string[];
}
