import { usernameKey } from "../../learning/username.ts";
import type { Statement } from "../../store/database.ts";
import { DAYS_TO_FINISH } from "./enrolment-rules.ts";
import { CERTIFICATION, SKILLS } from "./reports.ts";
import { wordings } from "./wordings.ts";
import type { ClientWorld } from "./world.ts";

type Row = Readonly<Record<string, string | number | null>>;

/** Name of the demo's mail connectors; a restart corrects their port. */
export const DEMO_CONNECTOR = "Demo mail server";

/** One statement for all rows of a table, which have the same columns. */
function insert(table: string, rows: readonly Row[]): Statement[] {
  const [first] = rows;
  if (!first) return [];
  const names = Object.keys(first);
  const values = names.map((name) => `value ->> '${name}'`);
  return [
    {
      sql: `INSERT INTO ${table} (${names.join(", ")}) SELECT ${values.join(", ")} FROM json_each(?) ORDER BY key`,
      args: [JSON.stringify(rows)],
    },
  ];
}

const flag = (value: boolean) => (value ? 1 : 0);

/** What both clients share: the node and the texts that it shows. @param now ms */
export function platformRows(now: number): Statement[] {
  const stamped = { created_at: now, updated_at: now };
  return [
    ...insert(
      "texts",
      wordings.map((text, index) => ({ ...text, version: index + 1, ...stamped })),
    ),
    ...insert("settings", [{ key: "textVersion", value: JSON.stringify(wordings.length), ...stamped }]),
    ...insert("nodes", [{ id: "weur", location_hint: "weur" }]),
  ];
}

/**
 * A client with its settings, mail connector and import configurations.
 *
 * @param sealedLogin the connector's secret, sealed for the connector of the client's id
 * @param now ms
 */
export function clientRows({ client }: ClientWorld, smtpPort: number, sealedLogin: string, now: number): Statement[] {
  const stamped = { created_at: now, updated_at: now };
  const own = { client_id: client.id, ...stamped };
  const mail = {
    transport: "smtp",
    host: "127.0.0.1",
    port: smtpPort,
    secure: "none",
    from: { address: `learning@${client.key}.example`, name: client.name },
    redirectTo: client.redirectTo,
  };
  const settings = [
    ["enrolment.daysToFinish", DAYS_TO_FINISH],
    ...(client.staggering === undefined ? [] : [["mailMonitorStaggeringAmount", client.staggering]]),
  ] as const;
  return [
    ...insert("clients", [
      {
        id: client.id,
        key: client.key,
        name: client.name,
        time_zone: client.timeZone,
        default_locale: client.locale,
        host: client.host,
        deletion_delay_months: 1,
        deletion_mode: client.deletionMode,
        ...stamped,
      },
    ]),
    ...insert(
      "settings",
      settings.map(([key, value]) => ({ ...own, key: String(key), value: JSON.stringify(value) })),
    ),
    ...insert("connectors", [
      {
        ...own,
        id: client.id,
        kind: "mail",
        name: DEMO_CONNECTOR,
        config: JSON.stringify(mail),
        secret_enc: sealedLogin,
      },
    ]),
    ...insert("import_configs", [
      { ...own, kind: "user_csv", name: "People (CSV)", options: '{"encoding":"utf-8","delimiter":";"}' },
      { ...own, kind: "xml_group", name: "Groups (XML)", options: '{"mode":"delta"}' },
    ]),
  ];
}

/** Everything that a client has before the night, in an order that foreign keys allow. */
export function worldRows(world: ClientWorld): Statement[] {
  return [...peopleRows(world), ...contentRows(world), ...recordRows(world), ...messageRows(world)];
}

function ownOf({ client, midnight }: ClientWorld) {
  const made = midnight - 100 * 86_400_000;
  return { client_id: client.id, created_at: made, updated_at: made };
}

function peopleRows(world: ClientWorld): Statement[] {
  const own = ownOf(world);
  return [
    ...insert(
      "persons",
      world.people.map((person) => ({
        ...own,
        id: person.id,
        external_id: person.externalId,
        username: person.username,
        username_key: usernameKey(person.username),
        given_name: person.givenName,
        family_name: person.familyName,
        email: person.email,
        locale: person.locale,
        auth_status: person.status,
        passive_reason: person.passiveReason,
        role: person.role,
        attributes: JSON.stringify(person.attributes),
        supervisor_id: person.supervisorId,
        import_source: "csv",
        enrolled_on: person.enrolledOn,
        deletion_on: person.deletionOn,
        last_login_at: person.lastLoginAt,
      })),
    ),
    ...insert(
      "groups",
      world.groups.map((group) => ({
        ...own,
        id: group.id,
        external_id: group.externalId,
        kind: group.kind,
        name: group.name,
        parent_id: group.parentId,
        rule: group.rule,
        on_enter: JSON.stringify(group.onEnter),
        on_leave: JSON.stringify(group.onLeave),
        source: group.source,
      })),
    ),
    ...insert(
      "group_members",
      world.members.map((member) => ({
        ...own,
        group_id: member.groupId,
        person_id: member.personId,
        source: member.source,
        joined_at: member.joinedAt,
      })),
    ),
  ];
}

function contentRows(world: ClientWorld): Statement[] {
  const own = ownOf(world);
  return [
    ...insert(
      "components",
      world.components.map((component) => ({
        ...own,
        id: component.id,
        external_id: component.externalId,
        kind: component.kind,
        type_key: component.typeKey,
        template_id: component.templateId,
        title: component.title,
        planning_status: component.planningStatus,
        date_dependent: flag(component.dateDependent),
        start_at: component.startAt,
        end_at: component.endAt,
        time_zone: component.timeZone,
        location: component.location,
        max_participants: component.maxParticipants,
        waiting_list: flag(component.waitingList),
        prerequisites: component.prerequisites,
      })),
    ),
    ...insert(
      "meta_values",
      world.components.flatMap(({ id, meta }) =>
        Object.entries(meta).map(([tag, value]) => ({
          client_id: world.client.id,
          component_id: id,
          meta_tag_id: Number(tag),
          value,
        })),
      ),
    ),
    ...insert(
      "enrolment_rules",
      world.enrolmentRules.map((rule) => ({
        ...own,
        id: rule.id,
        component_id: rule.componentId,
        group_id: rule.groupId,
        enrolment_status: rule.enrolmentStatus,
        active_from_on: rule.activeFromOn,
        days_to_finish: rule.daysToFinish,
        include_new_members: flag(rule.includeNewMembers),
        first_run_at: rule.firstRunAt,
        auto_cancel: flag(rule.autoCancel),
        auto_course_enrolment: flag(rule.autoCourseEnrolment),
        due_mode: rule.dueMode,
        due_on: rule.dueOn,
        due_mmdd: rule.dueMmdd,
        recertify: flag(rule.recertify),
        recert_mode: "from_completion",
        recert_interval_months: rule.recertIntervalMonths,
        change_after_days: rule.changeAfterDays,
        change_to: rule.changeTo,
        active: flag(rule.active),
      })),
    ),
    ...insert(
      "enrolment_exceptions",
      world.exceptions.map(({ componentId, personId, mode }) => ({
        ...own,
        component_id: componentId,
        person_id: personId,
        mode,
      })),
    ),
  ];
}

function recordRows(world: ClientWorld): Statement[] {
  const own = ownOf(world);
  const { id: clientId } = world.client;
  return [
    ...insert(
      "registrations",
      world.registrations.map((registration) => ({
        ...own,
        id: registration.id,
        component_id: registration.componentId,
        person_id: registration.personId,
        cycle_no: registration.cycleNo,
        status: registration.status,
        source: registration.source,
        source_ref: registration.sourceRef,
        booked_at: registration.bookedAt,
        due_on: registration.dueOn,
        completed_at: registration.completedAt,
        cancelled_at: registration.cancelledAt,
        cancel_reason: registration.cancelReason,
        next_due_on: registration.nextDueOn,
        suppress_notifications: flag(registration.suppressNotifications),
      })),
    ),
    ...insert(
      "skills",
      SKILLS.map((name, index) => ({ ...own, id: clientId * 10 + index + 1, name, max_level: 5 })),
    ),
    ...insert(
      "person_skills",
      world.skills.map((skill) => ({
        ...own,
        id: skill.id,
        person_id: skill.personId,
        skill_id: skill.skillId,
        current_level: skill.level,
        valid_until_on: skill.validUntilOn,
      })),
    ),
    ...insert("certifications", [
      {
        ...own,
        id: clientId,
        name: CERTIFICATION.name,
        format: CERTIFICATION.format,
        required_amount: CERTIFICATION.required,
        duration_months: CERTIFICATION.months,
      },
    ]),
    ...insert(
      "person_certifications",
      world.certifications.map((period) => ({
        ...own,
        id: period.id,
        person_id: period.personId,
        certification_id: clientId,
        period_no: period.periodNo,
        start_on: period.startOn,
        end_on: period.endOn,
        amount: period.amount,
        status: period.status,
        is_current: 1,
      })),
    ),
  ];
}

function messageRows(world: ClientWorld): Statement[] {
  const own = ownOf(world);
  return [
    ...insert(
      "notification_rules",
      world.notificationRules.map((rule) => ({
        ...own,
        id: rule.id,
        name: rule.name,
        anchor: rule.anchor,
        offset_days: rule.offsetDays,
        audience: rule.audience,
        statuses: JSON.stringify(rule.statuses),
        component_filter: rule.componentFilter,
        channels: JSON.stringify(rule.channels),
        subject_key: `${rule.text}.subject`,
        body_key: `${rule.text}.body`,
        active: flag(rule.active),
      })),
    ),
    ...insert(
      "reports",
      world.reports.map((report) => ({
        ...own,
        id: report.id,
        key: report.key,
        name: report.name,
        definition: JSON.stringify(report.definition),
      })),
    ),
    ...insert(
      "report_subscriptions",
      world.subscriptions.map((subscription) => ({
        ...own,
        id: subscription.id,
        report_id: subscription.reportId,
        person_id: subscription.personId,
        weekdays: JSON.stringify(subscription.weekdays),
        format: subscription.format,
        filters: JSON.stringify(subscription.filters),
        locale: subscription.locale,
        active: flag(subscription.active),
      })),
    ),
    ...insert(
      "messages",
      world.mails.map((mail) => ({
        ...own,
        created_run_id: 0,
        kind: mail.kind,
        channel: "mail",
        person_id: mail.personId,
        to_address: mail.toAddress,
        subject: mail.subject,
        body: mail.body,
        dedupe_key: mail.dedupeKey,
        status: mail.status,
        queued_at: mail.queuedAt,
      })),
    ),
  ];
}
