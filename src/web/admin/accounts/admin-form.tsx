import { z } from "zod";
import { type AdminRole, adminRoles } from "../../../control/access/access.ts";
import type { AdminInput } from "../../../control/access/admins.ts";
import { readClient } from "../../../control/clients/clients.ts";
import { lastValue } from "../../http/form-post.ts";
import { ChoiceField, type FieldProblem, ProblemSummary, TextField } from "../../page/fields.tsx";
import type { Ports } from "../../ports.ts";
import { useReader } from "../../reader/reader.ts";
import type { English } from "../../words/text.ts";
import type { Translate } from "../../words/translate.ts";
import { ClientIdField, type Offered, readClientId } from "../parts/named-client.tsx";

/** What the roles are called. */
export const roleWords = {
  system_admin: "System admin",
  client_admin: "Client admin",
  read_only: "Read only",
} as const satisfies Record<AdminRole, English>;

const rules = z.object({
  name: z.string().trim().min(1).max(200),
  email: z.email().max(254),
  role: z.enum(adminRoles),
  clientId: z
    .string()
    .regex(/^(0|[1-9]\d{0,14})$/)
    .transform(Number),
});

const remedies: Readonly<Record<keyof z.input<typeof rules>, English>> = {
  name: "Enter a name of at most 200 characters",
  email: "Enter an e-mail address such as ada@example.com",
  role: "Choose a role",
  clientId: "Choose a client, or all of them",
};

const labelsOf = (t: Translate) =>
  new Map([
    ["name", t("Name")],
    ["email", t("E-mail")],
    ["role", t("Role")],
    ["clientId", t("Client")],
  ]);

/** Reads an account's form: the account, or what to mend. */
export async function readAdminForm(
  form: URLSearchParams,
  ports: Ports,
  t: Translate,
): Promise<{ readonly input: AdminInput } | { readonly problems: readonly FieldProblem[] }> {
  const unnamed = await readClientId(ports.control, form, "0");
  if (unnamed) return { problems: [unnamed] };
  const given = Object.fromEntries(
    (["name", "email", "role", "clientId"] as const).map((name) => [name, lastValue(form, name).trim()]),
  );
  const checked = rules.safeParse(given);
  if (!checked.success) {
    const names = new Set(checked.error.issues.map(({ path }) => String(path[0]) as keyof typeof remedies));
    return { problems: [...names].map((field) => ({ field, message: t.said(remedies[field]) })) };
  }
  const input = checked.data;
  if (input.role === "system_admin" && input.clientId !== 0) {
    return {
      problems: [{ field: "clientId", message: t("A system admin serves all clients; choose them, or another role") }],
    };
  }
  if (input.clientId !== 0 && !(await readClient(ports.control, input.clientId))) {
    return { problems: [{ field: "clientId", message: t.said(remedies.clientId) }] };
  }
  return { input };
}

/** The inputs of an account. */
export function AdminFields(props: { form: URLSearchParams; offered: Offered; problems: readonly FieldProblem[] }) {
  const { t } = useReader();
  const { form, offered, problems } = props;
  const value = (name: string) => lastValue(form, name);
  return (
    <>
      <ProblemSummary problems={problems} labels={labelsOf(t)} />
      <TextField name="name" label={t("Name")} value={value("name")} problems={problems} />
      <TextField
        name="email"
        label={t("E-mail")}
        type="email"
        hint={t("They sign in with it.")}
        value={value("email")}
        problems={problems}
      />
      <ChoiceField
        name="role"
        label={t("Role")}
        hint={t(
          "A system admin does everything. A client admin works with jobs of the client and starts those for all. A read-only account changes nothing.",
        )}
        value={value("role")}
        choices={adminRoles.map((role) => ({ value: role, label: t(roleWords[role]) }))}
        problems={problems}
      />
      <ClientIdField
        form={form}
        offered={offered}
        none={t("All clients")}
        choices={(list) => [
          { value: "0", label: t("All clients") },
          ...list.map(({ id, name }) => ({ value: String(id), label: name })),
        ]}
        problems={problems}
      />
    </>
  );
}
