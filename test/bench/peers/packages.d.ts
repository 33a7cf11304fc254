/**
 * What the benchmark uses of its peers. They are installed only when it runs (test/bench/package.json), so their own types are not
 * there when the project is checked.
 */

declare module "graphile-worker" {
  import type { EventEmitter } from "node:events";

  interface Options {
    readonly connectionString: string;
    readonly logger?: unknown;
  }
  interface Settings {
    readonly concurrentJobs: number;
    readonly maxPoolSize: number;
    readonly localQueue?: { readonly size: number };
    readonly completeJobBatchDelay?: number;
  }
  export class Logger {
    constructor(factory: () => (level: string, message: string) => void);
  }
  export function makeWorkerUtils(options: Options): Promise<{
    migrate(): Promise<void>;
    addJobs(jobs: readonly { readonly identifier: string; readonly payload: object }[]): Promise<unknown>;
    release(): Promise<void>;
  }>;
  export function run(
    options: Options & {
      readonly taskList: Readonly<Record<string, () => Promise<void>>>;
      readonly events: EventEmitter;
      readonly noHandleSignals: boolean;
      readonly preset: { readonly worker: Settings };
    },
  ): Promise<{ stop(): Promise<void> }>;
}

declare module "pg-boss" {
  export class PgBoss {
    constructor(options: {
      readonly connectionString: string;
      readonly max: number;
      readonly supervise: boolean;
      readonly schedule: boolean;
    });
    on(event: "error", listener: (error: Error) => void): this;
    start(): Promise<unknown>;
    createQueue(name: string): Promise<void>;
    insert(name: string, jobs: readonly { readonly data: object }[]): Promise<unknown>;
    fetch(name: string, options: { readonly batchSize: number }): Promise<readonly { readonly id: string }[] | null>;
    complete(name: string, ids: string | readonly string[]): Promise<unknown>;
    stop(options: { readonly graceful: boolean }): Promise<void>;
  }
}

declare module "bullmq" {
  interface Options {
    readonly connection: { readonly path: string; readonly maxRetriesPerRequest: null };
  }
  export class Queue {
    constructor(
      name: string,
      options: Options & { readonly defaultJobOptions: { readonly removeOnComplete: boolean } },
    );
    addBulk(jobs: readonly { readonly name: string; readonly data: object }[]): Promise<unknown>;
    close(): Promise<void>;
  }
  export class Worker {
    constructor(
      name: string,
      work: () => Promise<void>,
      options: Options & { readonly concurrency: number; readonly autorun: boolean },
    );
    on(event: "completed", listener: () => void): this;
    on(event: "error", listener: (error: Error) => void): this;
    run(): Promise<void>;
    close(): Promise<void>;
  }
}
