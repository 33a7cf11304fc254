import { describe, expect, it } from "vitest";
import type { BatchAnswer, CommitGroup, WriteBatch } from "../../../src/store/writer/batch.ts";
import { WRITER_LIMITS, Writer, type WriterLimits } from "../../../src/store/writer/writer.ts";

const done: BatchAnswer = { kind: "answers", answers: [] };

function batchOf(statements: number, text = "SELECT 1"): WriteBatch {
  return { statements: Array.from({ length: statements }, () => ({ sql: text, args: [] })), token: 1 };
}

/** A writer whose database answers when it is told to, and the groups that it was given. */
function stage(limits: Partial<WriterLimits> = {}) {
  const groups: (readonly WriteBatch[])[] = [];
  const answers: ((answer: readonly BatchAnswer[] | Error) => void)[] = [];
  const gathered: (() => void)[] = [];
  let now = 0;
  const commit: CommitGroup = (batches) => {
    groups.push(batches);
    return new Promise((resolve, reject) => {
      answers.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer)));
    });
  };
  const writer = new Writer({
    commit,
    now: () => now,
    soon: (work) => gathered.push(work),
    limits: { ...WRITER_LIMITS, ...limits },
  });
  const settled = async () => {
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  };
  return {
    writer,
    sizes: () => groups.map((group) => group.length),
    /** Lets the writer begin with what has come together. */
    async begin() {
      for (const work of gathered.splice(0)) work();
      await settled();
    },
    /** The database answers the group under way. */
    async answer(answer: readonly BatchAnswer[] | Error = (groups.at(-1) ?? []).map(() => done), took = 1) {
      now += took;
      answers.shift()?.(answer);
      await settled();
    },
  };
}

describe("the writer of a database", () => {
  it("commits together what comes together, and what came while a group was under way", async () => {
    const { writer, sizes, begin, answer } = stage();
    const first = [writer.write(batchOf(1)), writer.write(batchOf(1))];
    await begin();
    const later = [writer.write(batchOf(1)), writer.write(batchOf(1)), writer.write(batchOf(1))];
    await answer();
    await answer();
    expect(await Promise.all([...first, ...later])).toEqual([done, done, done, done, done]);
    expect(sizes()).toEqual([2, 3]);
  });

  it("answers no sender before the database has answered", async () => {
    const { writer, begin, answer } = stage();
    let answered = false;
    const write = writer.write(batchOf(1)).then(() => {
      answered = true;
    });
    await begin();
    expect(answered).toBe(false);
    await answer();
    await write;
    expect(answered).toBe(true);
  });

  it("gives each batch its own answer", async () => {
    const { writer, begin, answer } = stage();
    const refused: BatchAnswer = { kind: "refused", refusal: { index: 2, code: "SQLITE_CONSTRAINT", message: "no" } };
    const writes = [writer.write(batchOf(1)), writer.write(batchOf(3)), writer.write(batchOf(1))];
    await begin();
    await answer([done, refused, done]);
    expect(await Promise.all(writes)).toEqual([done, refused, done]);
  });

  it("leaves all of a group open when the database gives no answer, and goes on with the next", async () => {
    const { writer, begin, answer } = stage();
    const lost = [writer.write(batchOf(1)), writer.write(batchOf(1))];
    await begin();
    const next = writer.write(batchOf(1));
    await answer(new Error("connection reset"));
    expect(await Promise.all(lost)).toEqual([
      { kind: "unknown", why: "connection reset" },
      { kind: "unknown", why: "connection reset" },
    ]);
    await answer();
    expect(await next).toEqual(done);
  });

  it("puts no more than the limits into a group, and keeps the order", async () => {
    const { writer, sizes, begin, answer } = stage({ batches: 3, statements: 10, size: 1_000 });
    const order: number[] = [];
    const write = (number: number, batch: WriteBatch) => writer.write(batch).then(() => order.push(number));
    const writes = [
      ...[1, 2, 3, 4].map((number) => write(number, batchOf(1))),
      ...[5, 6].map((number) => write(number, batchOf(6))),
      ...[7, 8].map((number) => write(number, batchOf(1, "x".repeat(600)))),
    ];
    await begin();
    for (let group = 0; group < 5; group += 1) await answer();
    await Promise.all(writes);
    // Three at most; ten statements at most; 1,000 characters at most.
    expect(sizes()).toEqual([3, 2, 2, 1]);
    expect(order).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it("lets a large batch go alone, by turns with the small ones", async () => {
    const { writer, sizes, begin, answer } = stage({ aloneStatements: 5, batches: 2 });
    const writes = [
      ...[1, 1, 1, 1].map((statements) => writer.write(batchOf(statements))),
      ...[6, 6].map((statements) => writer.write(batchOf(statements))),
    ];
    await begin();
    for (let group = 0; group < 4; group += 1) await answer();
    await Promise.all(writes);
    expect(sizes()).toEqual([1, 2, 1, 2]);
  });

  it("makes groups smaller where the database is slow, so that one takes about as long as it may", async () => {
    const { writer, sizes, begin, answer } = stage({ groupMs: 100 });
    const slow = writer.write(batchOf(100));
    await begin();
    await answer([done], 100);
    await slow;
    // A statement takes 1 ms: a hundred of them fill the time.
    const writes = Array.from({ length: 30 }, () => writer.write(batchOf(10)));
    await begin();
    for (let group = 0; group < 3; group += 1) await answer(undefined, 100);
    await Promise.all(writes);
    expect(sizes()).toEqual([1, 10, 10, 10]);
  });

  it("turns a batch away when too many wait, with nothing written of it", async () => {
    const { writer, begin, answer } = stage({ waiting: 2 });
    const writes = [writer.write(batchOf(1)), writer.write(batchOf(1))];
    expect(await writer.write(batchOf(1))).toEqual({ kind: "undone", why: "Too many writes wait for this database" });
    await begin();
    await answer();
    expect(await Promise.all(writes)).toEqual([done, done]);
  });
});
