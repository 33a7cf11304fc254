import type { ClientChoice } from "../../../../control/clients/client-records.ts";
import {
  type JobCondition,
  type JobOrder,
  type JobPosition,
  jobConditions,
  jobOrders,
} from "../../../../control/jobs/job-list.ts";
import type { Catalogue } from "../../../../processors/catalogue.ts";
import { processorGroups } from "../../../../processors/contract.ts";
import type { PageContext } from "../../../environment.ts";
import { readId } from "../../../http/form-post.ts";
import { ChoiceField, type FieldProblem, TextField } from "../../../page/fields.tsx";
import { useReader } from "../../../reader/reader.ts";
import type { English } from "../../../words/text.ts";
import { ClientChoiceField } from "../../parts/named-client.tsx";
import { groupWords } from "../../processors/processor-choice.tsx";

/** What the address of the list of jobs says; all of it is shown in the form, so a link to the list keeps it. */
export interface JobQuery {
  readonly text: string;
  readonly client: string;
  /** Id of a processor, or `group:` and the id of a group; '' for all. */
  readonly processor: string;
  readonly condition: JobCondition | "";
  readonly order: JobOrder;
  readonly after: JobPosition | null;
}

const GROUP = "group:";
/** A longer text is no name. */
const LONGEST = 200;

/** Reads the address. What it does not know counts as not said. */
export function readJobQuery(c: PageContext): JobQuery {
  const said = (name: string) => (c.req.query(name) ?? "").trim().slice(0, LONGEST);
  const order = jobOrders.find((one) => one === said("sort")) ?? "name";
  const id = readId(c.req.query("after")) ?? 0;
  const from = c.req.query("from");
  const key = order === "name" ? from : from !== undefined && /^\d{1,15}$/.test(from) ? Number(from) : undefined;
  return {
    text: said("text"),
    client: said("client") === "0" ? "" : said("client"),
    processor: said("processor"),
    condition: jobConditions.find((one) => one === said("state")) ?? "",
    order,
    after: key === undefined ? null : { key, id },
  };
}

/** The address of the list with this query, from a position on. */
export function jobsAddress(query: JobQuery, after: JobPosition | null = null): string {
  const said: [string, string][] = [
    ["text", query.text],
    ["client", query.client],
    ["processor", query.processor],
    ["state", query.condition],
    ["sort", query.order === "name" ? "" : query.order],
    ...(after
      ? ([
          ["from", String(after.key)],
          ["after", String(after.id)],
        ] as [string, string][])
      : []),
  ];
  const given = said.filter(([name, value]) => value !== "" || name === "from");
  return given.length === 0 ? "/admin/jobs" : `/admin/jobs?${new URLSearchParams(given)}`;
}

/** The ids of the processors that are asked for, aliases too; undefined: all. */
export function processorsOf({ processor }: JobQuery, catalogue: Catalogue): readonly string[] | undefined {
  if (processor === "") return undefined;
  const found = processor.startsWith(GROUP)
    ? catalogue.all().filter(({ group }) => group === processor.slice(GROUP.length))
    : [catalogue.find(processor) ?? { id: processor, aliases: [] }];
  return found.flatMap(({ id, aliases }) => [id, ...(aliases ?? [])]);
}

const conditionWords = {
  active: "active",
  paused: "paused",
  failing: "failing",
  manual: "manual",
  inactive: "inactive",
} as const satisfies Record<JobCondition, English>;

const orderWords = {
  name: "Name",
  next: "Next fire",
  failed: "Last failure",
} as const satisfies Record<JobOrder, English>;

/** With more clients than this their key is typed: the list of jobs has to stay small. */
const CLIENTS_OFFERED = 50;

/** The filters and the order of the list. A plain form: it works without JavaScript and its state is the address. */
export function JobFilterForm(props: {
  query: JobQuery;
  catalogue: Catalogue;
  /** Undefined: this admin has one client only. Null: there are too many to choose from. */
  clients: readonly ClientChoice[] | null | undefined;
  problems: readonly FieldProblem[];
}) {
  const { t } = useReader();
  const { query, catalogue, clients, problems } = props;
  return (
    <form class="filters" method="get">
      <TextField name="text" label={t("Search")} value={query.text} />
      <ProcessorField value={query.processor} catalogue={catalogue} />
      {clients === undefined ? null : (
        <ClientChoiceField
          name="client"
          label={t("Client")}
          value={query.client}
          clients={clients && clients.length > CLIENTS_OFFERED ? null : clients}
          none={t("All")}
          problems={problems}
        />
      )}
      <ChoiceField
        name="state"
        label={t("State")}
        value={query.condition}
        choices={[
          { value: "", label: t("All") },
          ...jobConditions.map((one) => ({ value: one, label: t(conditionWords[one]) })),
        ]}
      />
      <ChoiceField
        name="sort"
        label={t("Order")}
        value={query.order}
        choices={jobOrders.map((one) => ({ value: one, label: t(orderWords[one]) }))}
      />
      <button class="button" type="submit">
        {t("Filter")}
      </button>
      {jobsAddress({ ...query, after: null }) === "/admin/jobs" ? null : (
        <a class="button plain" href="/admin/jobs">
          {t("Show all")}
        </a>
      )}
    </form>
  );
}

/** The catalogue by groups; a group as a whole can be chosen too. */
function ProcessorField(props: { value: string; catalogue: Catalogue }) {
  const { t } = useReader();
  const { value, catalogue } = props;
  const all = catalogue.all();
  const groups = processorGroups.filter((one) => all.some(({ group }) => group === one));
  const known = value === "" || value.startsWith(GROUP) || all.some(({ id }) => id === value);
  return (
    <div class="field">
      <label for="field-processor">{t("Processor")}</label>
      <select id="field-processor" name="processor">
        <option value="">{t("All")}</option>
        {known ? null : <option selected>{value}</option>}
        {groups.map((group) => (
          <optgroup label={t(groupWords[group])}>
            <option value={GROUP + group} selected={value === GROUP + group}>
              {t("all of this group")}
            </option>
            {all
              .filter((one) => one.group === group)
              .map(({ id, title }) => (
                <option value={id} selected={id === value}>
                  {t.told(title)} ({id})
                </option>
              ))}
          </optgroup>
        ))}
      </select>
    </div>
  );
}
