import { z } from "zod";
import { RemoteUnavailableError } from "../../connectors/outbound/remote-error.ts";
import { FileGoneError } from "../../files/files.ts";
import { CODE_BYTES, verificationCode } from "../../learning/certificates/code.ts";
import { certificateKeyAs } from "../../learning/certificates/file-name.ts";
import {
  type Candidate,
  countCandidates,
  type IssueRules,
  issueCertificate,
  selectCandidates,
  selectOldestCandidates,
} from "../../learning/certificates/issue.ts";
import { selectPending } from "../../learning/certificates/pending.ts";
import { loseFile, type Misnamed, renameFile, selectMisnamed } from "../../learning/certificates/renames.ts";
import { sql } from "../../store/sql.ts";
import { thisClient, thisRun } from "../../store/statement.ts";
import type { Ending } from "../../store/step/step.ts";
import { isDay, localDay, startOfDay } from "../../time/day.ts";
import { defineProcessor, effect, type RunContext, type Unit, type Yielded } from "../contract.ts";
import { deliveryCounts, type MailingCursor, mailing, mailingCursor, ownCursor } from "../delivery.ts";
import { type PhaseCursor, phaseCursor, phases } from "../patterns/phases.ts";
import { makeFiles } from "./certificate-files.ts";
import { CertificateTemplates } from "./certificate-templates.ts";

const parameters = z.strictObject({
  since: z
    .string()
    .refine(isDay, "Use a day such as 2026-01-31")
    .nullable()
    .default(null)
    .describe("Only completions from this day on; empty: all"),
  maxPerRun: z
    .int()
    .min(1)
    .max(100_000)
    .nullable()
    .default(null)
    .describe("Certificates that a run issues, at most, the oldest completions first; empty: no limit"),
  reissue: z
    .enum(["never", "onMajor"])
    .default("onMajor")
    .describe("Make a further file when a new major version of a certificate is published"),
  notify: z
    .enum(["internal", "mail", "none"])
    .default("internal")
    .describe("How people are told of a certificate of the last 31 days"),
});

const registrationKey = z.strictObject({ component: z.int(), id: z.int() });
const at = {
  /** For each status; or, with `maxPerRun`, the last completion, and how many were issued. */
  issue: z.union([
    z.strictObject({ completed: registrationKey, passed: registrationKey }),
    z.strictObject({ completedAt: z.int(), id: z.int(), issued: z.int() }),
  ]),
  files: z.int(),
  names: z.int(),
};
type Position = PhaseCursor<typeof at>;
type IssuePosition = z.output<typeof at.issue>;

const counts = ["generated", "revokedRenamed"] as const;
type Count = (typeof counts)[number];
type Context = RunContext<z.output<typeof parameters>, MailingCursor<Position>>;

/** Files that are renamed in one call. */
const RENAMED_AT_ONCE = 100;
const START = { completed: { component: 0, id: 0 }, passed: { component: 0, id: 0 } };
const OLDEST = { completedAt: -1, id: 0, issued: 0 };

/**
 * Handbook, catalogue: GenerateCertificatesJob. Three phases: certificates are issued, as rows; those without a file get one; files
 * whose certificate was revoked, or is not any more, are renamed. A row comes before its file, so a run that is killed leaves rows
 * that the next phase, or the next run, finds.
 *
 * What the spec leaves open: a certificate that an administrator revoked gets no new version while it is; a person who was deleted
 * gets none; a registration without a completion fails, since it is not known which day to print.
 */
export const GenerateCertificatesJob = defineProcessor({
  id: "GenerateCertificatesJob",
  group: "skills",
  title: "Issue certificates",
  summary: "Issues certificates for completed courses and learning paths, as PDF, and marks the files of revoked ones.",
  scope: "client",
  store: "learning",
  load: "heavy",
  suggestedCron: "0 25 4 * * ?",
  after: ["ProgramStatusUpdateForLearners"],
  // Files are made of rows that a dry run does not keep.
  dryRun: "lower_bound",
  parameters,
  cursor: mailingCursor(phaseCursor(at)),
  // What was issued is found no more; what could not be is passed over by the next run.
  nextRunFrom: (cursor) => {
    const own = ownCursor(cursor);
    return own?.phase === "issue" ? own : null;
  },
  counts: [...counts, ...deliveryCounts],
  async *run(context) {
    const { notify, maxPerRun } = context.parameters;
    if (notify === "mail") yield* mailing<Position, Count>(context, ["logic"], (from) => work(context, from));
    else yield* work(context, ownCursor(context.cursor));
    return maxPerRun === null ? undefined : await waiting(context);
  },
});

function rulesOf({ timeZone, parameters: { since, reissue } }: Context): IssueRules {
  return { since: since === null ? null : startOfDay(since, timeZone), reissue };
}

async function* work(context: Context, from: Position | null): AsyncGenerator<Yielded<Position, Count>, undefined> {
  const { run, rows, parameters } = context;
  const { notify, maxPerRun } = parameters;
  const rules = rulesOf(context);
  if (from === null) {
    // One round trip tells that there is nothing to do.
    const found = await rows.each([
      selectCandidates("completed", START.completed, rules, 1),
      selectCandidates("passed", START.passed, rules, 1),
      selectPending("personID", 0, 1),
      selectMisnamed(run.clientId, 0, 1),
    ]);
    if (found.every(({ length }) => length === 0)) return undefined;
  }
  return yield* phases<typeof at, Count>(from, at, {
    issue: (position) =>
      maxPerRun === null ? issueAll(context, rules, position) : issueOldest(context, rules, position, maxPerRun),
    files: (after) => makeFiles(context, { notify }, after ?? 0),
    names: (after) => renameRevoked(context, after ?? 0),
  });
}

/** Issues every certificate that is missing. */
async function* issueAll(
  context: Context,
  rules: IssueRules,
  position: IssuePosition | null,
): AsyncGenerator<Yielded<IssuePosition, Count>, void> {
  const { rows, parameters } = context;
  const templates = new CertificateTemplates(context);
  let from = position && "passed" in position ? position : START;
  // Half of them for each status, so that a step has no more rows than a chunk.
  const limit = Math.max(1, Math.floor(parameters.chunkSize / 2));
  for (;;) {
    const [completed, passed] = await rows.each([
      selectCandidates("completed", from.completed, rules, limit),
      selectCandidates("passed", from.passed, rules, limit),
    ]);
    const page = [...completed, ...passed];
    if (page.length === 0) return;
    from = { completed: behind(completed, from.completed), passed: behind(passed, from.passed) };
    yield { units: await issue(context, templates, page), cursor: from };
  }
}

function behind(page: readonly Candidate[], from: z.output<typeof registrationKey>): z.output<typeof registrationKey> {
  const last = page.at(-1);
  return last ? { component: last.componentId, id: last.id } : from;
}

/** Issues a number of the certificates that are missing: those of the oldest completions. */
async function* issueOldest(
  context: Context,
  rules: IssueRules,
  position: IssuePosition | null,
  most: number,
): AsyncGenerator<Yielded<IssuePosition, Count>, void> {
  const { rows, parameters } = context;
  const templates = new CertificateTemplates(context);
  let from = position && "issued" in position ? position : OLDEST;
  while (from.issued < most) {
    const limit = Math.min(parameters.chunkSize, most - from.issued);
    const page = await rows.all(selectOldestCandidates(from, rules, limit));
    const last = page.at(-1);
    if (!last) return;
    const units = await issue(context, templates, page);
    const issued = from.issued + units.filter(({ failure }) => !failure).length;
    from = { completedAt: last.completedAt ?? 0, id: last.id, issued };
    yield { units, cursor: from };
  }
}

/** One unit for each registration. Nothing is issued whose document could not be made. */
async function issue(
  { now, timeZone, randomBytes }: Context,
  templates: CertificateTemplates,
  page: readonly Candidate[],
): Promise<Unit<Count>[]> {
  await templates.load(page.map(({ certificateId }) => certificateId));
  return page.map((candidate): Unit<Count> => {
    const ref = `registration:${candidate.id}`;
    const certificate = templates.of(candidate.certificateId);
    if ("failure" in certificate) return { ref, writes: [], failure: certificate.failure };
    if (candidate.completedAt === null) {
      const message = "It is concluded, but not since when; enter the day of the completion";
      return { ref, writes: [], failure: { code: "no_completion", message } };
    }
    const issuedOn = localDay(candidate.completedAt, timeZone);
    const code = verificationCode(randomBytes(CODE_BYTES));
    return { ref, writes: [issueCertificate(candidate, issuedOn, code, now)] };
  });
}

/** Gives the files of certificates that were revoked, and of those that are not any more, the name that says so. */
async function* renameRevoked(context: Context, after: number): AsyncGenerator<Yielded<number, Count>, void> {
  const { run, rows, files, now, parameters } = context;
  const limit = Math.min(RENAMED_AT_ONCE, parameters.chunkSize);
  for (let from = after; ; ) {
    const page = await rows.all(selectMisnamed(run.clientId, from, limit));
    const last = page.at(-1);
    if (!last) return;
    const nameOf = ({ key, revoked }: Misnamed) => certificateKeyAs(run.clientId, key, revoked === 1);
    const renamed = (gone: ReadonlySet<number>): Unit<Count>[] =>
      page.map((file) => {
        const ref = `file:${file.id}`;
        if (!gone.has(file.id)) {
          return { ref, writes: [{ write: renameFile(file, nameOf(file), now), count: "revokedRenamed" }] };
        }
        const message = "The certificate's file is no longer in the file store";
        return { ref, writes: loseFile(file.id, now), failure: { code: "file_gone", message } };
      });
    yield* effect<{ readonly gone: readonly number[] }, number, Count>({
      key: `names:${from}`,
      description: `rename ${page.length} files: ${page.map(nameOf).join(", ")}`,
      // Moving a file that was moved is harmless.
      repeatable: true,
      call: async () => {
        const gone: number[] = [];
        for (const file of page) {
          try {
            await files.move(file.key, nameOf(file));
          } catch (error) {
            if (error instanceof FileGoneError) gone.push(file.id);
            else throw new RemoteUnavailableError(`The file store did not rename file ${file.id}`);
          }
        }
        return { gone };
      },
      settle: (outcome) => {
        if (outcome.state === "rehearsed") return renamed(new Set());
        return outcome.state === "done" ? renamed(new Set(outcome.value.gone)) : [];
      },
      cursor: last.id,
    });
    from = last.id;
  }
}

/** How a run ends that issues a number only: it says how many wait for the next one. Undefined where rows failed: that is told first. */
async function waiting(context: Context): Promise<Ending | undefined> {
  const { rows, log } = context;
  const counted = sql<{ failed: number }>`SELECT coalesce(counts ->> 'failed', 0) AS failed FROM checkpoints
    WHERE run_id = ${thisRun} AND ${thisClient} > 0`;
  const [[left], [done]] = await rows.each([countCandidates(rulesOf(context)), counted]);
  const number = left?.waiting ?? 0;
  if (number === 0) return undefined;
  const message = `${number.toLocaleString("en")} more wait for the next run`;
  log.info(message);
  return (done?.failed ?? 0) > 0 ? undefined : { state: "ok", message };
}
