import type { SQL } from "drizzle-orm";
import type { ClientRows } from "../../store/rows.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import type { Failure } from "../../store/step/step.ts";
import type { Day } from "../../time/day.ts";
import { seatsLeft } from "./places/seats.ts";
import {
  type Prerequisites,
  prerequisitesProblem,
  prerequisitesRequired,
  type Standing,
} from "./prerequisites/prerequisites.ts";

interface BookableCourse {
  readonly id: number;
  /** null: no limit. */
  readonly seats_left: number | null;
  readonly prerequisites: string | null;
  /** 1: no person is registered without meeting them. */
  readonly prerequisites_required: number;
}

/** A course chosen for a person. */
export interface ChosenCourse {
  readonly id: number;
  readonly prerequisites: Standing;
  /** It has room for everybody. */
  readonly unlimited: boolean;
}

/** True in SQL for a course that can still be booked, its seats aside. @param now instant (ms) */
export function isBookable(course: SQL, now: number): SQL {
  return sql`(${course}.planning_status IN ('released', 'fixed') AND (${course}.date_dependent = 0 OR ${course}.start_at > ${now}))`;
}

/**
 * The courses of a template that can be booked, best first (handbook, catalogue: ParticipantAutomaticRegistration):
 * released or fixed, with a free
 * seat, and still to start or not date-dependent; earliest start, then lowest id. A course without a start can be begun at
 * once and comes first. Serves one page of people; courses are read as far as they are needed.
 */
export class CourseChoice {
  readonly #rows: ClientRows;
  readonly #templateId: number;
  readonly #now: number;
  readonly #today: Day;
  readonly #prerequisites: Prerequisites;
  readonly #pageSize: number;
  readonly #given: (courseId: number) => number;
  readonly #courses: BookableCourse[] = [];
  readonly #left = new Map<number, number>();
  /** By the text of the prerequisites. */
  readonly #problems = new Map<string, Failure | null>();
  #complete = false;

  /**
   * @param scene.now instant (ms)
   * @param scene.today local day
   * @param scene.people how many are to be served; as many courses are read at once, since each has a seat
   * @param scene.given seats of a course that are given away although the database does not show it (a dry run took it back)
   */
  constructor(
    rows: ClientRows,
    templateId: number,
    prerequisites: Prerequisites,
    scene: {
      readonly now: number;
      readonly today: Day;
      readonly people: number;
      readonly given: (courseId: number) => number;
    },
  ) {
    this.#rows = rows;
    this.#templateId = templateId;
    this.#prerequisites = prerequisites;
    this.#now = scene.now;
    this.#today = scene.today;
    this.#pageSize = scene.people;
    this.#given = scene.given;
  }

  /** Courses seen so far whose prerequisites cannot be evaluated for any person, and why; they are never chosen. */
  get unreadable(): readonly { readonly id: number; readonly failure: Failure }[] {
    return this.#courses.flatMap((course) => {
      const failure = this.#problem(course);
      return failure ? [{ id: course.id, failure }] : [];
    });
  }

  #problem({ prerequisites }: BookableCourse): Failure | null {
    return prerequisites === null ? null : (this.#problems.get(prerequisites) ?? null);
  }

  /** True if the template has no course at all that can be booked. */
  async isEmpty(): Promise<boolean> {
    return (await this.#course(0)) === undefined;
  }

  /**
   * Chooses a person's course and takes a seat on it; null when there is none for this person.
   * @param avoid courses that are not to be chosen
   */
  async choose(personId: number, avoid: readonly number[]): Promise<ChosenCourse | null> {
    for (let index = 0; ; index += 1) {
      const course = await this.#course(index);
      if (!course) return null;
      const left = this.#left.get(course.id) ?? 0;
      if (left <= 0 || avoid.includes(course.id) || this.#problem(course)) continue;
      const prerequisites = (await this.#prerequisites.standing(course.prerequisites))(personId);
      if (prerequisites === "not_met" && course.prerequisites_required) continue;
      this.#left.set(course.id, left - 1);
      return { id: course.id, prerequisites, unlimited: course.seats_left === null };
    }
  }

  async #course(index: number): Promise<BookableCourse | undefined> {
    if (index >= this.#courses.length && !this.#complete) {
      const found = await this.#rows.all<BookableCourse>(sql`
        SELECT course.id, ${seatsLeft(sql`course`)} AS seats_left, course.prerequisites,
          ${prerequisitesRequired(sql`course.id`, this.#today)} AS prerequisites_required
        FROM components AS course
        WHERE course.client_id = ${thisClient} AND course.template_id = ${this.#templateId} AND course.kind = 'course'
          AND ${isBookable(sql`course`, this.#now)} AND coalesce(seats_left, 1) > 0
        ORDER BY course.start_at, course.id LIMIT ${this.#pageSize} OFFSET ${this.#courses.length}`);
      this.#complete = found.length < this.#pageSize;
      this.#courses.push(...found);
      for (const { prerequisites } of found) {
        if (prerequisites !== null && !this.#problems.has(prerequisites))
          this.#problems.set(prerequisites, await prerequisitesProblem(this.#rows, prerequisites));
      }
      for (const { id, seats_left } of found) this.#left.set(id, (seats_left ?? Infinity) - this.#given(id));
    }
    return this.#courses[index];
  }
}
