import type { Processor, ProcessorGroup } from "../../../processors/contract.ts";
import { processorGroups } from "../../../processors/contract.ts";
import { mayCreateJob } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { TextField } from "../../page/fields.tsx";
import { forbidden, require } from "../../page/page-error.ts";
import type { Ports } from "../../ports.ts";
import { useReader } from "../../reader/reader.ts";
import type { English } from "../../words/text.ts";
import type { Translate } from "../../words/translate.ts";
import { expressionWords } from "../jobs/schedule/schedule.tsx";
import { page } from "../parts/layout.tsx";
import { ProcessorName } from "../parts/processor-name.tsx";

/** The groups of the catalogue in words, for `t`. */
export const groupWords = {
  imports: "Imports and migration",
  people: "People, groups and access",
  enrolment: "Enrolment",
  courses: "Courses and provider content",
  paths: "Learning paths and recertification",
  skills: "Skills, certifications, certificates",
  communication: "Communication",
  reports: "Reports and tracking",
  search: "Search indexes",
  commerce: "Catalogue and commerce",
  content: "Content standards",
  classrooms: "Virtual classrooms",
  platform: "Platform upkeep",
} as const satisfies Record<ProcessorGroup, English>;

/** Whether a processor has every word that was looked for: in its id, aliases, title, summary or group. */
export function matches(t: Translate, processor: Processor, search: string): boolean {
  const { id, aliases = [], title, summary, group } = processor;
  const text = [id, ...aliases, title, t.told(title), summary, t.told(summary), t(groupWords[group])]
    .join(" ")
    .toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** `/admin/jobs/new`: the catalogue, to choose the processor of a new job from. `?q=` looks for words. */
export async function processorChoicePage(c: PageContext, ports: Ports) {
  const { t } = c.var.reader;
  require(c.var.admin.role !== "read_only", forbidden("creating jobs"));
  const search = (c.req.query("q") ?? "").trim();
  const allowed = ports.catalogue.all().filter((processor) => mayCreateJob(c.var.admin, processor));
  const found = allowed.filter((processor) => matches(t, processor, search));
  return c.html(
    page(c, ports, {
      title: t("New job"),
      section: "jobs",
      crumbs: [{ label: t("Jobs"), path: "/admin/jobs" }],
      lead: t("Choose what the job does. The same processor may serve any number of jobs."),
      children: (
        <>
          <search>
            <form class="filters" method="get" action="/admin/jobs/new">
              <TextField name="q" label={t("Search")} value={search} />
              <button class="button" type="submit">
                {t("Search")}
              </button>
              {search === "" ? null : <a href="/admin/jobs/new">{t("Show all")}</a>}
            </form>
          </search>
          <p class="soft">
            {search === ""
              ? t.count(allowed.length, "{count} processor in this release", "{count} processors in this release")
              : t("{count} of {all} processors", { count: found.length, all: allowed.length })}
          </p>
          {processorGroups.map((group) => (
            <Group group={group} processors={found.filter((processor) => processor.group === group)} />
          ))}
        </>
      ),
    }),
  );
}

function Group(props: { group: ProcessorGroup; processors: readonly Processor[] }) {
  const { t } = useReader();
  if (props.processors.length === 0) return null;
  return (
    <section>
      <h2>{t(groupWords[props.group])}</h2>
      <ul class="choices">
        {props.processors.map((processor) => (
          <Choice processor={processor} />
        ))}
      </ul>
    </section>
  );
}

function Choice(props: { processor: Processor }) {
  const { t, locale } = useReader();
  const { id, aliases = [], load, confirm, summary, suggestedCron, after, minimumPeriodSeconds } = props.processor;
  const advice = [
    ...(after.length > 0 ? [t("Comes after {names}.", { names: after.join(", ") })] : []),
    ...(minimumPeriodSeconds
      ? [t("Not more often than every {count} minutes.", { count: minimumPeriodSeconds / 60 })]
      : []),
  ];
  return (
    <li>
      <ProcessorName id={id} processor={props.processor} path={`/admin/jobs/new/${id}`} />
      {load === "heavy" ? <span class="tag">{t("heavy")}</span> : null}
      {confirm ? <span class="tag">{t(confirm)}</span> : null}
      <p class="small">{t.told(summary)}</p>
      <p class="soft small">
        {suggestedCron === null ? (
          t("Manual")
        ) : (
          <>
            <code>{suggestedCron}</code> · {expressionWords(suggestedCron, locale)}
          </>
        )}
        {aliases.length > 0 ? ` · ${t("also called {names}", { names: aliases.join(", ") })}` : ""}
      </p>
      {advice.length > 0 ? <p class="soft small">{advice.join(" ")}</p> : null}
    </li>
  );
}
