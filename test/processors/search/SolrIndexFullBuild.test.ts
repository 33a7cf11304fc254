import { describe, expect, it } from "vitest";
import { OSReportSubscription } from "../../../src/processors/reports/OSReportSubscription.ts";
import { SolrIndexFullBuild as processor } from "../../../src/processors/search/SolrIndexFullBuild.ts";
import { plansFor } from "../../harness/plans.ts";
import { SearchStage } from "./stage.ts";

const entities = ["registration", "person", "skill", "certification"] as const;

/** One row of each kind, on a course and on a learning path. */
async function rows(stage: SearchStage): Promise<void> {
  await stage.insert("persons", { id: 1 }, { id: 2, client_id: 2 });
  await stage.insert("components", { id: 1 }, { id: 2, kind: "learning_path", title: "Path" });
  await stage.insert(
    "registrations",
    { id: 11, person_id: 1, component_id: 1 },
    { id: 12, person_id: 1, component_id: 2, current_level: 3 },
    { id: 13, client_id: 2, person_id: 2, component_id: 1 },
  );
  await stage.insert("skills", { id: 5 });
  await stage.insert("person_skills", { id: 21, person_id: 1, skill_id: 5 });
  await stage.insert("certifications", { id: 6 });
  await stage.insert("person_certifications", { id: 31, person_id: 1, certification_id: 6, is_current: 1 });
}

const add = (
  stage: SearchStage,
  id: number,
  entity: string,
  state: string,
  more: Record<string, string | number> = {},
) =>
  stage.insert("search_indexes", {
    id,
    kind: "report",
    entity,
    name: `${entity} ${id}`,
    state,
    collection: `c${id}`,
    built_with: "fts",
    ...more,
  });

describe("SolrIndexFullBuild", () => {
  it.each([
    ["never_built", 1],
    ["full_build_requested", 1],
    ["unavailable", 1],
    ["building", 1],
    ["ready", 0],
  ])("builds a report index that is %s: %i", async (state, indexes) => {
    const stage = await SearchStage.set(processor);
    await rows(stage);
    await add(stage, 1, "registration", state);
    const run = await stage.play();
    expect(run.counts.indexes ?? 0).toBe(indexes);
    expect(await stage.shown(1)).toHaveLength(indexes * 2);
    expect(await stage.index(1)).toMatchObject({ state: "ready", expected_docs: indexes * 2 });
  });

  it("builds indexes of learning paths always, with the registrations on paths alone", async () => {
    const stage = await SearchStage.set(processor);
    await rows(stage);
    await add(stage, 1, "learning_path", "ready", { kind: "report_learning_path" });
    for (const _ of [1, 2]) expect(await stage.play()).toMatchObject({ state: "ok", counts: { indexes: 1, docs: 1 } });
    const [row] = await stage.rows<{ entity_id: number; columns: string }>(
      "SELECT entity_id, columns FROM search_documents",
    );
    expect(row?.entity_id).toBe(12);
    expect(JSON.parse(row?.columns ?? "{}")).toMatchObject({ learning_path: "Path", current_level: 3 });
  });

  it("leaves indexes of the search alone, and those that the job does not name", async () => {
    const stage = await SearchStage.set(processor);
    await rows(stage);
    await add(stage, 1, "person", "never_built");
    await add(stage, 2, "skill", "never_built");
    await add(stage, 3, "media", "never_built", { kind: "search" });
    expect(await stage.play({ parameters: { indexes: ["skill 2"] } })).toMatchObject({ counts: { indexes: 1 } });
    expect(await stage.play()).toMatchObject({ counts: { indexes: 1 } });
    expect(await stage.index(3)).toMatchObject({ state: "never_built" });
  });

  it("shows every entity of a report, each row of the client once, by indexes", async () => {
    const stage = await SearchStage.set(processor);
    await rows(stage);
    for (const [at, entity] of entities.entries()) await add(stage, at + 1, entity, "never_built");
    for (const table of ["registrations", "persons", "person_skills", "person_certifications", "group_members"]) {
      await stage.database.execute("UPDATE search_indexes SET state = 'never_built'");
      const plans = await plansFor(stage.database, table, () => stage.play());
      expect(
        plans.filter((plan) => plan.startsWith("SCAN ")),
        table,
      ).toEqual([]);
    }
    const shown = await stage.rows<{ at: string }>(
      "SELECT index_id || ':' || entity_id AS at FROM search_documents ORDER BY 1",
    );
    expect(shown.map(({ at }) => at)).toEqual(["1:11", "1:12", "2:1", "3:21", "4:31"]);
  });

  it("has nothing to do where no index wants it", async () => {
    const stage = await SearchStage.set(processor);
    await add(stage, 1, "person", "ready");
    expect(await stage.play()).toMatchObject({ state: "no_action" });
  });

  it("runs behind learning paths and skills, and before reports are sent", () => {
    expect(processor.after).toEqual(["ProgramStatusUpdateForLearners", "SkillTermination"]);
    expect(OSReportSubscription.after).toContain("SolrIndexFullBuild");
  });
});
