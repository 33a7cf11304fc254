import type { Database } from "../../src/store/database.ts";
import { addClient } from "../harness/runner/runner.ts";
import { seeded } from "../harness/seed.ts";
import { type Academy, allCertificationPeriods, type Moment } from "./academy.ts";
import { clock, type DayNumber, dayOf, instantAt, textOf, type Zone } from "./calendar.ts";
import { differences } from "./comparison.ts";
import { Events } from "./events.ts";
import { Hands } from "./hands.ts";
import type { Dice } from "./ids.ts";
import { type Death, Product } from "./product.ts";
import { parts } from "./reckoner/night.ts";
import { writeAcademy } from "./rows.ts";
import { makeAcademy } from "./world.ts";

/** 1 March 2026: the clocks change in the north on the 29th, in the south on 5 April. */
const FIRST = dayOf(2026, 3, 1);

/** The first night that is anything but plain. */
const SETTLED = 8;

/** Days in which one night is missed and one is lived twice. */
const MONTH = 30;

/** Writes of a night up to which a process may die. */
const MOST_WRITES = 50;

/** Product and reckoner behind a night. */
export interface Difference {
  /** Client and day. */
  readonly what: string;
  readonly found: Awaited<ReturnType<typeof differences>>;
}

interface Life {
  readonly academy: Academy;
  readonly events: Events;
}

/** What kind of night it is. A `long` outage is one of both clients: the earlier comes back in the morning, the later behind midnight. */
type Night = "plain" | "missed" | "double" | "killed" | "long";

/** Two clients' days and nights, lived by the product and reckoned beside it. */
export class Year {
  readonly #product: Product;
  readonly #dice: Dice;
  readonly #lives: readonly [Life, Life];
  readonly #days: number;
  /** Where they differ; the year ends with the first day of differences. */
  readonly differences: Difference[] = [];
  /** Runs that did not end well. */
  unended: string[] = [];
  /** Days lived. */
  lived = 0;
  readonly #nights = new Set<Night>();

  private constructor(product: Product, dice: Dice, lives: readonly [Life, Life], days: number) {
    this.#product = product;
    this.#dice = dice;
    this.#lives = lives;
    this.#days = days;
  }

  /** Sets up both clients. @param zones of the client whose night comes first, and of the other */
  static async begin(database: Database, seed: number, zones: readonly [Zone, Zone], days: number): Promise<Year> {
    const dice = seeded(seed);
    const product = new Product(database, instantAt(FIRST - 1, clock(20, 0), zones[0]));
    const lives: Life[] = [];
    for (const zone of zones) {
      const clientId = await addClient(database, zone.name.toLowerCase(), zone.name);
      const academy = makeAcademy(dice, clientId, zone, FIRST, days);
      await writeAcademy(database, academy);
      lives.push({ academy, events: new Events(academy, new Hands(database, academy), dice) });
    }
    await product.saveJobs();
    return new Year(product, dice, lives as [Life, Life], days);
  }

  /** Lives every day, or up to the first difference. */
  async live(): Promise<void> {
    const [first, second] = this.#lives;
    let missed: Moment["today"] | null = null;
    for (let day = FIRST; day < FIRST + this.#days && this.differences.length === 0; day += 1) {
      await first.events.early(day);
      if (missed === null) await this.#night(first, day, this.#kindOf(day, 0));
      await second.events.early(day);
      if (missed !== null) {
        // Both were away: the first one's night was missed today, the second one's yesterday.
        const now = instantAt(day, clock(0, 1, 45), second.academy.zone);
        await this.#product.comeBack(now, [first.academy.clientId, second.academy.clientId]);
        reckon(first.academy, () => ({ today: day, now }));
        reckon(second.academy, () => ({ today: day - 1, now }));
        missed = null;
      }
      await this.#compare(first, day);
      await first.events.daytime(day);
      const kind = this.#kindOf(day, 1);
      if (kind === "long" && day + 1 < FIRST + this.#days) {
        missed = day;
        this.#nights.add(kind);
      } else await this.#night(second, day, kind === "long" ? "plain" : kind);
      if (missed === null) await this.#compare(second, day);
      await second.events.daytime(day);
      this.lived += 1;
    }
    await this.#readRuns();
  }

  /** One of a month is missed and one is double, on days of its own for each client; of the others every third is interrupted. */
  #kindOf(day: DayNumber, client: number): Night {
    const since = day - FIRST;
    const dies = this.#dice() < 0.3;
    if (since < SETTLED) return "plain";
    if (since % MONTH === 11 + client * 3)
      return client === 1 && Math.floor(since / MONTH) % 2 === 1 ? "long" : "missed";
    if (since % MONTH === 17 + client * 5) return "double";
    return dies ? "killed" : "plain";
  }

  async #night({ academy }: Life, day: DayNumber, kind: Night): Promise<void> {
    this.#nights.add(kind);
    const { zone } = academy;
    if (kind === "missed") {
      const now = instantAt(day, clock(6, 0), zone);
      await this.#product.comeBack(now, [academy.clientId]);
      return reckon(academy, () => ({ today: day, now }));
    }
    const death: Death | null =
      kind === "killed"
        ? { write: 1 + Math.floor(this.#dice() * MOST_WRITES), when: this.#dice() < 0.5 ? "before" : "after" }
        : null;
    await this.#product.night(academy, day, death);
    reckon(academy, ([hours, minutes]) => ({ today: day, now: instantAt(day, clock(hours, minutes), zone) }));
    if (kind !== "double") return;
    const starts = await this.#product.again(academy);
    reckon(academy, (_at, index) => ({ today: day, now: starts[index] as number }));
  }

  async #compare({ academy }: Life, day: DayNumber): Promise<void> {
    const found = await differences(this.#product.database, academy);
    if (Object.keys(found).length > 0) this.differences.push({ what: `${academy.zone.name} ${textOf(day)}`, found });
  }

  async #readRuns(): Promise<void> {
    const { rows } = await this.#product.database.execute(
      `SELECT client_id, processor, scheduled_at, state, reason, message FROM runs
        WHERE state NOT IN ('ok', 'no_action', 'partial') OR state = 'partial' AND processor <> 'ParticipantAutomaticRegistration'`,
    );
    this.unended = rows.map((row) =>
      [
        row.client_id,
        row.processor,
        new Date(Number(row.scheduled_at)).toISOString(),
        row.state,
        row.reason,
        row.message,
      ].join(" "),
    );
  }

  /** What there is at the end, and what kinds of nights there were, in words. */
  happened(): readonly string[] {
    const words = new Set([...this.#nights].map((kind) => `night: ${kind}`));
    if (this.#product.deaths > 0) words.add("a process died");
    for (const { academy } of this.#lives) {
      for (const { status, source, reason, prerequisites, level, pct, locked } of academy.registrations) {
        words.add(`level: ${level}`);
        if (pct !== null && pct > 0 && pct < 100) words.add("a path is partly done");
        if (locked.size > 0) words.add("a rule locks an item");
        words.add(`registration: ${status}`).add(`source: ${source}`);
        words.add(`because: ${reason}`).add(`prerequisites: ${prerequisites}`);
      }
      for (const { status, carried } of allCertificationPeriods(academy)) {
        words.add(`certification: ${status}`);
        if (carried > 0) words.add("something is carried over");
      }
      for (const message of academy.messages) words.add(`told: ${message.split(" ")[0]}`);
      if (academy.coverage.size > 0) words.add("a component is covered");
      for (const { state, locked } of academy.periods) {
        words.add(`period: ${state}`);
        if (locked.size > 0) words.add("an element is locked");
      }
      for (const { state } of academy.skills.values()) words.add(`skill: ${state}`);
      for (const { passiveReason } of academy.people.values()) words.add(`passive: ${passiveReason}`);
      for (const { planning } of academy.components.values()) words.add(`component: ${planning}`);
    }
    return [...words].sort();
  }
}

/** Reckons a night. @param momentOf when each job runs */
function reckon(academy: Academy, momentOf: (at: readonly [number, number], index: number) => Moment): void {
  for (const [index, { at, reckon: reckonPart }] of parts.entries()) reckonPart(academy, momentOf(at, index));
}
