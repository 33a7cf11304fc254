import type { Database, Statement } from "../store/database.ts";
import type { BatchAnswer } from "../store/writer/batch.ts";
import { toResultSet, toStatement } from "../store/writer/written-through.ts";

/** Reads statements at one moment, together with what others read just then. May fail. */
export type GroupedRead = (statements: readonly Statement[]) => Promise<BatchAnswer>;

/**
 * A database whose reads travel in groups: a libSQL server opens a connection for each request and reads the schema anew for it, which
 * costs it more than most reads. A read that gets no answer that way, or is refused, is asked straight: the server itself then says
 * what is wrong.
 *
 * @param straight the database itself; it also takes every batch whose mode is not `read`
 */
export function groupedReads(
  read: GroupedRead,
  straight: Pick<Database, "execute" | "batch">,
): Pick<Database, "execute" | "batch"> {
  const answersTo = async (statements: readonly Statement[]) => {
    try {
      const answer = await read(statements);
      return answer.kind === "answers" ? answer.answers.map(toResultSet) : null;
    } catch {
      return null;
    }
  };
  return {
    execute: (async (statement: Statement) =>
      (await answersTo([statement]))?.[0] ?? (await straight.execute(statement))) as Database["execute"],
    batch: async (statements, mode) => {
      const answers = mode === "read" && statements.length > 0 ? await answersTo(statements.map(toStatement)) : null;
      return answers ?? (await straight.batch(statements, mode));
    },
  };
}
