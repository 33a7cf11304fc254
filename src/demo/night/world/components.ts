import { instantOf, type NightScene } from "./scene.ts";

/** A component as the night finds it. */
export interface NightComponent {
  readonly id: number;
  /** What the demo calls it. */
  readonly key: string;
  readonly externalId: string;
  readonly kind: "template" | "course" | "learning_path";
  readonly typeKey: string;
  readonly templateId: number | null;
  readonly title: string;
  readonly planningStatus: "planned" | "released" | "fixed" | "completed" | "cancelled";
  readonly dateDependent: boolean;
  readonly startAt: number | null;
  readonly endAt: number | null;
  readonly timeZone: string | null;
  readonly location: string | null;
  readonly maxParticipants: number | null;
  readonly waitingList: boolean;
  /** JSON Rule. */
  readonly prerequisites: string | null;
  /** Values by the number of the meta tag. */
  readonly meta: Readonly<Record<number, string>>;
}

/** Meta tags that the demo sets (handbook, data: clients and configuration). */
export const META = { cancelInactiveUsers: 11813, cancelWaitingList: 11816, prerequisitesRequired: 11838 } as const;

const TEMPLATES = 8;
const TEMPLATE_COURSES = 16;
const OVER = 6;
const PATHS = 12;
const TOPICS = [
  "Fire safety",
  "First contact",
  "Data protection",
  "Forklift",
  "Conflict talks",
  "Spreadsheets",
  "Ladders",
  "Sales talks",
];

const single = [
  "planned",
  "cancelled",
  "concluded",
  "left",
  "overdue",
  "recertified",
  "due-soon",
  "done-yesterday",
  "basics",
  "first-aid",
  "limited-with-waiting",
  "limited",
  "gated",
  "advised",
  "inactive-released",
  "inactive-planned",
  "starts-in-a-week",
  "starts-tomorrow",
] as const;

const numbered = (word: string, count: number) => Array.from({ length: count }, (_, index) => `${word}-${index + 1}`);

/** The keys of all 60. */
export const componentKeys: readonly string[] = [
  ...numbered("template", TEMPLATES),
  ...numbered("dated", TEMPLATE_COURSES),
  ...numbered("over", OVER),
  ...single,
  ...numbered("path", PATHS),
];

/** The id of a client's component. @param key `template-1`, `dated-3`, `over-2`, `path-1`, or one of the single courses */
export function componentId(clientId: number, key: string): number {
  const number = componentKeys.indexOf(key) + 1;
  if (number === 0) throw new RangeError(`The demo has no component ${key}`);
  return clientId * 100 + number;
}

/** 60 components: templates with dated courses, courses that are over, one for each case, and learning paths. */
export function makeComponents(scene: NightScene): NightComponent[] {
  const { client } = scene;
  const id = (key: string) => componentId(client.id, key);
  const make = (key: string, title: string, more: Partial<NightComponent> = {}): NightComponent => ({
    id: id(key),
    key,
    externalId: `C-${componentKeys.indexOf(key) + 1}`,
    kind: "course",
    typeKey: "online",
    templateId: null,
    title,
    planningStatus: "released",
    dateDependent: false,
    startAt: null,
    endAt: null,
    timeZone: null,
    location: null,
    maxParticipants: null,
    waitingList: false,
    prerequisites: null,
    meta: {},
    ...more,
  });
  const dated = (days: number, hours = 9): Partial<NightComponent> => ({
    dateDependent: true,
    startAt: instantOf(scene, days, hours),
    endAt: instantOf(scene, days, hours + 7),
    location: `Room ${1 + (Math.abs(days) % 9)}`,
  });
  const firstAid = JSON.stringify({ component: id("first-aid"), status: ["passed"] });
  const singles: Readonly<Record<(typeof single)[number], NightComponent>> = {
    planned: make("planned", "Still being planned", { planningStatus: "planned" }),
    cancelled: make("cancelled", "Called off", { planningStatus: "cancelled" }),
    concluded: make("concluded", "Long over", { ...dated(-100), planningStatus: "completed" }),
    left: make("left", "Lists and tables"),
    overdue: make("overdue", "Safety at work"),
    recertified: make("recertified", "Hygiene"),
    "due-soon": make("due-soon", "Code of conduct"),
    "done-yesterday": make("done-yesterday", "Telephone manners"),
    basics: make("basics", "Basics of selling"),
    "first-aid": make("first-aid", "First aid"),
    "limited-with-waiting": make("limited-with-waiting", "Rhetoric", {
      typeKey: "limited",
      maxParticipants: 20,
      waitingList: true,
    }),
    limited: make("limited", "Coaching", { typeKey: "limited", maxParticipants: 10 }),
    gated: make("gated", "First aid, advanced", {
      prerequisites: firstAid,
      meta: { [META.prerequisitesRequired]: "1" },
    }),
    advised: make("advised", "Evacuation", { prerequisites: firstAid }),
    "inactive-released": make("inactive-released", "Moderation", {
      maxParticipants: 15,
      waitingList: true,
      meta: { [META.cancelInactiveUsers]: "1" },
    }),
    "inactive-planned": make("inactive-planned", "Moderation, next year", {
      planningStatus: "planned",
      maxParticipants: 15,
      waitingList: true,
      meta: { [META.cancelInactiveUsers]: "1" },
    }),
    "starts-in-a-week": make("starts-in-a-week", "Negotiation", {
      ...dated(7),
      typeKey: "classroom",
      planningStatus: "fixed",
    }),
    // At eight in the evening of the client it is tomorrow in Tokyo.
    "starts-tomorrow": make("starts-tomorrow", "Trade with Japan", {
      ...dated(0, 20),
      typeKey: "classroom",
      timeZone: "Asia/Tokyo",
    }),
  };
  return [
    ...numbered("template", TEMPLATES).map((key, index) =>
      make(key, TOPICS[index] ?? "", { kind: "template", typeKey: "classroom" }),
    ),
    ...numbered("dated", TEMPLATE_COURSES).map((key, index) =>
      make(key, `${TOPICS[index % TEMPLATES]}, course ${1 + Math.floor(index / TEMPLATES)}`, {
        ...dated(index < TEMPLATES ? 20 + index : 40 + index),
        typeKey: "classroom",
        templateId: id(`template-${1 + (index % TEMPLATES)}`),
        maxParticipants: index < TEMPLATES ? 12 : null,
      }),
    ),
    ...numbered("over", OVER).map((key, index) =>
      make(key, `Course that is over ${index + 1}`, {
        ...dated(-1 - index),
        planningStatus: index % 2 === 0 ? "released" : "fixed",
        ...(index === 0 ? { waitingList: true, meta: { [META.cancelWaitingList]: "1" } } : {}),
      }),
    ),
    ...single.map((key) => singles[key]),
    ...numbered("path", PATHS).map((key, index) => make(key, `Learning path ${index + 1}`, { kind: "learning_path" })),
  ];
}
