import { type SQL, sql } from "drizzle-orm";
import type { ClientRows } from "../../store/rows.ts";
import { thisClient } from "../../store/statement.ts";
import { metaTags, metaTicked } from "../meta.ts";
import { placesLeft } from "./places.ts";
import { type Prerequisites, prerequisitesProblem, type Standing } from "./prerequisites.ts";

interface BookableCourse {
  readonly id: number;
  /** null: no limit. */
  readonly places_left: number | null;
  readonly prerequisites: string | null;
  /** Meta 11838. */
  readonly prerequisites_required: number;
}

/** A course chosen for a person. */
export interface ChosenCourse {
  readonly id: number;
  readonly prerequisites: Standing;
}

/** True in SQL for a course that can still be booked, its places aside. @param now instant (ms) */
export function isBookable(course: SQL, now: number): SQL {
  return sql`(${course}.planning_status IN ('released', 'fixed') AND (${course}.date_dependent = 0 OR ${course}.start_at > ${now}))`;
}

/**
 * The courses of a template that can be booked, best first (spec 2.3.1, step 3; also 2.3.2): released or fixed, with a free
 * place, and still to start or not date-dependent; earliest start, then lowest id. A course without a start can be begun at
 * once and comes first.
 */
export class CourseChoice {
  readonly #courses: readonly BookableCourse[];
  readonly #left: Map<number, number>;
  readonly #prerequisites: Prerequisites;

  private constructor(courses: readonly BookableCourse[], left: Map<number, number>, prerequisites: Prerequisites) {
    this.#courses = courses;
    this.#left = left;
    this.#prerequisites = prerequisites;
  }

  /**
   * Reads the courses for one page of people.
   *
   * @param now instant (ms)
   * @param options.people how many are to be served; as many courses suffice, since each has a place
   * @param options.taken places of a course that this dry run has given away and taken back
   */
  static async read(
    rows: ClientRows,
    templateId: number,
    now: number,
    prerequisites: Prerequisites,
    options: { readonly people: number; readonly taken: (courseId: number) => number },
  ): Promise<CourseChoice> {
    const courses = await rows.all<BookableCourse>(sql`
      SELECT course.id, ${placesLeft(sql`course`)} AS places_left, course.prerequisites,
        ${metaTicked(metaTags.prerequisitesRequired, sql`course.id`)} AS prerequisites_required
      FROM components AS course
      WHERE course.client_id = ${thisClient} AND course.template_id = ${templateId} AND course.kind = 'course'
        AND ${isBookable(sql`course`, now)} AND coalesce(places_left, 1) > 0
      ORDER BY course.start_at, course.id LIMIT ${options.people}`);
    const left = courses.map(({ id, places_left }) => [id, (places_left ?? Infinity) - options.taken(id)] as const);
    return new CourseChoice(courses, new Map(left), prerequisites);
  }

  /** True if there is no course at all. */
  get empty(): boolean {
    return this.#courses.length === 0;
  }

  /** Courses whose prerequisites cannot be read; they are never chosen. */
  get unreadable(): readonly { readonly id: number; readonly code: string; readonly message: string }[] {
    return this.#courses.flatMap(({ id, prerequisites }) => {
      const problem = prerequisitesProblem(prerequisites);
      return problem ? [{ id, ...problem }] : [];
    });
  }

  /**
   * Chooses a person's course and takes a place on it; null when there is none for this person.
   * @param avoid courses that are not to be chosen
   */
  async choose(personId: number, avoid: readonly number[]): Promise<ChosenCourse | null> {
    for (const course of this.#courses) {
      const left = this.#left.get(course.id) ?? 0;
      if (left <= 0 || avoid.includes(course.id) || prerequisitesProblem(course.prerequisites)) continue;
      const prerequisites = (await this.#prerequisites.standing(course.prerequisites))(personId);
      if (prerequisites === "not_met" && course.prerequisites_required) continue;
      this.#left.set(course.id, left - 1);
      return { id: course.id, prerequisites };
    }
    return null;
  }
}
