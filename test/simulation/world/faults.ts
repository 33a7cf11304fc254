/** What can befall one call to the database. */
export const callFaults = {
  /** The process is killed before the call leaves. */
  "crash before": 3,
  /** The process is killed once the call is in, before the answer. */
  "crash after": 3,
  /** The call never arrives; the caller gets an error. */
  "error before": 3,
  /** The call is in; the caller gets an error. */
  "answer lost": 4,
  /** The caller gets an error; the call arrives later all the same. */
  straggler: 2,
  /** SQLITE_BUSY. */
  busy: 2,
  /** It takes seconds. */
  slow: 2,
  /** The network delivers it twice. */
  doubled: 2,
  /** The process stands still before the call arrives, is superseded, and goes on later beside the new one. */
  "pause before": 2,
  /** The same after the call is in. */
  "pause after": 2,
};
export type CallFault = keyof typeof callFaults;

/** Everything else that goes wrong. */
export const otherFaults = [
  "database down",
  "tick missing",
  "tick doubled",
  "tick late",
  "tick disordered",
  "alarm lost",
  "alarm doubled",
  "alarm late",
  "wake-up lost",
  "clock off by 10 minutes",
  "clock jumps by an hour",
  "tick's clock hours ahead",
  "tick's clock hours behind",
  "database's clock hours ahead",
  "processor unknown",
  "client deactivated",
  "job paused",
  "job deleted",
  "redeployed",
] as const;
export type OtherFault = (typeof otherFaults)[number];

/** How often each fault struck, by `fault` and by `fault at stage`. */
export type FaultTally = Map<string, number>;

/** Where a call stands in the life of a run; the first match of its first statements' text. */
const stages: readonly (readonly [RegExp, string])[] = [
  [/INSERT INTO ticks/, "tick"],
  [/SET next_fire_at = p\.value/, "re-plan"],
  [/SET state = 'running'[\s\S]*row_number\(\)/, "start"],
  [/row_number\(\)/, "look"],
  [/SET state = 'running'/, "claim"],
  [/INSERT INTO checkpoints/, "open"],
  [/WITH ended|INSERT INTO run_logs[\s\S]*UPDATE runs SET state/, "finish"],
  [/UPDATE runs SET heartbeat_at/, "beat"],
  [/SET state = 'waiting'/, "wait"],
  [/SET state = 'skipped'/, "skip"],
  [/heavy_permits/, "permit"],
  [/INSERT INTO effects/, "intent"],
  [/UPDATE effects/, "outcome"],
  [/done = 1/, "end"],
  [/SET step = step \+ 1/, "commit"],
  [/SELECT lease, step, counts FROM checkpoints/, "look-up"],
];
const known = new Map<string, string>();

/** The stage of a call, for the tally and the trace. */
export function stageOf(texts: readonly string[]): string {
  const key = texts.join("\n");
  let stage = known.get(key);
  if (stage === undefined) {
    stage = stages.find(([pattern]) => pattern.test(key))?.[1] ?? "read";
    if (known.size < 5000) known.set(key, stage);
  }
  return stage;
}
