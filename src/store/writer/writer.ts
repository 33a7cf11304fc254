import type { BatchAnswer, CommitGroup, WriteBatch } from "./batch.ts";

/** What one transaction takes at most, and what may wait. */
export interface WriterLimits {
  /** Batches in a group. */
  readonly batches: number;
  /** Statements in a group. */
  readonly statements: number;
  /** Characters of SQL and arguments in a group. */
  readonly size: number;
  /** A batch of more statements than this goes alone. */
  readonly aloneStatements: number;
  /** A batch of more characters than this goes alone. */
  readonly aloneSize: number;
  /** Time (ms) that a group is to take at most, by what earlier ones took. */
  readonly groupMs: number;
  /** Batches that may wait; a further one is turned away. */
  readonly waiting: number;
}

/** Handbook, runner: one writer for each database. */
export const WRITER_LIMITS: WriterLimits = {
  batches: 500,
  statements: 4_000,
  size: 4_000_000,
  aloneStatements: 1_000,
  aloneSize: 1_000_000,
  groupMs: 1_000,
  waiting: 10_000,
};

/** What a {@link Writer} works with. */
export interface WriterPorts {
  readonly commit: CommitGroup;
  /** A monotonic clock, ms. */
  readonly now: () => number;
  /** Calls back once what happens at this moment has been told: what comes together is written together. */
  readonly soon: (work: () => void) => void;
  readonly limits?: WriterLimits;
}

interface Waiting {
  readonly batch: WriteBatch;
  readonly size: number;
  readonly answer: (answer: BatchAnswer) => void;
}

/** Statements that a group is sure to be allowed, however slow the database was before. */
const LEAST_STATEMENTS = 50;

/**
 * The one writer of a database: batches that wait together are committed together. They are written in the order in which they came;
 * large ones, each alone, take turns with the groups of small ones, so that neither holds up the other for long. One group is under
 * way at a time.
 *
 * It keeps nothing: when it is lost, every batch under way is open, and its sender finds out ({@link writtenThrough}).
 */
export class Writer {
  readonly #ports: WriterPorts;
  readonly #limits: WriterLimits;
  #small: Waiting[] = [];
  #large: Waiting[] = [];
  #going = false;
  /** What a statement took lately, ms. */
  #pace = 0;
  #afterLarge = false;

  constructor(ports: WriterPorts) {
    this.#ports = ports;
    this.#limits = ports.limits ?? WRITER_LIMITS;
  }

  /** Batches that wait for their group. */
  get waiting(): number {
    return this.#small.length + this.#large.length;
  }

  /** Writes a batch with the next group. Never throws. */
  write(batch: WriteBatch): Promise<BatchAnswer> {
    if (this.waiting >= this.#limits.waiting)
      return Promise.resolve({ kind: "undone", why: "Too many writes wait for this database" });
    return new Promise((answer) => {
      const size = sizeOf(batch);
      const goesAlone = batch.statements.length > this.#limits.aloneStatements || size > this.#limits.aloneSize;
      (goesAlone ? this.#large : this.#small).push({ batch, size, answer });
      if (this.#going) return;
      this.#going = true;
      this.#ports.soon(() => void this.#go());
    });
  }

  async #go(): Promise<void> {
    while (this.waiting > 0) {
      const group = this.#next();
      const answers = await this.#commit(group.map(({ batch }) => batch));
      group.forEach(({ answer }, index) => {
        answer(answers[index] ?? { kind: "unknown", why: "The database gave no answer for it" });
      });
    }
    this.#going = false;
  }

  #next(): Waiting[] {
    const large = this.#large[0];
    if (large && (this.#small.length === 0 || !this.#afterLarge)) {
      this.#afterLarge = true;
      this.#large.shift();
      return [large];
    }
    this.#afterLarge = false;
    const { batches, size, groupMs } = this.#limits;
    const byPace = this.#pace > 0 ? Math.max(LEAST_STATEMENTS, groupMs / this.#pace) : Number.POSITIVE_INFINITY;
    const most = Math.min(this.#limits.statements, byPace);
    let [taken, statements, characters] = [0, 0, 0];
    for (const waiting of this.#small) {
      statements += waiting.batch.statements.length;
      characters += waiting.size;
      if (taken > 0 && (taken >= batches || statements > most || characters > size)) break;
      taken += 1;
    }
    return this.#small.splice(0, taken);
  }

  async #commit(batches: readonly WriteBatch[]): Promise<readonly BatchAnswer[]> {
    const startedAt = this.#ports.now();
    try {
      return await this.#ports.commit(batches);
    } catch (error) {
      const answer: BatchAnswer = { kind: "unknown", why: error instanceof Error ? error.message : String(error) };
      return batches.map(() => answer);
    } finally {
      const statements = batches.reduce((sum, batch) => sum + batch.statements.length, 0);
      const pace = (this.#ports.now() - startedAt) / Math.max(LEAST_STATEMENTS, statements);
      this.#pace = this.#pace === 0 ? pace : this.#pace + (pace - this.#pace) / 4;
    }
  }
}

function sizeOf({ statements }: WriteBatch): number {
  let size = 0;
  for (const { sql, args } of statements) {
    size += sql.length;
    for (const arg of args) if (typeof arg === "string") size += arg.length;
  }
  return size;
}
