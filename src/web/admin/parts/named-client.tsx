import { type ClientChoice, findClient, readClientChoices } from "../../../control/clients/client-records.ts";
import { readClient } from "../../../control/clients/clients.ts";
import type { Database } from "../../../store/database.ts";
import { lastValue } from "../../http/form-post.ts";
import { type Choice, ChoiceField, type FieldProblem, TextField } from "../../page/fields.tsx";
import { useReader } from "../../reader/reader.ts";

/** A client as a form or an address names it: 0 for all clients or the platform, undefined when there is none. */
export type Named = ClientChoice | 0 | undefined;

/** The client that a field of {@link ClientChoiceField} names by its id or key; '' and 0 are no client. */
export async function namedClient(control: Database, text: string | undefined): Promise<Named> {
  const given = (text ?? "").trim();
  if (given === "" || given === "0") return 0;
  return (await findClient(control, given)) ?? undefined;
}

/** The clients that a form offers. */
export interface Offered {
  /** Null: they are too many for a list, so one is named by its key. */
  readonly list: readonly ClientChoice[] | null;
  /** The one that the form holds already. */
  readonly chosen: ClientChoice | null;
}

/**
 * Reads what a form with a {@link ClientIdField} offers, in as many statements however many clients there are.
 *
 * @param only the one client in question; 0: any
 */
export async function offeredClients(control: Database, only: number, form: URLSearchParams): Promise<Offered> {
  const text = lastValue(form, "clientId").trim();
  const id = only || (/^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0);
  const [list, chosen] = await Promise.all([
    only === 0 ? readClientChoices(control) : [],
    id === 0 ? null : readClient(control, id),
  ]);
  return { list: only === 0 ? list : chosen ? [chosen] : [], chosen };
}

/**
 * Puts the id into a posted form whose client was named by its key.
 *
 * @param none what no client is in this form
 * @param only the one client that the administrator may name; another one's key is answered like one that does not exist. Undefined: any
 * @returns what is to be mended: no client has that key; null: nothing
 */
export async function readClientId(
  control: Database,
  form: URLSearchParams,
  none: "" | "0",
  only?: number,
): Promise<FieldProblem | null> {
  const byKey = lastValue(form, "clientBy") === "key";
  form.delete("clientBy");
  if (!byKey) return null;
  const named = await namedClient(control, lastValue(form, "clientId"));
  if (named === undefined || (only !== undefined && named !== 0 && named.id !== only))
    return { field: "clientId", message: "There is no client with this key" };
  form.set("clientId", named === 0 ? none : String(named.id));
  return null;
}

/** The field `clientId` of a form: chosen from a list while they are few enough, else by its key; {@link readClientId} reads it. */
export function ClientIdField(props: {
  form: URLSearchParams;
  offered: Offered;
  /** Those of the list that may be chosen here, and what else there is. */
  choices: (list: readonly ClientChoice[]) => readonly Choice[];
  /** What no client means; undefined: one has to be named. */
  none?: string | undefined;
  hint?: string;
  /** Chosen unless the form says otherwise; default: nothing. */
  value?: string;
  problems: readonly FieldProblem[];
}) {
  const { t } = useReader();
  const { form, offered, none, hint, problems } = props;
  const text = lastValue(form, "clientId");
  if (offered.list !== null) {
    const value = text || (props.value ?? "");
    const choices = props.choices(offered.list);
    return (
      <ChoiceField
        name="clientId"
        label={t("Client")}
        hint={hint}
        value={value}
        choices={choices}
        problems={problems}
      />
    );
  }
  const byKey =
    none === undefined ? t("Enter the key of a client.") : t("Enter the key of a client. Empty: {none}.", { none });
  return (
    <>
      <input type="hidden" name="clientBy" value="key" />
      <TextField
        name="clientId"
        label={t("Client")}
        hint={[hint, byKey].filter(Boolean).join(" ")}
        value={offered.chosen?.key ?? (text === "0" ? "" : text)}
        problems={problems}
        spellcheck={false}
      />
    </>
  );
}

/** Chooses a client: from a list while they are few enough, else by its key. */
export function ClientChoiceField(props: {
  name: string;
  label: string;
  value: string;
  /** Null: they are too many for a list. */
  clients: readonly ClientChoice[] | null;
  /** What no client means. */
  none: string;
  hint?: string;
  problems?: readonly FieldProblem[];
}) {
  const { t } = useReader();
  const { name, label, value, clients, none, hint, problems = [] } = props;
  if (clients === null) {
    const byKey = t("Enter the key of a client. Empty: {none}.", { none });
    return (
      <TextField
        name={name}
        label={label}
        hint={[hint, byKey].filter(Boolean).join(" ")}
        value={value === "0" ? "" : value}
        problems={problems}
        spellcheck={false}
      />
    );
  }
  return (
    <ChoiceField
      name={name}
      label={label}
      hint={hint}
      value={value === "" ? "0" : value}
      choices={[
        { value: "0", label: none },
        ...clients.map((client) => ({
          value: String(client.id),
          label: client.status === "active" ? client.name : t("{name} (inactive)", { name: client.name }),
        })),
      ]}
      problems={problems}
    />
  );
}

/** The filter `client` of a list over all clients: '' for all of them, 0 for the platform. */
export function ClientKeyFilter(props: { value: string; clients: readonly ClientChoice[] | null }) {
  const { t } = useReader();
  const { value, clients } = props;
  if (clients === null)
    return <TextField name="client" label={t("Client (its key)")} value={value} spellcheck={false} />;
  return (
    <ChoiceField
      name="client"
      label={t("Client")}
      value={value}
      choices={[
        { value: "", label: t("All") },
        { value: "0", label: t("Platform") },
        ...clients.map(({ id, name }) => ({ value: String(id), label: name })),
      ]}
    />
  );
}

/** A form that leads to another client's page of the same kind; works as a link, so its state is in the address. */
export function ClientFilter(props: {
  action: string;
  value: string;
  clients: readonly ClientChoice[] | null;
  none: string;
}) {
  const { t } = useReader();
  return (
    <form class="filters" method="get" action={props.action}>
      <ClientChoiceField
        name="client"
        label={t("Client")}
        value={props.value}
        clients={props.clients}
        none={props.none}
      />
      <button class="button" type="submit">
        {t("Show")}
      </button>
    </form>
  );
}
