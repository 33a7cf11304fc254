import * as learning from "../learning/schema.ts";
import type { Statement } from "../store/database.ts";
import { addDays, MS_PER_DAY } from "../time/day.ts";
import { insert, ownOf } from "./night/rows.ts";
import type { ClientWorld } from "./night/world/world.ts";

/** Ids of what is shown here begin behind those of the night's world. */
const FIRST = 100_000;

/**
 * What the demo has beside the night's world, so that the jobs of learning paths, skills, certifications and certificates find something in
 * its first night: a path with yearly recertification, a path of levels, a skill and a certification whose time is over, and a course with
 * a certificate. A few rows, of five people.
 */
export function showcaseRows(world: ClientWorld): Statement[] {
  const { client, day, midnight } = world;
  const own = ownOf(world);
  const id = (number: number) => client.id * FIRST + number;
  const daysAgo = (days: number) => midnight - days * MS_PER_DAY + 10 * 3_600_000;
  const learners = world.people.filter(
    ({ status, role, deletionOn }) => status === "active" && role === "learner" && deletionOn === null,
  );
  const personId = (number: number) => learners[number]?.id ?? 0;
  const [path, levels, course] = [id(1), id(2), id(3)];
  const component = { planningStatus: "released" } as const;
  const item = { mandatory: true, addedAt: daysAgo(90) };
  const [film, quiz] = [id(2), id(3)];
  const [basics, second] = [id(5), id(7)];
  const registered = (
    number: number,
    componentId: number,
    person: number,
    given: { status: "booked" | "in_progress" | "passed"; booked: number },
  ) => ({
    ...own,
    id: id(number),
    componentId,
    personId: personId(person),
    status: given.status,
    bookedAt: daysAgo(given.booked),
    completedAt: given.status === "passed" ? daysAgo(1) : null,
  });
  const finished = (number: number, registration: number, itemId: number, ago: number) => ({
    ...own,
    id: id(number),
    registrationId: id(registration),
    itemId,
    status: "completed" as const,
    firstAt: daysAgo(ago),
    lastAt: daysAgo(ago),
    completedAt: daysAgo(ago),
  });
  const period = (number: number, registration: number, startedAgo: number) => ({
    ...own,
    id: id(number),
    registrationId: id(registration),
    sectionId: id(1),
    cycleNo: 1,
    startOn: addDays(day, -startedAgo),
    dueOn: addDays(day, 10 - startedAgo),
    endOn: addDays(day, 30 - startedAgo),
    state: "open" as const,
  });
  return [
    ...insert(learning.certificates, [{ ...own, id: id(1), kind: "component", name: "Certificate of attendance" }]),
    ...insert(learning.components, [
      {
        ...own,
        ...component,
        id: path,
        kind: "learning_path",
        title: "Forklift driver",
        pathMode: "content",
        certificateId: null,
      },
      {
        ...own,
        ...component,
        id: levels,
        kind: "learning_path",
        title: "Team lead",
        pathMode: "level",
        certificateId: null,
      },
      {
        ...own,
        ...component,
        id: course,
        kind: "course",
        title: "Ladder safety",
        pathMode: null,
        certificateId: id(1),
      },
    ]),
    ...insert(learning.metaValues, [{ clientId: client.id, componentId: path, metaTagId: 11_814, value: "progress" }]),
    ...insert(learning.media, [
      { ...own, id: id(1), kind: "document", title: "Forklifts: the film" },
      { ...own, id: id(2), kind: "document", title: "Forklifts: the checklist" },
      { ...own, id: id(3), kind: "document", title: "Leading a team: basics" },
      { ...own, id: id(4), kind: "document", title: "Leading a team: conflicts" },
    ]),
    ...insert(learning.syllabusItems, [
      {
        ...own,
        ...item,
        id: id(1),
        componentId: path,
        kind: "folder",
        title: "Every year",
        parentId: null,
        mediaId: null,
        levelNo: null,
        unlockRule: null,
      },
      {
        ...own,
        ...item,
        id: film,
        componentId: path,
        kind: "media",
        title: null,
        parentId: id(1),
        mediaId: id(1),
        levelNo: null,
        unlockRule: null,
      },
      {
        ...own,
        ...item,
        id: quiz,
        componentId: path,
        kind: "media",
        title: null,
        parentId: id(1),
        mediaId: id(2),
        levelNo: null,
        unlockRule: null,
      },
      {
        ...own,
        ...item,
        id: id(4),
        componentId: levels,
        kind: "folder",
        title: "Level 1",
        parentId: null,
        mediaId: null,
        levelNo: 1,
        unlockRule: null,
      },
      {
        ...own,
        ...item,
        id: basics,
        componentId: levels,
        kind: "media",
        title: null,
        parentId: id(4),
        mediaId: id(3),
        levelNo: null,
        unlockRule: null,
      },
      {
        ...own,
        ...item,
        id: id(6),
        componentId: levels,
        kind: "folder",
        title: "Level 2",
        parentId: null,
        mediaId: null,
        levelNo: 2,
        unlockRule: null,
      },
      {
        ...own,
        ...item,
        id: second,
        componentId: levels,
        kind: "media",
        title: null,
        parentId: id(6),
        mediaId: id(4),
        levelNo: null,
        unlockRule: JSON.stringify({ item: basics, status: ["completed"] }),
      },
    ]),
    ...insert(learning.recertSections, [
      {
        ...own,
        id: id(1),
        componentId: path,
        folderItemId: id(1),
        sectionNo: 1,
        startMode: "relative",
        startOffsetDays: 0,
        dueDays: 10,
        endDays: 30,
        intervalMonths: 12,
        earlyDays: 7,
      },
    ]),
    // One who begins today, one who is through, one who had begun early, one on the first level and one on the second.
    ...insert(learning.registrations, [
      registered(1, path, 0, { status: "booked", booked: 0 }),
      registered(2, path, 1, { status: "in_progress", booked: 20 }),
      registered(3, path, 2, { status: "in_progress", booked: 2 }),
      registered(4, levels, 3, { status: "booked", booked: 5 }),
      registered(5, levels, 4, { status: "in_progress", booked: 5 }),
      registered(6, course, 0, { status: "passed", booked: 5 }),
    ]),
    ...insert(learning.recertPeriods, [period(1, 2, 20), period(2, 3, 2)]),
    ...insert(learning.itemProgress, [
      finished(1, 2, film, 6),
      finished(2, 2, quiz, 5),
      finished(3, 3, film, 4),
      finished(4, 3, quiz, 1),
      finished(5, 5, basics, 2),
    ]),
    ...insert(
      learning.indexChanges,
      [4, 5].map((number) => ({
        clientId: client.id,
        entity: "registration",
        entityId: id(number),
        op: "upsert",
        at: daysAgo(1),
      })),
    ),
    ...insert(learning.skills, [{ ...own, id: id(1), name: "Forklift licence", maxLevel: 1, autoExpire: true }]),
    ...insert(learning.skillAchievements, [
      {
        ...own,
        id: id(1),
        personId: personId(0),
        skillId: id(1),
        level: 1,
        achievedOn: addDays(day, -366),
        expiresOn: addDays(day, -1),
        sourceRef: "demo",
      },
    ]),
    ...insert(learning.personSkills, [
      { ...own, id: id(1), personId: personId(0), skillId: id(1), currentLevel: 1, validUntilOn: addDays(day, -1) },
    ]),
    ...insert(learning.certifications, [
      { ...own, id: id(1), name: "Safety officer", format: "hours", requiredAmount: 8, durationMonths: 12 },
    ]),
    ...insert(learning.personCertifications, [
      {
        ...own,
        id: id(1),
        personId: personId(1),
        certificationId: id(1),
        periodNo: 1,
        startOn: addDays(day, -365),
        endOn: addDays(day, -1),
        amount: 8,
      },
    ]),
  ];
}
