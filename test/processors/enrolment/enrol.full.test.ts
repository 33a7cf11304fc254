import { beforeEach, describe, expect, it } from "vitest";
import { ParticipantAutomaticRegistration as processor } from "../../../src/processors/enrolment/ParticipantAutomaticRegistration.ts";
import type { Database } from "../../../src/store/database.ts";
import { Night } from "./night.ts";

let night: Night;

beforeEach(async () => {
  night = await Night.fall();
});

const registered = async (component: number) => (await night.on(component)).map(({ person_id }) => person_id);

describe("a full component", () => {
  it.each([1, 2, 100])(
    "puts exactly those on its waiting list for whom no place is left, %i at a time",
    async (chunkSize) => {
      const people = await night.people(5);
      const course = await night.course({ max_participants: 4, waiting_list: 1 });
      await night.registration(course, await night.person(), { status: "passed" });
      await night.registration(course, await night.person(), { status: "cancelled" });
      await night.rule(course, await night.group(people), { days_to_finish: 10 });
      const { state, counts } = await night.run(processor, { parameters: { chunkSize } });
      expect({ state, counts }).toMatchObject({
        state: "ok",
        counts: { registered: 3, waitlisted: 2, scanned: 5, changed: 5 },
      });
      const made = await night.rows(
        "SELECT status, booked_at IS NULL AS waits, due_on FROM registrations WHERE source = 'auto_rule'",
      );
      const booked = { status: "booked", waits: 0, due_on: "2026-03-12" };
      const waiting = { status: "waiting_list", waits: 1, due_on: "2026-03-12" };
      expect(made).toEqual([booked, booked, booked, waiting, waiting]);
      expect((await night.run(processor)).state).toBe("no_action");
    },
  );

  it.each([1, 2, 100])("without a waiting list fails those, and no other, %i at a time", async (chunkSize) => {
    const people = await night.people(5);
    const course = await night.course({ title: "Fire drill", max_participants: 2 });
    const other = await night.course();
    const group = await night.group(people);
    const rule = await night.rule(course, group);
    await night.rule(other, group);
    const { state, counts, errors } = await night.run(processor, { parameters: { chunkSize } });
    expect({ state, counts }).toMatchObject({ state: "partial", counts: { registered: 7, failed: 3, rules: 2 } });
    expect(errors.map(({ ref, code }) => `${ref} ${code}`)).toEqual(
      people.slice(2).map((person) => `rule:${rule} person:${person} full`),
    );
    expect(errors[0]?.message).toBe(`"Fire drill" (component ${course}) has 2 seats, all taken, and no waiting list`);
    expect(await registered(course)).toEqual(people.slice(0, 2));
    expect(await registered(other)).toEqual(people);
  });

  it("keeps who holds a place from an earlier cycle", async () => {
    const [again = 0, fresh = 0] = await night.people(2);
    const course = await night.course({ max_participants: 1 });
    await night.registration(course, again, { status: "failed" });
    await night.rule(course, await night.group([fresh, again]), { reenrol_closed: 1 });
    expect(await night.run(processor)).toMatchObject({ counts: { registered: 1, failed: 1 } });
    expect(await night.on(course, "person_id, cycle_no")).toEqual([
      { person_id: again, cycle_no: 1 },
      { person_id: again, cycle_no: 2 },
    ]);
  });

  it("is full for a template's limit neither", async () => {
    const template = await night.template({ max_participants: 1 });
    await night.rule(template, await night.group(await night.people(3)));
    expect((await night.run(processor)).counts).toMatchObject({ registered: 3 });
  });

  it("gives no place away twice when another person books between our read and our write", async () => {
    const people = await night.people(2);
    const guest = await night.person();
    const open = await night.course({ max_participants: 2, waiting_list: 1 });
    const closed = await night.course({ max_participants: 2 });
    const group = await night.group(people);
    const rules = new Map([
      [await night.rule(open, group), open],
      [await night.rule(closed, group), closed],
    ]);
    const { database } = night;
    // The guest books a course just before the first step that would book others on it.
    const through: Database = {
      execute: ((...args: Parameters<Database["execute"]>) => database.execute(...args)) as Database["execute"],
      transaction: ((mode?: "write") => database.transaction(mode ?? "write")) as Database["transaction"],
      async batch(statements, mode) {
        for (const [rule, course] of rules) {
          if (!JSON.stringify(statements).includes(`"rule:${rule}|`)) continue;
          rules.delete(rule);
          await night.registration(course, guest);
        }
        return database.batch(statements, mode);
      },
    };
    expect(await night.run(processor, { through })).toMatchObject({
      state: "ok",
      counts: { registered: 2, waitlisted: 1, skipped: 1 },
    });
    expect(await night.on(open)).toEqual([
      { person_id: people[0], status: "booked" },
      { person_id: people[1], status: "waiting_list" },
      { person_id: guest, status: "booked" },
    ]);
    expect(await registered(closed)).toEqual([people[0], guest]);
  });

  it("that is full only since our read takes no other person: the places were limited before our write", async () => {
    const people = await night.people(3);
    const course = await night.course();
    const rule = await night.rule(course, await night.group(people));
    const { database } = night;
    const through: Database = {
      execute: ((...args: Parameters<Database["execute"]>) => database.execute(...args)) as Database["execute"],
      transaction: ((mode?: "write") => database.transaction(mode ?? "write")) as Database["transaction"],
      async batch(statements, mode) {
        if (JSON.stringify(statements).includes(`rule:${rule}|${course}`))
          await night.update("components", course, { max_participants: 1 });
        return database.batch(statements, mode);
      },
    };
    expect((await night.run(processor, { through })).counts).toMatchObject({ scanned: 3, skipped: 3 });
    expect(await registered(course)).toEqual([]);
    expect((await night.run(processor)).counts).toMatchObject({ registered: 1, failed: 2 });
  });
});
