import type { Child } from "hono/jsx";
import type { Processor } from "../../../processors/contract.ts";
import { parameterSchema } from "../../../processors/parameters.ts";
import { mayCreateJob } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { formFields } from "../../page/form.tsx";
import { notFound } from "../../page/page-error.ts";
import { Table } from "../../page/table.tsx";
import type { Ports } from "../../ports.ts";
import { useReader } from "../../reader/reader.ts";
import type { English } from "../../words/text.ts";
import { expressionWords } from "../jobs/schedule/schedule.tsx";
import { page } from "../parts/layout.tsx";
import { ProcessorName } from "../parts/processor-name.tsx";
import { groupWords } from "./processor-choice.tsx";

const scopeWords = {
  client: "For each client",
  node: "For the platform, on a node",
  global: "For the platform, once",
} as const satisfies Record<Processor["scope"], English>;

const loadWords = {
  light: "Light: several run side by side for a client.",
  heavy: "Heavy: one at a time for a client, and few at once in all.",
} as const satisfies Record<Processor["load"], English>;

const dryRunWords = {
  exact: "It says exactly what a run would do.",
  lower_bound: "It says what a run would do at least: later steps depend on earlier ones.",
} as const satisfies Record<Processor["dryRun"], English>;

const confirmWords = {
  destructive: "Destructive: starting it by hand asks for a confirmation, and only system admins may.",
  expensive: "Expensive: starting it by hand asks for a confirmation, and only system admins may.",
} as const satisfies Record<NonNullable<Processor["confirm"]>, English>;

/** `/admin/processors/:processor`: one processor as documentation. */
export function processorPage(c: PageContext, ports: Ports) {
  const { admin, reader } = c.var;
  const { t } = reader;
  const processor = ports.catalogue.find(c.req.param("processor") ?? "");
  if (!processor) throw notFound("processor");
  const behind = ports.catalogue.all().filter(({ after }) => after.includes(processor.id));
  return c.html(
    page(c, ports, {
      title: t.told(processor.title),
      section: "processors",
      crumbs: [{ label: t("Processors"), path: "/admin/processors" }],
      lead: t.told(processor.summary),
      aside: mayCreateJob(admin, processor) ? (
        <a class="button primary" href={`/admin/jobs/new/${processor.id}`}>
          {t("New job")}
        </a>
      ) : null,
      children: (
        <>
          <section class="panel">
            <h2>{t("Details")}</h2>
            <Facts
              processor={processor}
              before={processor.after.map((id) => ({ id, known: ports.catalogue.find(id) }))}
              behind={behind.map((known) => ({ id: known.id, known }))}
            />
          </section>
          <section>
            <h2>{t("Parameters")}</h2>
            <Parameters processor={processor} />
          </section>
        </>
      ),
    }),
  );
}

/** A processor that another one names; null: this release does not have it. */
interface Named {
  readonly id: string;
  readonly known: Processor | null;
}

function Facts(props: { processor: Processor; before: readonly Named[]; behind: readonly Named[] }) {
  const { t, locale, duration } = useReader();
  const { processor, before, behind } = props;
  const cron = processor.suggestedCron;
  const counts = ["scanned", "changed", "skipped", "failed", ...(processor.counts ?? [])];
  const links = (ids: readonly Named[]): Child =>
    ids.map(({ id, known }, index) => (
      <>
        {index === 0 ? "" : ", "}
        <ProcessorName id={id} processor={known} path={`/admin/processors/${id}`} />
      </>
    ));
  const facts: readonly (readonly [English, Child])[] = [
    ["Id", <code>{processor.id}</code>],
    ["Group", t(groupWords[processor.group])],
    ...(processor.aliases?.length ? [["Also called", processor.aliases.join(", ")] as const] : []),
    ...(processor.javaClass ? [["Java class", <code>{processor.javaClass}</code>] as const] : []),
    ["Works", t(scopeWords[processor.scope])],
    ["Load", t(loadWords[processor.load])],
    [
      "Suggested expression",
      cron === null ? (
        t("None: it is started by hand.")
      ) : (
        <>
          {expressionWords(cron, locale)} <code>{cron}</code>
        </>
      ),
    ],
    ...(processor.minimumPeriodSeconds === undefined
      ? []
      : [["Shortest period", duration(processor.minimumPeriodSeconds * 1000)] as const]),
    ...(before.length > 0 ? [["Runs behind", links(before)] as const] : []),
    ...(behind.length > 0 ? [["Before", links(behind)] as const] : []),
    ...(processor.confirm ? [["Confirmation", t(confirmWords[processor.confirm])] as const] : []),
    ["Dry run", t(dryRunWords[processor.dryRun])],
    ["Counts", counts.map((name) => t.told(name)).join(", ")],
  ];
  return (
    <dl class="facts">
      {facts.map(([label, value]) => (
        <>
          <dt>{t.said(label)}</dt>
          <dd>{value}</dd>
        </>
      ))}
    </dl>
  );
}

function Parameters(props: { processor: Processor }) {
  const { t } = useReader();
  const fields = formFields(parameterSchema(props.processor), "parameters", t);
  return (
    <Table
      caption={t("Parameters")}
      columns={[
        {
          label: t("Name"),
          head: true,
          cell: (field) => (
            <>
              {field.label}
              <small>
                <code>{field.key}</code>
              </small>
            </>
          ),
        },
        {
          label: t("Default"),
          cell: ({ fallback, required }) =>
            fallback === undefined ? (
              required ? (
                t("must be given")
              ) : (
                <span class="soft">{t("none")}</span>
              )
            ) : fallback === null ? (
              <span class="soft">{t("none")}</span>
            ) : (
              <code>{typeof fallback === "string" ? fallback : JSON.stringify(fallback)}</code>
            ),
        },
        {
          label: t("Meaning"),
          wide: true,
          cell: ({ hint, control }) => (
            <>
              {hint}
              {control.kind === "choice" || control.kind === "checks" ? (
                <small>
                  {t("One of:")} {control.choices.join(", ")}
                </small>
              ) : null}
            </>
          ),
        },
      ]}
      rows={fields}
    />
  );
}
