import type { Database } from "../../../../src/store/database.ts";
import type { Person } from "./person.ts";

/** What an earlier run of a client has left of a person in its errors, logs, failures and effects. */
export async function leaveHistory(database: Database, clientId: number, person: Person): Promise<void> {
  const { id, username, given, family, email, externalId } = person;
  const run = 900 + clientId;
  const failures = [
    { ref: `users.csv:2 ${externalId}`, code: "x", message: `${given} ${family}` },
    { ref: `users.csv:3 ${username}`, code: "x", message: `${email} is refused` },
    { ref: `groups.xml ${externalId} in hr|G`, code: "x", message: `${given} is unknown` },
    { ref: `rule:1 registration:${id}`, code: "x", message: `${given} cannot be booked` },
    { ref: `message:${id * 10}`, code: "refused", message: `550 <${email}>` },
  ];
  const line = (message: string, data: unknown) => ({
    sql: "INSERT INTO run_logs (run_id, at, level, message, data) VALUES (?, 0, 'info', ?, ?)",
    args: [run, message, data === null ? null : JSON.stringify(data)],
  });
  const effect = (key: string, outcome: unknown) => ({
    sql: "INSERT INTO effects (run_id, key, state, outcome, intended_at) VALUES (?, ?, 'done', ?, 0)",
    args: [run, key, JSON.stringify(outcome)],
  });
  await database.batch(
    [
      {
        sql: `INSERT INTO runs (id, job_id, client_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, time_zone, state,
            message, errors, created_at) VALUES (?, 9, ?, 'manual', 0, 0, 'UserImport', 'Import', 'light', '{}', 'UTC', 'partial', ?, ?, 0)`,
        args: [run, clientId, `1 of 2 failed. users.csv:2 ${externalId}: ${given}`, JSON.stringify(failures)],
      },
      { sql: "INSERT INTO checkpoints (run_id, lease, done, now_at) VALUES (?, 1, 1, 0)", args: [run] },
      line(`users.csv:2 ${externalId}: ${given} ${family}`, { code: "x" }),
      line(`${given} could not be booked`, { ref: `registration:${id}` }),
      line(`Would do: mail to ${email}: Hello`, { ref: `mail:${id * 10}:1` }),
      line(`Ended: partial – 1 of 2 failed. users.csv:2 ${externalId}: ${given}`, { failed: 1 }),
      ...failures.map(({ ref, message }) => ({
        sql: "INSERT INTO failures (run_id, step, ref, code, message) VALUES (?, 1, ?, 'x', ?)",
        args: [run, ref, message],
      })),
      effect(`mail:${id * 10}:1`, { message: `550 <${email}>` }),
      effect(`move c/${clientId}/import/user_csv/${username}.csv 0a1b`, { replaced: false }),
      effect(`move c/${clientId}/import/user_csv/${family} ${given}.csv 0a1b`, { replaced: false }),
    ],
    "write",
  );
}
