import type { Run } from "../../../control/runs/runs.ts";
import type { EditReason } from "../../../control/runs/transitions.ts";
import type { SkipReason, WaitReason } from "../../../runner/judge.ts";
import type { Fate } from "../../../scheduler/fates.ts";
import type { English } from "../../words/text.ts";

/** The codes that runner and tick give; a new one without words is a compile error. Those of endings are open: processors have their own. */
type Reason = SkipReason | WaitReason | NonNullable<Fate["reason"]> | EditReason;

/** What a run's reason means, and what can be done about it, for `t`. The run's message says the details. */
const words = {
  // Why it was skipped
  duplicate:
    "The run before it had not ended when this one was due, and the job lets only one run at a time. Another overlap policy would let it wait.",
  late: "It could not start in time. Look what was at work before it, or allow it to start later.",
  blackout: "It fell into a blackout, in which nothing starts by the clock.",
  stopped: "Everything was stopped by an administrator.",
  client_inactive: "The client was not active.",
  dropped: "More runs of this job were to be made up for than it allows, so this one was left out.",
  misfire: "Minutehand was not running at the planned time, or came too late, and the job does not make up for it.",
  paused: "The job was paused.",
  invalid_expression: "The job's expression could not be read. Edit the job and give it another.",
  no_runner: "Nothing took this run up. If that happens again, look at the health of the installation.",
  job_deleted: "The job was deleted before this run started.",
  job_inactive: "The job was switched off before this run started.",
  not_served: "The job was changed before this run started and does not work for this client or node any more.",
  cancelled: "An administrator cancelled it.",
  catch_up: "It makes up for a time at which Minutehand was not running.",
  // Why it waits
  order: "It waits for a job that has to be done before it, 60 minutes at most.",
  slot: "The client is busy; it starts when another run has ended.",
  same_processor: "Another job with the same processor is at work for this client.",
  unknown_processor: "This release does not have its processor; it goes on with a release that has.",
  overlap: "It waits for the run of the same job before it.",
  moving: "The client's data is being moved to another database; it goes on when that is done.",
  permit: "Too much heavy work is under way; it goes on when its turn comes.",
  retry: "It is tried again, from where it stopped.",
  handed_over: "The process that worked on it was stopped; it goes on elsewhere.",
  // Why it failed
  max_run_time: "It took longer than the job allows. What was done before stays.",
  too_many_failures: "More rows failed unexpectedly than the job allows, so it was ended. What was done before stays.",
  invalid_configuration: "Something in the configuration is wrong; the message says what. Mend it, then retry.",
  unknown_time_zone:
    "This host does not know the client's time zone. Update the host, or correct the zone, then retry.",
  invalid_parameters: "Its parameters do not fit this release's processor. Edit the job, save it, and start it anew.",
  client_missing: "Its client is gone.",
  max_rows: "It stopped after as many rows as the job allows; the next run goes on behind them.",
  target_refused: "The address that it calls is not allowed. Correct it, or allow private targets, then retry.",
  search_unavailable: "A search index did not answer since the release; look at the server and its connector.",
  unexpected_status: "The remote service answered, but not as the job expects.",
  unknown_cursor: "Another release left it half done; it goes on with a release that can read where it stopped.",
  too_many_deactivations:
    "More people would become passive than the job allows. None of them did; the message says what to do.",
  suspicious_file:
    "A complete list names too few of the people there are. It was refused; the message says what to do.",
  suspicious_result:
    "A complete list would take away more than the job allows. Nothing was removed; the message says what to do.",
  remote_unavailable: "A remote service did not answer. Retry when it is back.",
  remote_refused: "A remote service refused what was asked of it; the message says what it answered.",
  answer_invalid: "A remote service answered in a form that this release cannot read; the message names the field.",
  answer_too_large: "A remote service sent more than is read of an answer.",
} as const satisfies Record<Reason, English> & Record<string, English>;

const known: Readonly<Record<string, English>> = words;

/** Why a run waits, was skipped, or failed, in words; null where the code says nothing that is known. */
export function reasonWords(run: Pick<Run, "reason">): English | null {
  return run.reason === null ? null : (known[run.reason] ?? null);
}
