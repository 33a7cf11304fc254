import type { Processor, ProcessorGroup } from "../../processors/contract.ts";
import { processorGroups } from "../../processors/contract.ts";
import { mayCreateJob } from "../access.ts";
import type { PageContext } from "../environment.ts";
import { forbidden, require } from "../page-error.ts";
import type { Ports } from "../ports.ts";
import { useReader } from "../reader.ts";
import type { English } from "../words/text.ts";
import { page } from "./layout.tsx";

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
  search: "Search, catalogue and commerce",
  content: "Content standards",
  classrooms: "Virtual classrooms",
  platform: "Platform upkeep",
} as const satisfies Record<ProcessorGroup, English>;

/** `/admin/jobs/new`: the catalogue, to choose the processor of a new job from. */
export async function processorChoicePage(c: PageContext, ports: Ports) {
  const { t } = c.var.reader;
  require(c.var.admin.role !== "read_only", forbidden("creating jobs"));
  const allowed = ports.catalogue.all().filter((processor) => mayCreateJob(c.var.admin, processor));
  return c.html(
    page(c, ports, {
      title: t("New job"),
      section: "jobs",
      crumbs: [{ label: t("Jobs"), path: "/admin/jobs" }],
      lead: t("Choose what the job does. The same processor may serve any number of jobs."),
      children: (
        <>
          {processorGroups.map((group) => (
            <Group group={group} processors={allowed.filter((processor) => processor.group === group)} />
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
          <li>
            <a href={`/admin/jobs/new/${processor.id}`}>{processor.id}</a>
            {processor.load === "heavy" ? <span class="tag">{t("heavy")}</span> : null}
            {processor.confirm ? <span class="tag">{t(processor.confirm)}</span> : null}
            <p class="small">{t.told(processor.summary)}</p>
            <p class="soft small">
              {processor.suggestedCron === null ? t("Manual") : <code>{processor.suggestedCron}</code>}
              {processor.aliases?.length
                ? ` · ${t("also called {names}", { names: processor.aliases.join(", ") })}`
                : ""}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
