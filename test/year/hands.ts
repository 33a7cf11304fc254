import {
  type ClosableRegistration,
  cancelRegistration,
  closableColumns,
  failRegistration,
} from "../../src/learning/enrolment/close.ts";
import { recertificationColumns, recertificationJoin } from "../../src/learning/enrolment/next-cycle.ts";
import { readParents } from "../../src/learning/enrolment/parents.ts";
import { Successes } from "../../src/learning/enrolment/success/successes.ts";
import type { Unit, Write } from "../../src/processors/contract.ts";
import type { Database } from "../../src/store/database.ts";
import { type ClientRows, clientRows } from "../../src/store/rows.ts";
import { sql } from "../../src/store/sql.ts";
import { statement, thisClient } from "../../src/store/statement.ts";
import { writeUnits } from "../harness/runner/units.ts";
import { insert } from "../learning/rows.ts";
import type { Academy, Registration } from "./academy.ts";
import { localDayAt, textOf } from "./calendar.ts";
import type { Row } from "./rows.ts";

/** Above the ids of all runs: what people do is no run's. */
const NO_RUN = 1_000_000_000;

/** What people and administrators of one client do in the product: through its own write path where a status moves. */
export class Hands {
  readonly #database: Database;
  readonly #academy: Academy;
  readonly #reader: ClientRows;

  constructor(database: Database, academy: Academy) {
    this.#database = database;
    this.#academy = academy;
    this.#reader = clientRows(database, academy.clientId, NO_RUN);
  }

  /** Adds rows. */
  insert(table: string, ...rows: readonly Row[]): Promise<void> {
    const { clientId } = this.#academy;
    return insert(this.#database, table, ...rows.map((row) => ({ client_id: clientId, ...row })));
  }

  /** Adds a registration, and tells learning logic of it. */
  async register(row: Row): Promise<void> {
    await this.insert("registrations", row);
    const { rows } = await this.#database.execute("SELECT max(id) AS id FROM registrations");
    await this.changed("registration", Number(rows[0]?.id));
  }

  /** Tells learning logic that something was changed. */
  async changed(entity: "registration" | "person" | "component", id: number): Promise<void> {
    const { clientId } = this.#academy;
    await this.#database.execute({
      sql: "INSERT INTO index_changes (client_id, entity, entity_id, op, at) VALUES (?, ?, ?, 'upsert', 0)",
      args: [clientId, entity, id],
    });
  }

  /** Sets columns of one row. */
  async set(table: string, id: number, columns: Row): Promise<void> {
    const sets = Object.entries(columns).map(([name, value]) => sql`${sql.identifier(name)} = ${value}`);
    const { sql: text, args } = statement(
      sql`UPDATE ${sql.identifier(table)} SET ${sql.join(sets, sql`, `)} WHERE id = ${id}`,
    );
    await this.#database.execute({ sql: text, args });
  }

  /** Deletes the rows that have these values. */
  async remove(table: string, where: Row): Promise<void> {
    const conditions = Object.entries(where).map(([name, value]) => sql`${sql.identifier(name)} = ${value}`);
    const { sql: text, args } = statement(
      sql`DELETE FROM ${sql.identifier(table)} WHERE ${sql.join(conditions, sql` AND `)}`,
    );
    await this.#database.execute({ sql: text, args });
  }

  /** Work is done. @param at ms */
  async finish(registration: Registration, at: number): Promise<void> {
    const successes = new Successes(this.#scene(at));
    const own = await this.#read(registration);
    const parents = await readParents(this.#reader, [own.id]);
    await this.#write(at, successes.succeed(own, { to: "passed", completedAt: at, parents }), successes);
  }

  /** The person sets it to failed. */
  async fail(registration: Registration, at: number): Promise<void> {
    await this.#write(at, [failRegistration(await this.#read(registration), this.#scene(at))]);
  }

  /** An administrator cancels it. */
  async cancel(registration: Registration, at: number): Promise<void> {
    await this.#write(at, [cancelRegistration(await this.#read(registration), "by_hand", this.#scene(at))]);
  }

  /** An administrator takes it out of success. */
  async withdraw(registration: Registration, at: number): Promise<void> {
    const successes = new Successes(this.#scene(at));
    const write = successes.leave(await this.#read(registration), "in_progress");
    await this.#write(at, [write], successes);
  }

  #scene(at: number) {
    const { zone } = this.#academy;
    return { now: at, today: textOf(localDayAt(at, zone)), timeZone: zone.name };
  }

  async #read({ componentId, personId, cycle }: Registration): Promise<ClosableRegistration> {
    const found = await this.#reader.first<ClosableRegistration>(sql`
      SELECT ${closableColumns}, ${recertificationColumns} FROM registrations AS registration ${recertificationJoin}
      WHERE registration.client_id = ${thisClient} AND registration.component_id = ${componentId}
        AND registration.person_id = ${personId} AND registration.cycle_no = ${cycle}`);
    if (!found) throw new Error(`The product has no registration ${componentId} of ${personId}, cycle ${cycle}`);
    return found;
  }

  async #write(at: number, writes: readonly Write<string>[], successes?: Successes): Promise<void> {
    const unit: Unit<string> = { ref: "by_hand", writes };
    const { clientId } = this.#academy;
    const followUp = successes?.followUp() ?? [];
    const { failures } = await writeUnits(this.#database, [unit], { clientId, runId: NO_RUN, now: at, followUp });
    if (failures.length > 0) throw new Error(`By hand: ${JSON.stringify(failures)}`);
  }
}
