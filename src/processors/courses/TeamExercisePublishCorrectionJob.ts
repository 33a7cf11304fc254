import { z } from "zod";
import { settings } from "../../control/clients/setting-definitions.ts";
import { givenSetting, isUsableNumber } from "../../control/clients/setting-sql.ts";
import { CompletionRules, carryOut } from "../../learning/completion/completion-rule.ts";
import { readParents } from "../../learning/enrolment/parents.ts";
import { Successes } from "../../learning/enrolment/success/successes.ts";
import { correctionMessage } from "../../learning/exercises/correction-message.ts";
import {
  type Correctable,
  correctable,
  correctProgress,
  hasCorrectable,
  publishCorrection,
  type TeamMember,
  teamMembers,
} from "../../learning/exercises/corrections.ts";
import { hasMailInHand } from "../../learning/messages/delivery.ts";
import { queueMessage } from "../../learning/messages/messages.ts";
import { sql } from "../../store/sql.ts";
import { nowAsOf } from "../as-of.ts";
import { defineProcessor, type RunContext, type Step, type Unit, type Write } from "../contract.ts";
import { deliveryCounts, type MailingCursor, mailing, mailingCursor, STAGGERING } from "../delivery.ts";
import { pages } from "../patterns/pages.ts";
import { unitOf } from "../unit-of.ts";

/** Submissions up to `past` are done; of the next one, the people up to `after`: their progress first, then the completion rule. */
const position = z.strictObject({ past: z.int(), part: z.enum(["progress", "rule"]), after: z.int() });
type Position = z.output<typeof position>;

const counts = ["published", "members"] as const;
type Count = (typeof counts)[number];
type Context = RunContext<object, MailingCursor<Position>>;

/**
 * Handbook, catalogue: TeamExercisePublishCorrectionJob. A submission is published by its last step, so that one that was interrupted is
 * taken up again; what was written of it until then is not written twice, and no person is told twice.
 */
export const TeamExercisePublishCorrectionJob = defineProcessor({
  id: "TeamExercisePublishCorrectionJob",
  group: "courses",
  title: "Publish corrections of team exercises",
  summary: "Publishes corrections whose time has come, and brings the progress of the team's members up to date.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 10 * * * ?",
  after: [],
  // The completion rule is asked once the progress is written, and a dry run queues no mail.
  dryRun: "lower_bound",
  parameters: z.strictObject({}),
  cursor: mailingCursor(position),
  counts: [...counts, ...deliveryCounts],
  // A correction, mail that an earlier run has left, or the setting of mails if no run can use it.
  quiet: ({ now, clients }) => {
    const clientId = sql`c.client_id`;
    return sql`SELECT c.client_id FROM (SELECT o.client_id, ${givenSetting(STAGGERING, sql`o.client_id`)} AS amount FROM (${clients}) o) c
      WHERE ${hasCorrectable(clientId, now)} OR ${hasMailInHand(clientId)}
        OR c.amount IS NOT NULL AND NOT ${isUsableNumber(STAGGERING, sql`c.amount`)}`;
  },
  run: (context) => mailing<Position, Count>(context, ["logic"], (from) => publishAll(context, from)),
});

async function* publishAll(context: Context, from: Position | null): AsyncGenerator<Step<Position, Count>, undefined> {
  const { rows, now, parameters } = context;
  const reached = nowAsOf(context);
  const start: Position = from ?? { past: 0, part: "progress", after: 0 };
  const read = (past: number) => rows.all(correctable(past, reached, parameters.chunkSize));
  let at = start;
  for await (const page of pages(start.past, read, ({ id }) => id)) {
    for (const submission of page.rows) {
      const ref = `submission:${submission.id}`;
      const done: Position = { past: submission.id, part: "progress", after: 0 };
      if (submission.result === null) {
        const failure = {
          code: "missing_value",
          message: "The correction has no result; enter passed, failed or completed",
        };
        yield { units: [{ ref, writes: [], failure }], cursor: done };
      } else {
        if (at.part === "progress") yield* correctMembers(context, submission, at);
        yield* judgeMembers(context, submission, at.part === "rule" ? at : { ...at, part: "rule", after: 0 });
        const published = { write: publishCorrection(submission, now), count: "published" } as const;
        yield { units: [{ ref, writes: [published] }], cursor: done };
      }
      at = done;
    }
  }
  return undefined;
}

/** The members' progress becomes the correction's, and each is told. */
async function* correctMembers(
  context: Context,
  submission: Correctable,
  start: Position,
): AsyncGenerator<Step<Position, Count>, void> {
  for await (const { rows, after } of members(context, submission, start.after)) {
    const unusable = new Set<string>();
    const units: Unit<Count>[] = [];
    for (const member of rows) {
      const ref = `submission:${submission.id} person:${member.personId}`;
      units.push(await unitOf(ref, () => correctMember(context, submission, member, unusable)));
    }
    yield { units, cursor: { ...start, after } };
  }
}

async function correctMember(
  { configuration, now }: Context,
  submission: Correctable,
  member: TeamMember,
  unusable: Set<string>,
): Promise<Omit<Unit<Count>, "ref">> {
  const writes: Write<Count>[] = [];
  if (member.registrationId !== null)
    writes.push({ ...correctProgress(submission, member.registrationId, now), count: "members" });
  const message = await correctionMessage(configuration, submission, member);
  if (message === null) return { writes };
  if (!("failure" in message)) return { writes: [...writes, { write: queueMessage(message, now), always: true }] };
  const locale = member.locale ?? "";
  if (unusable.has(locale)) return { writes };
  unusable.add(locale);
  return { writes, failure: message.failure };
}

/** The component's completion rule is evaluated for the members, now that their progress is there. */
async function* judgeMembers(
  context: Context,
  submission: Correctable,
  start: Position,
): AsyncGenerator<Step<Position, Count>, void> {
  const { rows, configuration, now, today, timeZone } = context;
  for await (const page of members(context, submission, start.after)) {
    const coverage = await configuration.read(settings.equivalencesEnabled);
    const ids = page.rows.flatMap(({ registrationId }) => registrationId ?? []);
    const judged = await new CompletionRules(rows, { today, timeZone, coverage }).judge(ids);
    const successes = new Successes(context);
    const parents = await readParents(rows, ids);
    const units: Unit<Count>[] = [];
    for (const one of judged) {
      const ref = `registration:${one.registration.id}`;
      if ("failure" in one) {
        units.push({ ref: `component:${submission.componentId}`, writes: [], failure: one.failure });
        break;
      }
      const writes = carryOut(one, successes, parents, now);
      if (writes.length > 0) units.push({ ref, writes });
    }
    yield { units, followUp: successes.followUp(), cursor: { ...start, after: page.after } };
  }
}

function members({ rows, parameters: { chunkSize } }: Context, submission: Correctable, from: number) {
  return pages(
    from,
    (after) => rows.all(teamMembers(submission, after, chunkSize)),
    ({ personId }) => personId,
  );
}
