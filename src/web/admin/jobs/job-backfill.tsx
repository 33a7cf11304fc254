import { type BackfillPreview, backfillJob, previewBackfill } from "../../../administration/starts/backfill.ts";
import type { Job } from "../../../control/jobs/jobs.ts";
import type { Processor } from "../../../processors/contract.ts";
import { mayStartJob, mayStartSomewhere, onlyClient } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { lastValue, readForm } from "../../http/form-post.ts";
import { ChoiceField, type FieldProblem, ProblemSummary, TextField } from "../../page/fields.tsx";
import { withNotice } from "../../page/notice.tsx";
import { forbidden, notFound, PageError, require } from "../../page/page-error.ts";
import type { Ports } from "../../ports.ts";
import { localInstant } from "../../reader/local-instant.ts";
import { useReader } from "../../reader/reader.ts";
import { localTime } from "../../reader/time-words.ts";
import type { Translate } from "../../words/translate.ts";
import { page } from "../parts/layout.tsx";
import { ClientIdField, readClientId } from "../parts/named-client.tsx";
import { beneathJob, jobPath, readJobFrom } from "./job-of-address.ts";
import { jobZone, localInput } from "./schedule/job-zone.ts";
import { ConfirmField, choicesFor, DryRunField, offeredTo, unconfirmed } from "./start-fields.tsx";

const DAY_MS = 86_400_000;

const labels = (t: Translate) =>
  new Map([
    ["clientId", t("Client")],
    ["from", t("From")],
    ["until", t("Until (not included)")],
    ["overlap", t("Among these runs")],
    ["dryRun", t("Dry run")],
    ["confirmed", t("Confirmation")],
  ]);

const overlapWords = {
  queue_all: "one after the other",
  skip: "skip one while another is at work",
  allow: "side by side",
} as const;

type Ready = Extract<BackfillPreview, { state: "ready" }>;

interface Sheet {
  readonly form: URLSearchParams;
  readonly problems: readonly FieldProblem[];
  readonly ready: Ready | null;
}

async function backfillable(c: PageContext, ports: Ports): Promise<{ job: Job; processor: Processor }> {
  const { job, processor } = await readJobFrom(c, ports);
  require(mayStartSomewhere(c.var.admin, { clientId: job.clientId, processor }), forbidden("starting this job"));
  if (!processor || job.cron === null) throw notFound("past occurrence of this job");
  return { job, processor };
}

/** Null: all clients. What is no id is NaN, which the fields of a backfill refuse. */
const chosen = (form: URLSearchParams) => {
  const text = lastValue(form, "clientId").trim();
  return text === "" ? null : /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
};

async function draw(c: PageContext, ports: Ports, sheet: Sheet) {
  const { t } = c.var.reader;
  const { form, problems, ready } = sheet;
  const { job, processor } = await backfillable(c, ports);
  const offered = await offeredTo(c, ports, job, processor, form);
  const own = choicesFor(c, job, processor, offered.list ?? []);
  const mayAll = job.clientId === 0 && mayStartJob(c.var.admin, { clientId: 0, processor }, 0);
  const choices = [...(mayAll ? [{ value: "", label: t("All clients") }] : []), ...own];
  const zone = await jobZone(ports, job, chosen(form) ?? onlyClient(c.var.admin) ?? null);
  const now = ports.now();
  const path = jobPath(job);
  const field = { problems, class: "short", type: "datetime-local" } as const;
  return page(c, ports, {
    title: t("Backfill {job}", { job: job.name }),
    ...beneathJob(t, job),
    lead: t(
      "Makes up for past occurrences: one run for each, on the day of its occurrence. An occurrence that was made up for before is not run again.",
    ),
    hasProblems: problems.length > 0,
    children: (
      <form class="sheet" method="post" action={`${path}/backfill`} novalidate>
        <ProblemSummary
          problems={problems}
          labels={labels(t)}
          title={t("Nothing was started yet. Please mend this:")}
        />
        {ready ? <ReadyWords ready={ready} zone={zone} dryRun={lastValue(form, "dryRun") === "true"} /> : null}
        <div class="panel">
          {processor.scope === "client" ? (
            <ClientIdField
              form={form}
              offered={offered}
              none={mayAll ? t("All clients") : undefined}
              value={choices.length === 1 ? (choices[0]?.value ?? "") : ""}
              choices={() => choices}
              problems={problems}
            />
          ) : null}
          <TextField
            {...field}
            name="from"
            label={t("From")}
            hint={
              job.timeZone === null && processor.scope === "client" && job.clientId === 0
                ? t("Local time of the client that you choose, else in {zone}.", { zone })
                : t("Local time in {zone}.", { zone })
            }
            value={lastValue(form, "from") || localInput(now - DAY_MS, zone)}
          />
          <TextField
            {...field}
            name="until"
            label={t("Until (not included)")}
            value={lastValue(form, "until") || localInput(now, zone)}
          />
          <ChoiceField
            name="overlap"
            label={t("Among these runs")}
            hint={t("The job's own occurrences run between them in any case.")}
            value={lastValue(form, "overlap") || "queue_all"}
            choices={Object.entries(overlapWords).map(([value, words]) => ({ value, label: t(words) }))}
            problems={problems}
          />
          <DryRunField processor={processor} form={form} problems={problems} />
          <ConfirmField processor={processor} form={form} problems={problems} />
        </div>
        <div class="actions">
          {ready && ready.runs > 0 ? (
            <>
              <input type="hidden" name="runs" value={String(ready.runs)} />
              <button class="button primary" type="submit" name="intent" value="make">
                {t.count(ready.runs, "Make {count} run", "Make {count} runs")}
              </button>
            </>
          ) : null}
          <button class={ready ? "button" : "button primary"} type="submit" name="intent" value="preview">
            {t("Count the runs")}
          </button>
          <a class="button plain" href={path}>
            {t("Cancel")}
          </a>
        </div>
      </form>
    ),
  });
}

/** What would be made, before anything is. */
function ReadyWords(props: { ready: Ready; zone: string; dryRun: boolean }) {
  const { t, locale } = useReader();
  const { ready, zone, dryRun } = props;
  return (
    <div class="notice" role="status">
      <p>
        <strong>
          {dryRun
            ? t.count(ready.runs, "This makes {count} rehearsal.", "This makes {count} rehearsals.")
            : t.count(ready.runs, "This makes {count} run.", "This makes {count} runs.")}
        </strong>{" "}
        {t("The first occurrence is {first}, the last {last} ({zone}).", {
          first: localTime(ready.first, zone, locale),
          last: localTime(ready.last, zone, locale),
          zone,
        })}{" "}
        {ready.clients > 1 ? t("They are for {count} clients.", { count: ready.clients }) : ""}{" "}
        {ready.existed > 0
          ? t.count(
              ready.existed,
              "{count} more was made up for before and is left out.",
              "{count} more were made up for before and are left out.",
            )
          : ""}
      </p>
    </div>
  );
}

/** `GET /admin/jobs/:id/backfill`: asks for the range. */
export async function backfillJobPage(c: PageContext, ports: Ports) {
  const own = onlyClient(c.var.admin);
  const form = new URLSearchParams(own === undefined ? {} : { clientId: String(own) });
  return c.html(await draw(c, ports, { form, problems: [], ready: null }));
}

/** `POST /admin/jobs/:id/backfill`: says how many runs it would make; makes them once that number was seen. */
export async function backfillJobAction(c: PageContext, ports: Ports) {
  const { admin } = c.var;
  const { job, processor } = await backfillable(c, ports);
  const form = await readForm(c.req.raw);
  const unnamed = await readClientId(ports.control, form, "", onlyClient(c.var.admin));
  if (unnamed) return c.html(await draw(c, ports, { form, problems: [unnamed], ready: null }), 422);
  const clientId = processor.scope === "client" ? chosen(form) : 0;
  const allowed = mayStartJob(admin, { clientId: job.clientId, processor }, clientId ?? job.clientId);
  require(allowed, forbidden("starting this job for that client"));
  const refused = async (problems: readonly FieldProblem[]) =>
    c.html(await draw(c, ports, { form, problems, ready: null }), 422);

  const zone = await jobZone(ports, job, clientId);
  const [from, until] = ["from", "until"].map((name) => localInstant(lastValue(form, name).trim(), zone));
  const unread = Object.entries({ from, until }).filter(([, at]) => at === null || at === undefined);
  if (unread.length > 0) {
    const message = "Enter day and time as YYYY-MM-DDTHH:MM, such as 2026-11-23T18:00";
    return refused(unread.map(([field]) => ({ field, message })));
  }
  const dryRun = lastValue(form, "dryRun") === "true";
  const input = { clientId, from, until, overlap: lastValue(form, "overlap") || "queue_all", dryRun };
  const problem = unconfirmed(processor, form, dryRun);
  if (problem) return refused([problem]);
  const ready = await previewBackfill(ports, job.id, input, ports.now());
  if (ready.state === "missing") throw notFound("job");
  if (ready.state === "invalid") return refused(ready.problems);
  const seen = lastValue(form, "intent") === "make" && lastValue(form, "runs") === String(ready.runs);
  if (!seen) return c.html(await draw(c, ports, { form, problems: [], ready }));

  const result = await backfillJob(ports, job.id, input, admin.email, ports.now());
  switch (result.state) {
    case "queued":
      for (const one of result.clientIds.slice(0, WOKEN_AT_ONCE)) await ports.wakeRunner(one);
      return c.redirect(withNotice(`/admin/runs?job=${job.id}`, "backfill-made"), 303);
    case "invalid":
      return refused(result.problems);
    case "conflict":
      throw new PageError(409, "Changed meanwhile", "The job was changed again and again meanwhile. Try once more.");
    case "missing":
      throw notFound("job");
  }
}

/** Runners of more clients than this are woken by the next tick. */
const WOKEN_AT_ONCE = 20;
