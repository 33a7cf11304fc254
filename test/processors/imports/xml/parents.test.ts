import { describe, expect, it } from "vitest";
import { bring, codes, content, group, id, membership, parents, stageFor, subgroup, xml } from "./xml-stage.ts";

describe("a parent", () => {
  it("is set by relationship and by idtype 2, whatever the order in the file and the size of steps", async () => {
    for (const chunkSize of [1, 2, 200]) {
      const stage = await stageFor();
      const outcome = await bring(
        stage,
        xml(
          membership("ROOT", subgroup("B")),
          group("C", { parent: "B" }),
          group("A", { parent: "ROOT" }),
          `<group>${id("D")}<description><short>D</short></description><relationship relation="2">${id("A")}</relationship></group>`,
          group("B"),
          group("ROOT"),
        ),
        { chunkSize },
      );
      expect(outcome).toMatchObject({ state: "ok", counts: { groups: 5, scanned: 8 } });
      expect(await parents(stage)).toEqual({ A: "ROOT", B: "ROOT", C: "B", D: null, ROOT: null });
    }
  });

  it("that closes a cycle is rejected in the last row of it, and its neighbours go on", async () => {
    for (const chunkSize of [1, 2, 200]) {
      const stage = await stageFor();
      const file = xml(
        group("A", { parent: "B" }),
        group("B", { parent: "C" }),
        group("C", { parent: "A" }),
        group("D", { parent: "A" }),
        membership("D", subgroup("E")),
        group("E"),
      );
      const outcome = await bring(stage, file, { chunkSize });
      expect(codes(outcome)).toEqual([["a.xml:5 hr|C", "parent_cycle"]]);
      expect(await parents(stage)).toEqual({ A: "B", B: "C", C: null, D: "A", E: "D" });
      const before = await content(stage);
      expect(codes(await bring(stage, `${file} `, { chunkSize }))).toEqual([["a.xml:5 hr|C", "parent_cycle"]]);
      expect(await content(stage)).toEqual(before);
    }
  });

  it("and child can change places in one file, in either order", async () => {
    for (const chunkSize of [1, 200]) {
      for (const turn of [false, true]) {
        const stage = await stageFor();
        await bring(stage, xml(group("A", { parent: "B" }), group("B", { parent: "TOP" }), group("TOP")));
        const rows = [group("B", { parent: "A" }), group("A", { parent: "TOP" })];
        const outcome = await bring(stage, xml(...(turn ? rows.reverse() : rows)), { chunkSize });
        expect(outcome.failures).toEqual([]);
        expect(await parents(stage)).toEqual({ A: "TOP", B: "A", TOP: null });
      }
    }
  });

  it("that is a second one is noted and passed over; recstatus 3 takes one away", async () => {
    const stage = await stageFor();
    const outcome = await bring(
      stage,
      xml(
        group("A"),
        group("B"),
        group("C", { parent: "A" }),
        membership("A", subgroup("C")),
        membership("B", subgroup("C")),
      ),
    );
    expect(outcome).toMatchObject({ state: "ok", failures: [] });
    expect((await stage.result("done/a.xml"))[1]).toMatch(/^7;hr\|C;warning;An earlier row/);
    await bring(stage, xml(membership("B", subgroup("C", ' recstatus="3"'))));
    expect(await parents(stage)).toMatchObject({ C: "A" });
    expect(await bring(stage, xml(membership("A", subgroup("C", ' recstatus="3"'))))).toMatchObject({
      counts: { groups: 1 },
    });
    expect(await parents(stage)).toMatchObject({ C: null });
    await bring(stage, xml(membership("A", subgroup("C"))));
    await bring(stage, xml(membership("A", subgroup("C", ' recstatus="3"')), membership("B", subgroup("C"))));
    expect(await parents(stage)).toMatchObject({ C: "B" });
  });

  it("has at most 100 above it", async () => {
    const stage = await stageFor();
    const chain = Array.from({ length: 110 }, (_, n) => group(`G${n}`, n === 0 ? {} : { parent: `G${n - 1}` }));
    const outcome = await bring(stage, xml(...chain), { chunkSize: 7 });
    expect(outcome.failures[0]).toMatchObject({ ref: "a.xml:104 hr|G101", code: "too_deep" });
    // Each group below a rejected one begins a tree of its own.
    expect(outcome.failures).toHaveLength(1);
  });
});
