import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import * as control from "../../control/schema.ts";
import * as learning from "../../learning/schema.ts";
import { usernameKey } from "../../learning/username.ts";
import type { Statement } from "../../store/database.ts";
import { insertEach } from "../../store/insert.ts";
import { statement } from "../../store/statement.ts";
import { isPublic, searchRows } from "./search-rows.ts";
import { DAYS_TO_FINISH } from "./world/enrolment-rules.ts";
import { MESSAGES_KEPT_DAYS } from "./world/mails.ts";
import { PASSWORD_DAYS } from "./world/people.ts";
import { CERTIFICATION, SKILLS } from "./world/reports.ts";
import { wordings } from "./world/wordings.ts";
import type { ClientWorld } from "./world/world.ts";

/** Name of the demo's mail connectors; a restart corrects their port. */
export const DEMO_CONNECTOR = "Demo mail server";

/** One statement for all rows of a table, which have the same columns. */
export const insert = <T extends SQLiteTable>(table: T, rows: readonly T["$inferInsert"][]): Statement[] =>
  rows.length === 0 ? [] : [statement(insertEach(table, rows))];

/** What both clients share: the node and the texts that it shows. @param now ms */
export function platformRows(now: number): Statement[] {
  const stamped = { createdAt: now, updatedAt: now };
  return [
    ...insert(
      control.texts,
      wordings.map((text, index) => ({ ...text, version: index + 1, ...stamped })),
    ),
    ...insert(control.settings, [{ key: "textVersion", value: JSON.stringify(wordings.length), ...stamped }]),
    ...insert(control.nodes, [{ id: "weur", locationHint: "weur" }]),
  ];
}

/**
 * A client with its settings, mail connector and import configurations.
 *
 * @param sealedLogin the connector's secret, sealed for the connector of the client's id
 * @param now ms
 */
export function clientRows({ client }: ClientWorld, smtpPort: number, sealedLogin: string, now: number): Statement[] {
  const stamped = { createdAt: now, updatedAt: now };
  const own = { clientId: client.id, ...stamped };
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
    ["password.validityDays", PASSWORD_DAYS],
    ["deletionAfterNumberOfDays", MESSAGES_KEPT_DAYS],
    ...(client.staggering === undefined ? [] : [["mailMonitorStaggeringAmount", client.staggering]]),
  ] as const;
  return [
    ...insert(control.clients, [
      {
        id: client.id,
        key: client.key,
        name: client.name,
        timeZone: client.timeZone,
        defaultLocale: client.locale,
        host: client.host,
        deletionDelayMonths: 1,
        deletionMode: client.deletionMode,
        ...stamped,
      },
    ]),
    ...insert(
      control.settings,
      settings.map(([key, value]) => ({ ...own, key: String(key), value: JSON.stringify(value) })),
    ),
    ...insert(control.connectors, [
      {
        ...own,
        id: client.id,
        kind: "mail",
        name: DEMO_CONNECTOR,
        config: JSON.stringify(mail),
        secretEnc: sealedLogin,
      },
    ]),
    ...insert(learning.importConfigs, [
      { ...own, kind: "user_csv", name: "People (CSV)", options: '{"encoding":"utf-8","delimiter":";"}' },
      { ...own, kind: "xml_group", name: "Groups (XML)", options: '{"mode":"delta"}' },
    ]),
  ];
}

/** Everything that a client has before the night, in an order that foreign keys allow. */
export function worldRows(world: ClientWorld): Statement[] {
  return [
    ...peopleRows(world),
    ...contentRows(world),
    ...recordRows(world),
    ...messageRows(world),
    ...searchRows(world),
  ];
}

/** What every row of a client's world has: it was made long before the night. */
export function ownOf({ client, midnight }: ClientWorld) {
  const made = midnight - 100 * 86_400_000;
  return { clientId: client.id, createdAt: made, updatedAt: made };
}

function peopleRows(world: ClientWorld): Statement[] {
  const own = ownOf(world);
  return [
    ...insert(
      learning.persons,
      world.people.map((person) => ({
        ...own,
        id: person.id,
        externalId: person.externalId,
        username: person.username,
        usernameKey: usernameKey(person.username),
        givenName: person.givenName,
        familyName: person.familyName,
        email: person.email,
        locale: person.locale,
        authStatus: person.status,
        passiveReason: person.passiveReason,
        role: person.role,
        attributes: JSON.stringify(person.attributes),
        supervisorId: person.supervisorId,
        importSource: "csv",
        enrolledOn: person.enrolledOn,
        deletionOn: person.deletionOn,
        lastLoginAt: person.lastLoginAt,
        passwordChangedAt: person.passwordChangedAt,
      })),
    ),
    // One telephone, as an example of a device. Push is off in the demo, so nothing is sent to it.
    ...insert(
      learning.pushDevices,
      world.people
        .filter(({ status }) => status === "active")
        .slice(0, 1)
        .map(({ id }) => ({ ...own, personId: id, transport: "fcm" as const, token: `demo-device-${own.clientId}` })),
    ),
    ...insert(
      learning.groups,
      world.groups.map((group) => ({
        ...own,
        id: group.id,
        externalId: group.externalId,
        kind: group.kind,
        name: group.name,
        parentId: group.parentId,
        rule: group.rule,
        onEnter: JSON.stringify(group.onEnter),
        onLeave: JSON.stringify(group.onLeave),
        source: group.source,
      })),
    ),
    ...insert(
      learning.groupMembers,
      world.members.map((member) => ({
        ...own,
        groupId: member.groupId,
        personId: member.personId,
        source: member.source,
        joinedAt: member.joinedAt,
      })),
    ),
  ];
}

function contentRows(world: ClientWorld): Statement[] {
  const own = ownOf(world);
  return [
    ...insert(
      learning.components,
      world.components.map((component) => ({
        ...own,
        id: component.id,
        externalId: component.externalId,
        kind: component.kind,
        typeKey: component.typeKey,
        templateId: component.templateId,
        title: component.title,
        planningStatus: component.planningStatus,
        dateDependent: component.dateDependent,
        startAt: component.startAt,
        endAt: component.endAt,
        timeZone: component.timeZone,
        location: component.location,
        maxParticipants: component.maxParticipants,
        waitingList: component.waitingList,
        prerequisites: component.prerequisites,
        isPublic: isPublic(component),
      })),
    ),
    ...insert(
      learning.metaValues,
      world.components.flatMap(({ id, meta }) =>
        Object.entries(meta).map(([tag, value]) => ({
          clientId: world.client.id,
          componentId: id,
          metaTagId: Number(tag),
          value,
        })),
      ),
    ),
    ...insert(
      learning.enrolmentRules,
      world.enrolmentRules.map((rule) => ({
        ...own,
        id: rule.id,
        componentId: rule.componentId,
        groupId: rule.groupId,
        enrolmentStatus: rule.enrolmentStatus,
        activeFromOn: rule.activeFromOn,
        daysToFinish: rule.daysToFinish,
        includeNewMembers: rule.includeNewMembers,
        firstRunAt: rule.firstRunAt,
        autoCancel: rule.autoCancel,
        autoCourseEnrolment: rule.autoCourseEnrolment,
        dueMode: rule.dueMode,
        dueOn: rule.dueOn,
        dueMmdd: rule.dueMmdd,
        recertify: rule.recertify,
        recertMode: "from_completion",
        recertIntervalMonths: rule.recertIntervalMonths,
        changeAfterDays: rule.changeAfterDays,
        changeTo: rule.changeTo,
        active: rule.active,
      })),
    ),
    ...insert(
      learning.enrolmentExceptions,
      world.exceptions.map(({ componentId, personId, mode }) => ({
        ...own,
        componentId: componentId,
        personId: personId,
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
      learning.registrations,
      world.registrations.map((registration) => ({
        ...own,
        id: registration.id,
        componentId: registration.componentId,
        personId: registration.personId,
        cycleNo: registration.cycleNo,
        status: registration.status,
        source: registration.source,
        sourceRef: registration.sourceRef,
        bookedAt: registration.bookedAt,
        dueOn: registration.dueOn,
        completedAt: registration.completedAt,
        cancelledAt: registration.cancelledAt,
        cancelReason: registration.cancelReason,
        nextDueOn: registration.nextDueOn,
        suppressNotifications: registration.suppressNotifications,
      })),
    ),
    ...insert(
      learning.skills,
      SKILLS.map((name, index) => ({ ...own, id: clientId * 10 + index + 1, name, maxLevel: 5 })),
    ),
    ...insert(
      learning.personSkills,
      world.skills.map((skill) => ({
        ...own,
        id: skill.id,
        personId: skill.personId,
        skillId: skill.skillId,
        currentLevel: skill.level,
        validUntilOn: skill.validUntilOn,
      })),
    ),
    ...insert(learning.certifications, [
      {
        ...own,
        id: clientId,
        name: CERTIFICATION.name,
        format: CERTIFICATION.format,
        requiredAmount: CERTIFICATION.required,
        durationMonths: CERTIFICATION.months,
      },
    ]),
    ...insert(
      learning.personCertifications,
      world.certifications.map((period) => ({
        ...own,
        id: period.id,
        personId: period.personId,
        certificationId: clientId,
        periodNo: period.periodNo,
        startOn: period.startOn,
        endOn: period.endOn,
        amount: period.amount,
        status: period.status,
        isCurrent: true,
      })),
    ),
  ];
}

function messageRows(world: ClientWorld): Statement[] {
  const own = ownOf(world);
  return [
    ...insert(
      learning.notificationRules,
      world.notificationRules.map((rule) => ({
        ...own,
        id: rule.id,
        name: rule.name,
        anchor: rule.anchor,
        offsetDays: rule.offsetDays,
        audience: rule.audience,
        statuses: JSON.stringify(rule.statuses),
        componentFilter: rule.componentFilter,
        channels: JSON.stringify(rule.channels),
        subjectKey: `${rule.text}.subject`,
        bodyKey: `${rule.text}.body`,
        active: rule.active,
      })),
    ),
    ...insert(
      learning.reports,
      world.reports.map((report) => ({
        ...own,
        id: report.id,
        key: report.key,
        name: report.name,
        definition: JSON.stringify(report.definition),
      })),
    ),
    ...insert(
      learning.reportSubscriptions,
      world.subscriptions.map((subscription) => ({
        ...own,
        id: subscription.id,
        reportId: subscription.reportId,
        personId: subscription.personId,
        weekdays: JSON.stringify(subscription.weekdays),
        format: subscription.format,
        filters: JSON.stringify(subscription.filters),
        locale: subscription.locale,
        active: subscription.active,
      })),
    ),
    ...insert(
      learning.messages,
      world.mails.map((mail) => ({
        ...own,
        createdRunId: 0,
        kind: mail.kind,
        channel: "mail",
        personId: mail.personId,
        toAddress: mail.toAddress,
        subject: mail.subject,
        body: mail.body,
        dedupeKey: mail.dedupeKey,
        status: mail.status,
        queuedAt: mail.queuedAt,
      })),
    ),
  ];
}
