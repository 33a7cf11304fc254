/**
 * What `attr` of a rule can name (handbook, data: the rule language): a column of a person or a component, else a key of a
 * person's `attributes`, or
 * `meta.<tag>` of a component. Only instants need more than their text: they compare as the local day that they fall on.
 */

/** A column by its name in rules; `instant` columns are epoch milliseconds. */
export interface AttributeColumn {
  readonly column: string;
  readonly kind: "text" | "instant";
}

function columns(texts: string, instants: string): ReadonlyMap<string, AttributeColumn> {
  const named = (names: string, kind: AttributeColumn["kind"]) =>
    names.split(" ").map((column) => [column, { column, kind }] as const);
  return new Map([...named(texts, "text"), ...named(instants, "instant")]);
}

/** A person's columns; the password's hash is none of a rule's business. `personID` is the suite's own name of the id. */
export const personColumns: ReadonlyMap<string, AttributeColumn> = new Map([
  ...columns(
    "id external_id username given_name family_name email locale time_zone auth_source auth_status role supervisor_id ldap_dn " +
      "import_source enrolled_on activated_on passive_reason termination_on deletion_on must_change_password whats_new_opt_out",
    "last_login_at password_changed_at created_at updated_at",
  ),
  ["personID", { column: "id", kind: "text" } as const],
]);

/** A component's columns. */
export const componentColumns: ReadonlyMap<string, AttributeColumn> = columns(
  "id external_id kind type_key template_id title description language planning_status date_dependent time_zone location " +
    "min_participants max_participants waiting_list path_mode structure_version template_version_synced certificate_id " +
    "refresher_component_id refresh_after_months refresh_lead_days is_public notify_on_new_content",
  "start_at end_at created_at updated_at",
);

/** The number of the meta tag in `meta.<tag>`, or null. */
export function metaTagOf(name: string): number | null {
  const tag = /^meta\.([1-9]\d{0,9})$/.exec(name)?.[1];
  return tag === undefined ? null : Number(tag);
}
