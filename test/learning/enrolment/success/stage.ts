import { type ClosableRegistration, closableColumns } from "../../../../src/learning/enrolment/close.ts";
import { recertificationColumns, recertificationJoin } from "../../../../src/learning/enrolment/next-cycle.ts";
import { readParents } from "../../../../src/learning/enrolment/parents.ts";
import { type AfterSuccess, type Success, Successes } from "../../../../src/learning/enrolment/success/successes.ts";
import { clientRows } from "../../../../src/store/rows.ts";
import { sql } from "../../../../src/store/sql.ts";
import { thisClient } from "../../../../src/store/statement.ts";
import type { StepResult } from "../../../../src/store/step/step.ts";
import { freshFileDatabase } from "../../../harness/database/file-database.ts";
import { writeUnits } from "../../../harness/runner/units.ts";
import { Suite } from "../../../processors/enrolment/suite.ts";

/** Noon of 2 March 2026 in Berlin. */
export const NOW = Date.UTC(2026, 2, 2, 11);
export const TODAY = "2026-03-02";

/** An instant in Berlin, given in UTC. */
export const at = (text: string) => Date.parse(text);

/** Client 1 in Berlin, and what becomes successful or ceases to be there. */
export class SuccessStage extends Suite {
  scene = { now: NOW, today: TODAY, timeZone: "Europe/Berlin" };

  static async set(clientId = 1): Promise<SuccessStage> {
    return new SuccessStage(await freshFileDatabase(), clientId);
  }

  get reader() {
    return clientRows(this.database, this.clientId, 7);
  }

  /** A registration as a processor reads it. */
  async read(id: number): Promise<ClosableRegistration> {
    const found = await this.reader.first<ClosableRegistration>(sql`
      SELECT ${closableColumns}, ${recertificationColumns} FROM registrations AS registration ${recertificationJoin}
      WHERE registration.client_id = ${thisClient} AND registration.id = ${id}`);
    if (!found) throw new Error(`There is no registration ${id}`);
    return found;
  }

  /** Makes registrations successful in one step, each a unit of its own. */
  async succeed(ids: readonly number[], success: Partial<Success> = {}): Promise<StepResult> {
    const { clientId, scene } = this;
    const successes = new Successes(scene);
    const parents = await readParents(this.reader, ids);
    const units = [];
    for (const id of ids) {
      const writes = successes.succeed(await this.read(id), { to: "passed", completedAt: null, parents, ...success });
      units.push({ ref: `registration:${id}`, writes });
    }
    return writeUnits(this.database, units, { clientId, now: scene.now, followUp: successes.followUp() });
  }

  /** Takes a registration out of success, as a person does. */
  async withdraw(id: number, to: AfterSuccess = "in_progress"): Promise<StepResult> {
    const { clientId, scene } = this;
    const successes = new Successes(scene);
    const unit = { ref: `registration:${id}`, writes: [successes.leave(await this.read(id), to)] };
    return writeUnits(this.database, [unit], { clientId, now: scene.now, followUp: successes.followUp() });
  }

  /** The row of a registration, these columns. */
  async row(id: number, columns: string): Promise<Record<string, unknown>> {
    const [found = {}] = await this.rows(`SELECT ${columns} FROM registrations WHERE id = ?`, id);
    return found;
  }
}
