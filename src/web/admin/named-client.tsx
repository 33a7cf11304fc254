import { type ClientChoice, findClient } from "../../control/client-records.ts";
import type { Database } from "../../store/database.ts";
import { ChoiceField, type FieldProblem, TextField } from "../fields.tsx";
import { useReader } from "../reader.ts";

/** A client as a form or an address names it: 0 for all clients or the platform, undefined when there is none. */
export type Named = ClientChoice | 0 | undefined;

/** The client that a field of {@link ClientChoiceField} names by its id or key; '' and 0 are no client. */
export async function namedClient(control: Database, text: string | undefined): Promise<Named> {
  const given = (text ?? "").trim();
  if (given === "" || given === "0") return 0;
  return (await findClient(control, given)) ?? undefined;
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
