import { beforeEach, describe, expect, it } from "vitest";
import { ContentAutoUpdate as processor } from "../../../src/processors/courses/ContentAutoUpdate.ts";
import { moved } from "../enrolment/night.ts";
import { TemplateNight } from "./template.ts";

let night: TemplateNight;
beforeEach(async () => {
  night = await TemplateNight.fall();
});

const countsOf = async () => moved((await night.run(processor)).counts);
const RULE = JSON.stringify({ group: 4 });

describe("the medium and version of an item that a person has begun are held back", () => {
  it.each([
    ["scorm12", true],
    ["scorm2004", true],
    ["aicc", true],
    ["qti_test", true],
    ["xapi", false],
    ["cmi5", false],
    ["document", false],
    ["link", false],
  ])("%s: %s", async (kind, held) => {
    const media_id = await night.medium({ kind });
    const source = await night.original({ kind: "media", title: "T", media_id, media_version: 2, mandatory: 0 });
    const id = await night.own({ kind: "media", title: "T", media_id, media_version: 1, source_item_id: source });
    await night.begun(id);
    expect(await countsOf()).toEqual({ scanned: 1, changed: 1, courses: 1, updated: 1, ...(held ? { held: 1 } : {}) });
    expect(await night.items("media_version, mandatory")).toEqual([{ media_version: held ? 1 : 2, mandatory: 0 }]);
    expect(await night.versions()).toBe("6 2");
  });

  it.each([
    ["not_attempted", false],
    ["incomplete", true],
    ["completed", true],
    ["passed", true],
    ["failed", true],
  ])("progress %s: %s", async (status, held) => {
    const [one, two] = [await night.medium(), await night.medium()];
    const source = await night.original({ kind: "media", title: null, media_id: two });
    const id = await night.own({ kind: "media", title: null, media_id: one, source_item_id: source });
    await night.begun(id, status);
    await night.run(processor);
    expect(await night.items("media_id")).toEqual([{ media_id: held ? one : two }]);
  });

  it("and looked at again at the next change of the template, not before", async () => {
    const media_id = await night.medium();
    const source = await night.original({ kind: "media", title: null, media_id, media_version: 2 });
    const id = await night.own({ kind: "media", title: null, media_id, media_version: 1, source_item_id: source });
    await night.begun(id);
    expect(await countsOf()).toEqual({ scanned: 1, changed: 1, courses: 1, held: 1 });
    expect(await night.versions()).toBe("5 2");
    await night.rows("DELETE FROM item_progress");
    expect(await countsOf()).toEqual({});
    await night.update("components", night.templateId, { structure_version: 3 });
    expect(await countsOf()).toMatchObject({ updated: 1 });
    expect(await night.items("media_version")).toEqual([{ media_version: 2 }]);
  });
});

describe("a course with an unlock rule is held back as a whole, and stays behind its template", () => {
  const HOUR = 3_600_000;
  /** The instant (ms) at which the next run starts. */
  const soon = () => night.clock.now() + 1000;

  it.each([
    ["after its start", -1, true],
    ["at its start", 0, true],
    ["before its start", 1, false],
    ["long before", HOUR, false],
  ])("%s: %s", async (_, from, held) => {
    await night.update("components", night.courseId, { start_at: soon() + from });
    await night.original({ unlock_rule: RULE });
    expect(await countsOf()).toEqual(
      held ? { scanned: 1, skipped: 1, held: 1 } : { scanned: 1, changed: 1, courses: 1, added: 1 },
    );
    expect(await night.versions()).toBe(held ? "5 1" : "6 2");
    expect(await night.items()).toHaveLength(held ? 0 : 1);
  });

  it("its own rule or an incoming one, but not one of a removed item", async () => {
    await night.update("components", night.courseId, { start_at: 5 });
    await night.original({ unlock_rule: RULE, removed_at: 5 });
    const own = await night.own({ title: "Local", unlock_rule: RULE });
    expect(await countsOf()).toEqual({ scanned: 1, skipped: 1, held: 1 });
    await night.update("syllabus_items", own, { removed_at: 5 });
    expect(await countsOf()).toMatchObject({ courses: 1 });
  });

  it.each([
    ["not_attempted", false],
    ["incomplete", true],
  ])("without a start as soon as a person has begun: %s", async (status, held) => {
    await night.original({ unlock_rule: RULE });
    await night.begun(await night.own({ title: "Local" }), status);
    expect((await countsOf()).held ?? 0).toBe(held ? 1 : 0);
    expect(await night.versions()).toBe(held ? "5 1" : "6 2");
  });

  it("with a start that is to come it is updated, though a person has begun", async () => {
    await night.update("components", night.courseId, { start_at: soon() + HOUR });
    await night.original({ unlock_rule: RULE });
    await night.begun(await night.own({ title: "Local" }));
    expect(await countsOf()).toMatchObject({ courses: 1 });
  });

  it("without any rule it is updated after its start", async () => {
    await night.update("components", night.courseId, { start_at: 5 });
    await night.original();
    expect(await countsOf()).toMatchObject({ courses: 1 });
  });
});
