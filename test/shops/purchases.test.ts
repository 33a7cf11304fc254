import { describe, expect, inject, it } from "vitest";
import type { Database } from "../../src/store/database.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";
import { seeded } from "../harness/seed.ts";
import type { Death } from "./mortal-worker.ts";
import { type Purchase, Shopping } from "./shopping.ts";

const { seed: daily, sweep } = inject("conformance");

/** A sweep lives another afternoon each day; otherwise it is always the same. `SEED=n` chooses one. */
const seed = sweep ? daily : Number(process.env.SEED ?? 20_787);

/** Fewer would not have each fate, early and late, at both shops. */
const COUNT = sweep ? 1_000 : 40;
const SHARES = {
  twice: 30,
  late: 10,
  lost: 20,
  ...(sweep ? { refunded: 7, cancelled: 3 } : { refunded: 7.5, cancelled: 5 }),
};
const DEATHS = 10;

/** Ten deaths, spread over the writes of all purchases. */
function deathsBy(dice: () => number): Death[] {
  const most = COUNT / 4;
  return Array.from({ length: DEATHS }, (_, index) => ({
    write: 2 + Math.floor(dice() * most),
    when: index % 2 === 0 ? "before" : "after",
  }));
}

async function rowsOf<T>(database: Database, sql: string): Promise<T[]> {
  const { rows } = await database.execute(sql);
  return rows.map((row) => ({ ...row }) as T);
}

interface Registration {
  readonly id: number;
  readonly ref: string;
  readonly person: number;
  readonly course: number;
  readonly status: string;
  readonly reason: string | null;
}

interface Audited {
  readonly id: number;
  readonly run: number | null;
  readonly action: string;
  readonly after: string;
}

/** How it stands with what was bought; null: no person is registered. */
function standingOf(found: readonly Registration[], { person, course }: Purchase): string | null {
  if (found.length === 0) return null;
  return found
    .map((one) => (one.person === person && one.course === course ? "" : "another person ") + one.status)
    .join();
}

/** What it may be: a cancellation that comes before the order bars it, and so does a refund that comes before the buyer is known. */
function wantedOf({ fate, isUnknown }: Purchase): (string | null)[] {
  if (fate === "kept") return ["booked"];
  if (isUnknown) return [null];
  return fate === "refunded" ? ["cancelled"] : ["cancelled", null];
}

describe(`${COUNT} purchases (seed ${seed}), some told twice, late, or not at all, with ${DEATHS} deaths of the process meanwhile`, () => {
  it.each([
    ["the common database", false],
    ["a database of the client's own", true],
  ])("register each buyer once, lose nothing, and leave a trail that says why, in %s", async (_name, isOwn) => {
    const dice = seeded(seed);
    const control = await freshFileDatabase();
    const store = isOwn ? await freshFileDatabase() : control;
    const shopping = new Shopping(control, store, dice, deathsBy(dice));
    await shopping.open();
    await shopping.buy(COUNT);
    await shopping.live();

    // What is spoken of has happened.
    const share = (is: (purchase: Purchase) => boolean) => (shopping.purchases.filter(is).length * 100) / COUNT;
    expect({
      twice: share(({ isRepeated }) => isRepeated),
      late: share(({ isLate }) => isLate),
      lost: share(({ isLost }) => isLost),
      refunded: share(({ fate }) => fate === "refunded"),
      cancelled: share(({ fate }) => fate === "cancelled"),
    }).toEqual(SHARES);
    expect(shopping.worker.deaths).toBe(DEATHS);
    expect([...shopping.sender.unsubscribed]).toEqual([]);
    const registrations = await rowsOf<Registration>(
      store,
      `SELECT id, source_ref AS ref, person_id AS person, component_id AS course, status, cancel_reason AS reason
        FROM registrations ORDER BY id`,
    );
    const byRef = Map.groupBy(registrations, ({ ref }) => ref);
    const wrong = shopping.purchases.flatMap((purchase) => {
      const standing = standingOf(byRef.get(purchase.sourceRef) ?? [], purchase);
      return wantedOf(purchase).includes(standing) ? [] : [{ ...purchase, standing }];
    });
    expect(wrong).toEqual([]);
    const refs = new Set(shopping.purchases.map(({ sourceRef }) => sourceRef));
    expect(registrations.filter(({ ref }) => !refs.has(ref))).toEqual([]);

    // Nothing waits, and nothing was given up or left to an administrator.
    expect(
      await rowsOf(
        store,
        `SELECT topic, state, error FROM webhook_events WHERE state NOT IN ('done', 'ignored') OR client_id <> 1`,
      ),
    ).toEqual([]);
    expect(
      await rowsOf(
        control,
        `SELECT processor, state FROM runs WHERE state NOT IN ('ok', 'no_action', 'skipped')
          AND (state <> 'planned' OR due_at <= ${shopping.clock.now()})`,
      ),
    ).toEqual([]);

    // Why each is registered, and why each is not any more, once.
    const audited = await rowsOf<Audited>(
      store,
      `SELECT entity_id AS id, run_id AS run, action, after FROM audit_log WHERE entity = 'registration' ORDER BY id`,
    );
    const trail = Map.groupBy(audited, ({ id }) => id);
    const unexplained = registrations.filter(({ id, ref, status, reason }) => {
      const told = (trail.get(id) ?? []).map(({ action, after, run }) => {
        const { source_ref, cancel_reason } = JSON.parse(after);
        return `${action} ${source_ref ?? cancel_reason}${run === null ? " without a run" : ""}`;
      });
      const expected = [`register ${ref}`, ...(status === "cancelled" ? [`cancel ${reason}`] : [])];
      return JSON.stringify(told) !== JSON.stringify(expected);
    });
    expect(unexplained.map(({ id, ref }) => ({ ref, trail: trail.get(id) }))).toEqual([]);

    // PayPal has taken each payment once; a stranger was refused.
    const captures = [...shopping.paypal.orders.values()].map((order) => order.captures.length);
    expect(captures.every((count) => count === 1)).toBe(true);
    expect(new Set(shopping.answers.filter(({ from }) => from === "stranger").map(({ status }) => status))).toContain(
      401,
    );
    expect(shopping.answers.some(({ from, status }) => from === "stranger" && status === 200)).toBe(false);
  });
});
