import type { SQL } from "drizzle-orm";
import { z } from "zod";
import { settings } from "../../control/clients/setting-definitions.ts";
import { openStatuses, statusList, successfulStatuses } from "../../learning/enrolment/status.ts";
import { type Learner, readFinishDays } from "../../learning/syllabus/finishes.ts";
import { type Element, itemsOf, Syllabus } from "../../learning/syllabus/syllabus.ts";
import { touchedIds } from "../../store/change.ts";
import { among } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { defineProcessor, type RunContext, type Step, type Unit } from "../contract.ts";
import { pages } from "../patterns/pages.ts";
import { unitOf } from "../unit-of.ts";

const parameters = z.strictObject({
  neverLower: z.boolean().default(false).describe("Leave a level as it is where the new structure would lower it"),
});

/** Paths up to `past` are done, and on path `path` the registrations up to `after`. */
const cursor = z.strictObject({ past: z.int(), path: z.int(), after: z.int() });
type Cursor = z.output<typeof cursor>;

const counts = ["paths", "raised", "lowered"] as const;
type Count = (typeof counts)[number];
type Context = RunContext<z.output<typeof parameters>, Cursor>;

interface LevelPath {
  readonly id: number;
  readonly version: number;
}

interface Outdated extends Learner {
  readonly level: number | null;
}

/**
 * Handbook, catalogue: ProgrammeCurriculumLevelStatus. Only paths with registrations from before their latest structure are looked at. The
 * level is the first whose mandatory elements the person has not all finished, by whatever way; a level without mandatory elements is
 * finished. A page of registrations is written with one set of statements for those that rise, fall and stay.
 */
export const ProgrammeCurriculumLevelStatus = defineProcessor({
  id: "ProgrammeCurriculumLevelStatus",
  group: "paths",
  title: "Work out levels after a change",
  summary: "Works out people's levels on learning paths anew after the structure of a path was changed.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 50 3 * * ?",
  after: ["ProgrammeCurriculumLevelStatusUpdateJob"],
  dryRun: "exact",
  parameters,
  cursor,
  counts,
  async *run(context) {
    const { rows, log, parameters: chosen } = context;
    const start = context.cursor ?? { past: 0, path: 0, after: 0 };
    const read = (past: number) => rows.all(changedPaths(past, chosen.chunkSize));
    for await (const page of pages(start.past, read, ({ id }) => id)) {
      for (const path of page.rows) {
        const done = { past: path.id, path: 0, after: 0 };
        let failed: Unit<Count> | null = null;
        try {
          const levels = new Syllabus(await rows.all(itemsOf([path.id]))).levels();
          if (levels.length === 0) {
            log.warn(
              `Learning path ${path.id} has levels but no folder for one; its registrations are left as they are`,
            );
            failed = { ref: `component:${path.id}`, writes: [] };
          } else {
            const mandatory = levels.map(({ elements }) => elements.filter((element) => element.mandatory));
            yield* updateLevels(context, path, mandatory, path.id === start.path ? start.after : 0);
          }
        } catch (error) {
          // Whatever it is about this path, the others are worked on all the same.
          failed = await unitOf<Count>(`component:${path.id}`, () => Promise.reject(error));
        }
        if (failed) yield { units: [failed], cursor: done };
      }
    }
    return undefined;
  },
});

async function* updateLevels(
  { rows, configuration, now, timeZone, parameters: { neverLower, chunkSize } }: Context,
  path: LevelPath,
  levels: readonly (readonly Element[])[],
  from: number,
): AsyncGenerator<Step<Cursor, Count>, void> {
  const coverage = await configuration.read(settings.equivalencesEnabled);
  const read = (after: number) => rows.all(outdated(path, after, chunkSize));
  let first = from === 0;
  for await (const { rows: found, after } of pages(from, read, ({ registrationId }) => registrationId)) {
    const days = await readFinishDays(rows, found, levels.flat(), { coverage, timeZone });
    const levelOf = ({ registrationId }: Outdated) => {
      const finished = days.get(registrationId);
      const first = levels.findIndex((elements) => elements.some(({ id }) => !finished?.has(id)));
      return first < 0 ? levels.length : first + 1;
    };
    const raised: Level[] = [];
    const lowered: Level[] = [];
    const kept: Level[] = [];
    for (const registration of found) {
      const { registrationId: id, level: known } = registration;
      const level = levelOf(registration);
      if (known === null || level > known) raised.push({ id, level });
      else if (level === known || neverLower) kept.push({ id, level: known });
      else lowered.push({ id, level });
    }
    const units = [
      setLevels(path, raised, now, "raised"),
      setLevels(path, lowered, now, "lowered"),
      setLevels(path, kept, now),
    ];
    const at = { past: path.id - 1, path: path.id, after };
    yield { units: units.flat(), cursor: at, counts: first ? { paths: 1 } : {} };
    first = false;
  }
}

/** A registration's level. */
interface Level {
  readonly id: number;
  readonly level: number;
}

const levelStatuses = statusList([...openStatuses, ...successfulStatuses]);

/** True in SQL for a registration from before a path's structure. */
const isOutdated = (version: SQL | number) =>
  sql`registration.status IN ${levelStatuses} AND coalesce(registration.level_structure_version, 0) < ${version}`;

function changedPaths(past: number, limit: number): SQL<LevelPath> {
  return sql`SELECT path.id AS id, path.structure_version AS version FROM components AS path
    WHERE path.client_id = ${thisClient} AND path.kind = 'learning_path' AND path.path_mode = 'level' AND path.id > ${past}
      AND EXISTS (SELECT 1 FROM registrations AS registration WHERE registration.client_id = path.client_id
        AND registration.component_id = path.id AND ${isOutdated(sql`path.structure_version`)})
    ORDER BY path.id LIMIT ${limit}`;
}

function outdated({ id, version }: LevelPath, after: number, limit: number): SQL<Outdated> {
  return sql`SELECT registration.id AS registrationId, registration.person_id AS personId, registration.current_level AS level
    FROM registrations AS registration INDEXED BY registrations_component
    WHERE registration.client_id = ${thisClient} AND registration.component_id = ${id} AND ${isOutdated(version)}
      AND registration.id > ${after}
    ORDER BY registration.id LIMIT ${limit}`;
}

/** What the audit keeps of a registration's level. */
const levelColumns = sql`json_object('current_level', registration.current_level,
  'level_structure_version', registration.level_structure_version)`;

/** The unit that writes levels, and that they are those of the path's structure; none without a level. */
function setLevels({ version }: LevelPath, levels: readonly Level[], now: number, count?: Count): Unit<Count>[] {
  if (levels.length === 0) return [];
  const ids = levels.map(({ id }) => id);
  return [
    {
      ref: `registration:${ids[0]}–${ids.at(-1)}`,
      rows: levels.length,
      writes: [
        {
          rows: sql`SELECT registration.id AS id, registration.person_id AS person_id, ${levelColumns} AS before
            FROM registrations AS registration
            WHERE +registration.client_id = ${thisClient} AND registration.id IN ${among(ids)} AND ${isOutdated(version)}`,
          write: sql`UPDATE registrations SET current_level = new.value ->> 'level', level_structure_version = ${version},
              updated_at = ${now}
            FROM json_each(${JSON.stringify(levels)}) AS new
            WHERE +registrations.client_id = ${thisClient} AND registrations.id = new.value ->> 'id'
              AND registrations.id IN ${touchedIds}`,
          ...(count === undefined ? {} : { count }),
          audit: {
            entity: "registration",
            action: "set_level",
            after: sql`(SELECT ${levelColumns} FROM registrations AS registration WHERE registration.id = touched.id)`,
          },
          indexed: "registration",
        },
      ],
    },
  ];
}
