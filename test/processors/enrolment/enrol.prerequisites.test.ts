import { beforeEach, describe, expect, it } from "vitest";
import { ParticipantAutomaticRegistration as processor } from "../../../src/processors/enrolment/ParticipantAutomaticRegistration.ts";
import { Night } from "./night.ts";

let night: Night;

beforeEach(async () => {
  night = await Night.fall();
});

const registered = async (component: number) => (await night.on(component)).map(({ person_id }) => person_id);

describe("prerequisites", () => {
  const prerequisites = JSON.stringify({ attr: "department", op: "eq", value: "IT" });
  let it1 = 0;
  let sales = 0;

  beforeEach(async () => {
    it1 = await night.person({ attributes: JSON.stringify({ department: "it " }) });
    sales = await night.person({ attributes: JSON.stringify({ department: "Sales" }) });
  });

  it("are noted on the registration", async () => {
    const course = await night.course({ prerequisites });
    await night.rule(course, await night.group([it1, sales]));
    await night.run(processor);
    const checked = night.clock.now();
    expect(await night.on(course, "person_id, prerequisite_status, prerequisite_checked_at")).toEqual([
      { person_id: it1, prerequisite_status: "met", prerequisite_checked_at: checked },
      { person_id: sales, prerequisite_status: "not_met", prerequisite_checked_at: checked },
    ]);
  });

  it.each([
    ["1", 1],
    ["0", 0],
  ])("with meta 11838 = %s keep out who does not meet them: %i skipped", async (value, skipped) => {
    const course = await night.course({ prerequisites, max_participants: 1, waiting_list: 1 });
    await night.meta(course, 11838, value);
    await night.rule(course, await night.group([sales, it1]));
    const { counts } = await night.run(processor);
    expect(counts.skipped ?? 0).toBe(skipped);
    // Who is kept out takes no place.
    expect(await night.on(course)).toEqual(
      skipped
        ? [{ person_id: it1, status: "booked" }]
        : [
            { person_id: it1, status: "booked" },
            { person_id: sales, status: "waiting_list" },
          ],
    );
  });

  it("that meta 11838 wants but no administrator has set keep no person out", async () => {
    const course = await night.course();
    await night.meta(course, 11838);
    await night.rule(course, await night.group([sales]));
    await night.run(processor);
    expect(await night.on(course, "prerequisite_status")).toEqual([{ prerequisite_status: "none" }]);
  });

  it.each(["not json", "{}", '{"attr":"department","op":"like","value":"x"}'])(
    "that cannot be read (%s) fail the rule, and no other",
    async (broken) => {
      const group = await night.group([it1]);
      const [bad = 0, good = 0] = [await night.course({ prerequisites: broken }), await night.course()];
      const rule = await night.rule(bad, group);
      await night.rule(good, group);
      const { state, errors, counts } = await night.run(processor);
      expect({ state, counts }).toMatchObject({ state: "partial", counts: { rules: 1, registered: 1, failed: 1 } });
      expect(errors).toMatchObject([{ ref: `rule:${rule}`, code: "bad_rule" }]);
      expect(await registered(bad)).toEqual([]);
    },
  );

  it("that cannot be said of a person are not met", async () => {
    const unknown = await night.person();
    const negated = JSON.stringify({ not: { attr: "department", op: "eq", value: "IT" } });
    const course = await night.course({ prerequisites: negated });
    await night.meta(course, 11838);
    await night.rule(course, await night.group([it1, sales, unknown]));
    await night.run(processor);
    expect(await registered(course)).toEqual([sales]);
  });

  it("count covered components where equivalences are enabled", async () => {
    const base = await night.course();
    const after = await night.course({ prerequisites: JSON.stringify({ component: base, status: ["passed"] }) });
    await night.meta(after, 11838);
    await night.rule(after, await night.group([it1, sales]));
    await night.insert("equivalence_rules", {
      id: 1,
      name: "Same",
      relation: "covers",
      triggers: "[]",
      target_component_id: base,
    });
    await night.database.execute({
      sql: "INSERT INTO coverage_entries (client_id, rule_id, person_id, component_id, by, since) VALUES (1, 1, ?, ?, '[]', '2026-01-01')",
      args: [sales, base],
    });
    await night.run(processor);
    expect(await registered(after)).toEqual([]);
    await night.setting("equivalences.enabled", true);
    await night.run(processor);
    expect(await registered(after)).toEqual([sales]);
  });

  it.each([
    ["2026-03-01", "1", 1],
    [" 2026-03-01 ", "1", 1],
    ["2026-03-02", "1", 2],
    ["2026-03-03", "1", 2],
    ["soon", "1", 2],
    [null, "1", 2],
    ["2026-03-01", "0", 2],
  ])(
    "that were due on %s, with meta 11801 = %s, make %i registrations: none that would be cancelled the same night",
    async (due, cancels, expected) => {
      const course = await night.course({ prerequisites });
      await night.meta(course, 11801, cancels);
      if (due !== null) await night.meta(course, 12703, due);
      await night.rule(course, await night.group([it1, sales]), { reenrol_closed: 1 });
      await night.run(processor);
      expect(await registered(course)).toEqual([it1, sales].slice(0, expected));
    },
  );
});
