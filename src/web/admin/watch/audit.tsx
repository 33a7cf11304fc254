import { type AuditNames, noNames, readAuditNames } from "../../../control/audit-names.ts";
import { type AuditedEntity, auditedEntities, listChanges, type RecordedChange } from "../../../control/audit-trail.ts";
import { type ClientChoice, readClientChoices } from "../../../control/clients/client-records.ts";
import { keptRuns } from "../../../control/runs/open-runs.ts";
import { hiddenFromAudit, mayAudit, maySeeClient, onlyClient } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { readId } from "../../http/form-post.ts";
import { ChoiceField, TextField } from "../../page/fields.tsx";
import { Identifier } from "../../page/identifier.tsx";
import { forbidden, notFound, require } from "../../page/page-error.ts";
import { Table } from "../../page/table.tsx";
import type { Ports } from "../../ports.ts";
import { useReader } from "../../reader/reader.ts";
import { Time } from "../../reader/time.tsx";
import type { English } from "../../words/text.ts";
import { Difference } from "../parts/difference.tsx";
import { page } from "../parts/layout.tsx";
import { ClientKeyFilter, namedClient } from "../parts/named-client.tsx";
import { AuditLists, accessList } from "./access-list.tsx";
import { idsIn } from "./audit-value.tsx";

const PAGE_SIZE = 50;

const entityWords = {
  admin: "admin",
  api_token: "API token",
  blackout: "blackout",
  calendar: "calendar",
  client: "client",
  connector: "connector",
  delivery: "delivery",
  file: "file",
  job: "job",
  node: "node",
  report_subscription: "report subscription",
  run: "run",
  setting: "setting",
} as const satisfies Record<AuditedEntity, English>;

/** Pages of what can be audited, where there is one for each. */
const paths: Readonly<Record<string, (id: number) => string>> = {
  job: (id) => `/admin/jobs/${id}`,
  run: (id) => `/admin/runs/${id}`,
  client: (id) => `/admin/clients/${id}`,
  admin: (id) => `/admin/admins/${id}`,
};

/** Where the name of what was changed is found. */
const namesOf: Readonly<Record<string, (names: AuditNames) => ReadonlyMap<number, string>>> = {
  job: ({ jobs }) => jobs,
  client: ({ clients }) => clients,
  admin: ({ admins }) => admins,
  connector: ({ connectors }) => connectors,
};

interface Filter {
  readonly client: string;
  readonly entity: AuditedEntity | null;
  readonly actor: string;
}

function address(filter: Filter, before?: number): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...filter, before })) {
    if (value !== null && value !== undefined && value !== "") query.set(name, String(value));
  }
  return query.size === 0 ? "/admin/audit" : `/admin/audit?${query}`;
}

/** `/admin/audit`: what administrators changed, newest first, with before and after. */
export async function auditPage(c: PageContext, ports: Ports) {
  const { admin, reader } = c.var;
  const { t } = reader;
  require(mayAudit(admin), forbidden("looking up who changed what"));
  if (c.req.query("list") === "access") return await accessList(c, ports);
  const entity = c.req.query("entity");
  const without = hiddenFromAudit(admin);
  const entities = auditedEntities.filter((one) => !without.some((hidden) => hidden === one));
  const filter: Filter = {
    client: c.req.query("client")?.trim() ?? "",
    entity: entities.find((one) => one === entity) ?? null,
    actor: c.req.query("actor")?.trim() ?? "",
  };
  const before = readId(c.req.query("before")) ?? undefined;
  const own = onlyClient(admin);
  const [clients, named] = await Promise.all([
    own === undefined ? readClientChoices(ports.control) : [],
    filter.client === "" ? null : namedClient(ports.control, filter.client),
  ]);
  const wanted = typeof named === "object" ? named?.id : named;
  if (filter.client !== "") require(wanted !== undefined && maySeeClient(admin, wanted), notFound("client"));
  const found = await listChanges(ports.control, {
    clientId: own ?? wanted,
    entity: filter.entity ?? undefined,
    actor: filter.actor || undefined,
    without,
    before,
    limit: PAGE_SIZE + 1,
  });
  const changes = found.slice(0, PAGE_SIZE);
  const last = changes.at(-1);
  const [kept, names] = await Promise.all([
    keptRuns(
      ports.control,
      changes.filter((change) => change.entity === "run").map(({ entityId }) => entityId),
    ),
    changes.length === 0 ? noNames : readAuditNames(ports.control, idsIn(changes), own),
  ]);
  return c.html(
    page(c, ports, {
      title: t("Audit"),
      section: "audit",
      lead: t("What administrators changed. What runs did stands in their logs."),
      aside: <AuditLists shown="changes" />,
      children: (
        <>
          <Filters filter={filter} clients={clients} anyClient={own === undefined} entities={entities} />
          {changes.length === 0 ? (
            <div class="empty">
              <p>{before === undefined ? t("No change matches.") : t("No more changes.")}</p>
            </div>
          ) : (
            <Changes changes={changes} kept={kept} names={names} />
          )}
          <nav class="pages" aria-label={t("Pages")}>
            {before === undefined ? <span /> : <a href={address(filter)}>{t("Newest")}</a>}
            {found.length > PAGE_SIZE && last ? <a href={address(filter, last.id)}>{t("Older")}</a> : null}
          </nav>
        </>
      ),
    }),
  );
}

function Filters(props: {
  filter: Filter;
  clients: readonly ClientChoice[] | null;
  anyClient: boolean;
  entities: readonly AuditedEntity[];
}) {
  const { t } = useReader();
  const { filter, clients, anyClient, entities } = props;
  const all = { value: "", label: t("All") };
  return (
    <form class="filters" method="get" action="/admin/audit">
      {anyClient ? <ClientKeyFilter value={filter.client} clients={clients} /> : null}
      <ChoiceField
        name="entity"
        label={t("What")}
        value={filter.entity ?? ""}
        choices={[all, ...entities.map((one) => ({ value: one, label: t(entityWords[one]) }))]}
      />
      <TextField name="actor" label={t("Who (e-mail address)")} value={filter.actor} spellcheck={false} />
      <button class="button" type="submit">
        {t("Filter")}
      </button>
      {address(filter) === "/admin/audit" ? null : (
        <a class="button plain" href="/admin/audit">
          {t("Show all")}
        </a>
      )}
    </form>
  );
}

/** What a change is about: its name, and a link where it is still there to be looked at. */
function Subject(props: { change: RecordedChange; kept: ReadonlySet<number>; names: AuditNames }) {
  const { t } = useReader();
  const { entity, entityId } = props.change;
  const known = auditedEntities.find((one) => one === entity);
  const kind = known ? t(entityWords[known]) : entity;
  if (entityId === 0) return <>{kind}</>;
  const name = namesOf[entity]?.(props.names).get(entityId);
  const isThere = entity === "run" ? props.kept.has(entityId) : name !== undefined;
  const path = isThere ? paths[entity]?.(entityId) : undefined;
  const words = name ?? `#${entityId}`;
  return (
    <>
      {kind} {path ? <a href={path}>{words}</a> : words}
    </>
  );
}

/** What a browser made up to send a form once only says nothing to a person. */
function readable({ action, after }: RecordedChange): Record<string, unknown> {
  const { key, ...rest } = after ?? {};
  return action === "start" || key === undefined ? rest : { ...rest, key };
}

/** @param props.kept runs that are still there to be looked at */
function Changes(props: { changes: readonly RecordedChange[]; kept: ReadonlySet<number>; names: AuditNames }) {
  const { t } = useReader();
  return (
    <Table
      caption={t("Changes, newest first")}
      columns={[
        {
          label: t("What"),
          head: true,
          cell: (change) => (
            <>
              <Subject change={change} kept={props.kept} names={props.names} />
              <small>{t.told(change.action)}</small>
            </>
          ),
        },
        { label: t("Who"), wide: true, cell: (change) => <Identifier name={change.actor} /> },
        { label: t("When"), cell: (change) => <Time at={change.at} bare /> },
        {
          label: t("Before and after"),
          wide: true,
          cell: (change) => <Difference before={change.before ?? {}} after={readable(change)} names={props.names} />,
        },
      ]}
      rows={props.changes}
    />
  );
}
