import type { Statement } from "../database.ts";
import type { Refusal } from "./batch.ts";

/**
 * A batch whose answer does not come may still be on its way: it could take place long after its sender has read that it did not. So
 * its sender forbids its token first. Every batch asks for its own token before anything else; one that is forbidden is refused,
 * however late it comes, and by no clock.
 */
export function forbid(token: number, now: number): Statement {
  return { sql: "INSERT OR IGNORE INTO fences (token, at) VALUES (?, ?)", args: [token, now] };
}

/** Stands before the statements of a batch: an error once its token is forbidden. It writes nothing. */
export function notForbidden(token: number): Statement {
  return {
    sql: "SELECT iif(EXISTS (SELECT 1 FROM fences WHERE token = ?), json('forbidden'), 1)",
    args: [token],
  };
}

/** Forgets what was forbidden before an instant (ms): nothing is on its way for as long as that. */
export function forgetFences(before: number): Statement {
  return { sql: "DELETE FROM fences WHERE at < ?", args: [before] };
}

/** What the first statement of a batch ({@link notForbidden}) was refused for: it is forbidden, or something is wrong with the database. */
export function fenceRefusal(refusal: Refusal): Refusal {
  return refusal.message.includes("malformed JSON") ? FORBIDDEN : refusal;
}

/** How the answer to a forbidden batch reads: its sender has given it up and does not wait for it any more. */
export const FORBIDDEN: Refusal = {
  index: 0,
  code: "FORBIDDEN",
  message: "Its sender gave this batch up before it came",
};
