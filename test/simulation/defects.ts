import type { Mutation } from "./world/engine.ts";
import type { Defect } from "./world/world.ts";

/** Replaces one piece of SQL by another wherever it occurs; whether it occurs at all is the defects' test's business. */
const instead =
  (...pairs: readonly (readonly [string | RegExp, string])[]): Mutation =>
  (sql) =>
    pairs.reduce((text, [piece, other]) => text.replace(piece, other), sql);

/**
 * Deliberate defects. Each is one line that a product could have wrong; the simulation has to notice every one. The seeds are
 * those that `npm run simulate -- --defects` printed: where generator or product change so that another history notices a defect,
 * the test looks for it from there on.
 */
export const defects: readonly Defect[] = [
  {
    name: "a step without its guard",
    seed: 2,
    mutation: instead([
      "SELECT EXISTS (SELECT 1 FROM checkpoints WHERE run_id = ? AND lease = ? AND step = ?",
      "SELECT 1 OR EXISTS (SELECT 1 FROM checkpoints WHERE run_id = ? AND lease = ? AND step = ?",
    ]),
  },
  {
    name: "no step number in the guard",
    seed: 32,
    mutation: instead(["AND lease = ? AND step = ? AND done", "AND lease = ? AND (step = ? OR 1) AND done"]),
  },
  {
    name: "no lease in the guard",
    seed: 155,
    mutation: instead(["AND lease = ? AND step = ? AND done", "AND (lease = ? OR 1) AND step = ? AND done"]),
  },
  {
    name: "the lease is not raised in the store",
    seed: 1,
    mutation: instead([/DO UPDATE SET lease = excluded\.lease/, "DO UPDATE SET lease = lease"]),
  },
  {
    name: "a run is taken over without raising its lease",
    seed: 6,
    mutation: instead(
      ["SET state = 'running', lease = lease + 1", "SET state = 'running', lease = max(lease, 1)"],
      ["WHERE lease < excluded.lease", "WHERE lease <= excluded.lease"],
    ),
  },
  {
    name: "the tick inserts without asking what the trigger has become",
    seed: 123,
    mutation: instead([
      "t.id = p.value ->> 'trigger' AND t.next_fire_at = p.value ->> 'expected' AND t.revision = p.value ->> 'revision'",
      "t.id = p.value ->> 'trigger'",
    ]),
  },
  {
    name: "the tick moves a trigger without asking where it stands",
    seed: 123,
    mutation: instead([
      /AND triggers\.next_fire_at = p\.value ->> 'expected'\s+AND triggers\.revision = p\.value ->> 'revision'/,
      "",
    ]),
  },
  {
    name: "a run is finished twice",
    seed: 38,
    mutation: instead(
      [
        /(ended_at = \?, heartbeat_at = \?\s+WHERE id = \?) AND lease = \? AND state = 'running'/,
        "$1 AND coalesce(?, 1)",
      ],
      // What follows from an end asks for the same.
      [/(AS \(SELECT id, \? FROM runs WHERE id = \?) AND lease = \? AND state = 'running'\)/, "$1 AND coalesce(?, 1))"],
    ),
  },
  {
    name: "the cap of permits is not looked at",
    seed: 11,
    mutation: instead(["AND held.expires_at > ?)\n  <", "AND held.expires_at > ? AND 0)\n  <"]),
  },
  {
    name: "a permit never expires",
    seed: 876,
    rare: true,
    mutation: instead([
      "AND held.expires_at > ?)\n  <",
      "AND (held.expires_at > ? OR held.expires_at IS NOT NULL))\n  <",
    ]),
  },
  {
    name: "a permit that ran out is prolonged",
    seed: 405,
    rare: true,
    mutation: instead([
      /WHERE run_id = \? AND expires_at > \? AND (\(SELECT [\s\S]*)$/,
      "WHERE run_id = ? AND (expires_at > min(?, 0) OR $1)",
    ]),
  },
  {
    name: "a retry begins from the start",
    seed: 3,
    mutation: instead(["cursor = ?", "cursor = iif(? IS NULL, NULL, 'null')"]),
  },
  {
    name: "an edit does not raise the trigger's revision",
    seed: 3,
    mutation: instead(["SET revision = revision + 1, time_zone", "SET revision = revision, time_zone"]),
  },
  {
    name: "an edit withdraws what has started",
    seed: 1,
    mutation: instead([
      /r\.scheduled_at > v\.value ->> 3 WHERE r\.kind = 'schedule' AND r\.started_at IS NULL\s+AND \(r\.state IN \('planned', 'queued'\)/,
      "r.scheduled_at > min(v.value ->> 3, 0) WHERE r.kind = 'schedule' AND (r.state IN ('planned', 'queued', 'waiting', 'running')",
    ]),
  },
  {
    name: "an edit withdraws what came due",
    seed: 1,
    mutation: instead(["r.scheduled_at > v.value ->> 3", "r.scheduled_at > min(v.value ->> 3, 0)"]),
  },
  {
    name: "an edit gives what came due before it no fate",
    seed: 289,
    mutation: instead([
      /WHERE t\.next_fire_at < \? AND (true AND|\(?t\.job_id|t\.client_id)/,
      "WHERE t.next_fire_at < min(?, 0) AND $1",
    ]),
  },
  {
    name: "an edit leaves a skipped range that reaches beyond it as it is",
    seed: 67,
    mutation: instead([
      /(occurrences = max\(1, occurrences - \(v\.value ->> 'taken'\)\)\s+FROM json_each\(\?\) v WHERE runs\.id = v\.value ->> 'run')/,
      "$1 AND 0",
    ]),
  },
  {
    name: "a tick judges by a time that nothing confirms",
    seed: 14,
    mutation: instead(["t.next_fire_at >= ? AND", "t.next_fire_at >= min(?, 0) AND"]),
  },
  {
    name: "what a clock that was ahead had planned stays",
    seed: 242,
    mutation: instead(["WHERE t.last_fated_at > ?", "WHERE t.last_fated_at > max(?, 9e15)"]),
  },
  {
    name: "overlap is not judged",
    seed: 1,
    mutation: instead([
      "j.load, j.parameters, j.policies",
      "j.load, j.parameters, json_set(j.policies, '$.overlap', 'allow')",
    ]),
  },
  {
    name: "what a run must not meet is not asked when it is claimed",
    seed: 327,
    rare: true,
    mutation: instead([
      /AND NOT EXISTS \(SELECT 1 FROM runs other WHERE other\.client_id = runs\.client_id[\s\S]*$/,
      "",
    ]),
  },
  {
    name: "a run that was handed over does not look at what else its client has to do",
    seed: 80,
    mutation: instead([
      /AND NOT EXISTS \(SELECT 1 FROM runs WHERE id <> \? AND client_id = \? AND state IN \([^)]*\) AND (\(due_at <= \?)/,
      "AND (? + ? IS NULL OR $1",
    ]),
  },
  {
    name: "a runner takes the claim of another for its own",
    seed: 39,
    mutation: instead([/claimant = \? AND state = 'running'/g, "coalesce(?, 1) IS NOT NULL AND state = 'running'"]),
  },
  { name: "order is not judged", seed: 3, withoutOrder: true },
  {
    name: "an effect whose outcome is unknown is called again",
    seed: 71,
    mutation: instead(
      [
        "SELECT state, outcome FROM effects WHERE run_id = ? AND key = ?",
        "SELECT state, outcome FROM effects WHERE run_id = ? AND key = ? AND state = 'done'",
      ],
      ["INSERT INTO effects", "INSERT OR REPLACE INTO effects"],
    ),
  },
  {
    name: "a lost answer is taken for a yes",
    seed: 71,
    mutation: instead([
      "SELECT lease, step, counts FROM checkpoints",
      "SELECT lease, step + 1 AS step, counts FROM checkpoints",
    ]),
  },
  {
    name: "no tick looks for runs that fell silent",
    seed: 22,
    mutation: instead([/AND due_at < \?\s+AND \(state <> 'running'/, "AND due_at < min(?, 0) AND (state <> 'running'"]),
  },
  {
    name: "counts are lost with the answer",
    seed: 1,
    mutation: instead(["RETURNING counts", "RETURNING '{}' AS counts"]),
  },
  {
    name: "a quiet occurrence is asked for before its second",
    seed: 2,
    mutation: instead(["WHERE g.due_at <= ?", "WHERE g.due_at <= ? + 90000"]),
  },
  {
    name: "the pointer of a quiet group moves without the answer",
    seed: 15,
    mutation: instead([/json_each\(p\.value, '\$\.clients'\) n/g, "json_each('[]') n"]),
  },
  {
    name: "a client with a database of its own is quiet, too",
    seed: 74,
    mutation: instead(
      ["c.id = t.client_id AND c.database_url IS NULL", "c.id = t.client_id"],
      ["WHERE c.database_url IS NOT NULL", "WHERE c.database_url IS NOT NULL AND c.id < 0"],
    ),
  },
  {
    name: "a trigger that leaves its quiet group goes on where it joined",
    seed: 27,
    mutation: instead(["SET next_fire_at = max(v.quiet_from, v.next_fire_at)", "SET next_fire_at = v.quiet_from"]),
  },
  { name: "the writer of a database answers before the commit", seed: 1, writer: "answers before the commit" },
  { name: "a refused batch takes its neighbours along", seed: 2, writer: "takes neighbours along" },
  { name: "a group whose answer is lost is sent again", seed: 1, writer: "sends a group again" },
  { name: "a batch that was forbidden is written", seed: 1, writer: "asks for no fence" },
  { name: "a refusal counts the statements of the whole group", seed: 15, writer: "counts in the group" },
  // What follows was once wrong in Minutehand itself, and was found here.
  {
    name: "a resume brings an expression back that an edit has just replaced",
    seed: 81,
    rare: true,
    mutation: instead(
      ["EXISTS (SELECT 1 FROM jobs WHERE id = ? AND revision = ?)", "min(?, ?) > 0"],
      // That the trigger stands where it was read would save it.
      [/(AND t\.next_fire_at IS v\.value ->> 2\)) = \?/, "$1 >= min(?, 0)"],
    ),
  },
  {
    name: "a retry that waited for something else is not counted as an attempt",
    seed: 1141,
    rare: true,
    mutation: instead(["started_at IS NULL OR not_before_at IS NOT NULL", "started_at IS NULL OR reason = 'retry'"]),
  },
  {
    name: "a running run whose due instant lies in the future is not seen",
    seed: 2086,
    rare: true,
    mutation: instead(["(due_at <= ? OR started_at IS NOT NULL)", "(due_at <= ?)"]),
  },
];
