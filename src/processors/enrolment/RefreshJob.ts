import { z } from "zod";
import { settings } from "../../control/clients/setting-definitions.ts";
import { prerequisitesProblem } from "../../learning/enrolment/prerequisites/prerequisites.ts";
import {
  type Refreshable,
  type Refresher,
  refreshable,
  refresherProblem,
  refreshers,
  refreshersAwaitingCourse,
  refresherTemplates,
  refreshPrefix,
  refreshRef,
} from "../../learning/enrolment/refresher.ts";
import { addDays, addMonths, localDay } from "../../time/day.ts";
import { defineProcessor, type RunContext, type Step } from "../contract.ts";
import { pages } from "../patterns/pages.ts";
import { phaseCursor, phases } from "../patterns/phases.ts";
import { assignPage, type CourseAssignment } from "./automatic/assign-page.ts";
import { type Enrolment, type EnrolScene, enrolPeople } from "./automatic/enrol-people.ts";

const parameters = z.strictObject({
  maxOverdueMonths: z
    .int()
    .min(0)
    .max(1200)
    .default(24)
    .describe("Months after which a refresh that was never made is given up"),
});

/**
 * Components below `component` are done, and on it people (or registrations) up to `after`; `given`: of a dry run, places given away
 * by component.
 */
const position = z.strictObject({ component: z.int(), after: z.int(), given: z.record(z.string(), z.int()) });
const at = { register: position, courses: position };
type Position = z.output<typeof position>;
type Context = RunContext<z.output<typeof parameters>>;
type Count = "registered" | "noCourse";

/**
 * Handbook, catalogue: RefreshJob. First people whose refresh is near are registered; then registrations in the personal syllabus of a
 * template get one of its courses, those of earlier nights too. A registration on a full refresher's waiting list counts as registered.
 */
export const RefreshJob = defineProcessor({
  id: "RefreshJob",
  group: "enrolment",
  title: "Book refresher courses",
  summary: "Registers people on refresher courses before what they have learnt is to be refreshed.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 55 2 * * ?",
  after: ["ParticipantAutomaticRegistration"],
  dryRun: "lower_bound",
  parameters,
  cursor: phaseCursor(at),
  counts: ["registered", "noCourse"],
  run: (context) =>
    phases<typeof at, Count>(context.cursor, at, {
      register: (from) => registerAll(context, from),
      courses: (from) => assignAll(context, from),
    }),
});

const START: Position = { component: 1, after: 0, given: {} };

async function sceneOf(context: Context, { given }: Position): Promise<EnrolScene> {
  const { rows, run, now, today, timeZone, configuration } = context;
  const coverage = await configuration.read(settings.equivalencesEnabled);
  return { rows, run, now, today, timeZone, coverage, given: { ...given } };
}

/** First phase: registrations on the refreshers themselves. */
async function* registerAll(context: Context, from: Position | null): AsyncGenerator<Step<Position, Count>, void> {
  const { rows, today, parameters } = context;
  const start = from ?? START;
  let scene: EnrolScene | null = null;
  const read = (done: number) => rows.all(refreshers(today, done, parameters.chunkSize));
  for await (const page of pages(start.component - 1, read, ({ id }) => id)) {
    for (const refresher of page.rows) {
      scene ??= await sceneOf(context, start);
      const { id } = refresher;
      const failure = refresherProblem(refresher) ?? (await prerequisitesProblem(rows, refresher.prerequisites));
      if (failure) {
        const units = [{ ref: `component:${id}`, writes: [], failure }];
        yield { units, cursor: { component: id + 1, after: 0, given: { ...scene.given } } };
      } else yield* registerOn(context, scene, refresher, id === start.component ? start.after : 0);
    }
  }
}

async function* registerOn(
  { rows, today, timeZone, parameters }: Context,
  scene: EnrolScene,
  refresher: Refresher,
  from: number,
): AsyncGenerator<Step<Position, Count>, void> {
  const due = {
    from: addMonths(today, -parameters.maxOverdueMonths),
    until: addDays(today, refresher.refreshLeadDays),
    timeZone,
  };
  const read = (after: number) => rows.all(refreshable(refresher, due, { after, limit: parameters.chunkSize }));
  for await (const page of pages(from, read, ({ personId }) => personId)) {
    const people = page.rows.flatMap((person) => {
      const enrolment = enrolmentOf(refresher, person, timeZone);
      const isDue = enrolment.dueOn <= due.until && addMonths(enrolment.dueOn, parameters.maxOverdueMonths) >= today;
      const closed = JSON.parse(person.closed) as string[];
      const prefix = refreshPrefix(refresher.componentId, person.personId, enrolment.dueOn);
      return isDue && !closed.some((ref) => ref.startsWith(prefix)) ? [enrolment] : [];
    });
    if (people.length === 0) continue;
    const units = await enrolPeople(scene, refresher, people);
    yield { units, cursor: { component: refresher.id, after: page.after, given: { ...scene.given } } };
  }
}

/** The registration that a person's refresh wants. */
function enrolmentOf(
  { id, componentId, kind, refreshAfterMonths }: Refresher,
  { personId, completedAt, cycleNo, hasSeat }: Refreshable,
  timeZone: string,
) {
  const dueOn = addMonths(localDay(completedAt, timeZone), refreshAfterMonths ?? 0);
  return {
    ref: `component:${id} person:${personId}`,
    personId,
    cycleNo,
    hasSeat,
    status: kind === "template" ? "personal_syllabus" : "booked",
    source: "refresher",
    sourceRef: refreshRef(componentId, personId, dueOn, cycleNo),
    dueOn,
    count: "registered",
    waitlisted: "registered",
  } as const satisfies Enrolment<Count>;
}

const assignment: CourseAssignment<Count> = {
  source: "refresher",
  sourceRef: ({ courseId, parent, cycleNo }) => refreshRef(courseId, parent.personId, parent.dueOn ?? "", cycleNo),
  waits: { noCourse: 1 },
};

/** Second phase: courses for registrations on templates. */
async function* assignAll(context: Context, from: Position | null): AsyncGenerator<Step<Position, Count>, void> {
  const { rows, log, parameters } = context;
  const start = from ?? START;
  let scene: EnrolScene | null = null;
  const read = (done: number) => rows.all(refresherTemplates(done, parameters.chunkSize));
  for await (const templates of pages(start.component - 1, read, ({ id }) => id)) {
    for (const { id } of templates.rows) {
      let first = id !== start.component || start.after === 0;
      const readWaiting = (after: number) =>
        rows.all(refreshersAwaitingCourse(id, { after, limit: parameters.chunkSize }));
      for await (const page of pages(first ? 0 : start.after, readWaiting, ({ id }) => id)) {
        scene ??= await sceneOf(context, start);
        const { units, unreadable, empty } = await assignPage(scene, id, page.rows, assignment);
        if (first && empty) log.info(`Template ${id} has no course that can be booked; its registrations wait for one`);
        yield {
          units: first ? [...unreadable, ...units] : units,
          cursor: { component: id, after: page.after, given: { ...scene.given } },
        };
        first = false;
      }
    }
  }
}
