import { ProgrammeCurriculumLevelStatusUpdateJob as processor } from "../../../../src/processors/paths/ProgrammeCurriculumLevelStatusUpdateJob.ts";
import { Suite } from "../../../processors/enrolment/suite.ts";
import { NOW, type Scenario } from "../../suite/scenario.ts";

export const ProgrammeCurriculumLevelStatusUpdateJob: Scenario = {
  processor,
  parameters: { chunkSize: 3 },
  badParameters: [
    [{ full: "yes" }, "full"],
    [{ all: true }, "all"],
  ],
  // A course has a rule that cannot be read.
  ends: "partial",
  // Its own changes are for the second run, which finds that nothing follows from them and passes them.
  goesOn: true,
  again: "partial",
  counts: { credits: 2, unlocked: 1, locked: 1, statusChanged: 2, failed: 1 },
  async seed({ database }, bystanders) {
    for (const clientId of [1, 2]) {
      const suite = new Suite(database, clientId);
      const people = await suite.people(3);
      const [course, bad] = [await suite.course(), await suite.course({ completion_rule: "{" })];
      const path = await suite.path({ path_mode: "level" });
      const media_id = await suite.insert("media", { kind: "document" });
      const first = await suite.insert("syllabus_items", { component_id: course, media_id });
      const rule = JSON.stringify({ item: first, status: ["completed"] });
      const second = await suite.insert("syllabus_items", { component_id: course, unlock_rule: rule, mandatory: 0 });
      await suite.update("components", course, { completion_rule: rule });
      const folder = await suite.insert("syllabus_items", { component_id: path, kind: "folder", level_no: 1 });
      await suite.insert("syllabus_items", {
        component_id: path,
        kind: "component",
        ref_component_id: course,
        parent_id: folder,
      });
      const certification_id = await suite.insert("certifications", {
        name: "Nurse",
        format: "points",
        required_amount: 5,
        duration_months: 12,
      });
      await suite.insert("certification_links", { certification_id, media_id, amount: 5 });
      for (const [place, person_id] of people.entries()) {
        const registration_id = await suite.registration(course, person_id);
        await suite.registration(path, person_id, { level_structure_version: 1 });
        await suite.registration(bad, person_id);
        await suite.insert("person_certifications", {
          person_id,
          certification_id,
          period_no: 1,
          start_on: "2026-01-01",
          end_on: "2026-12-31",
        });
        if (place === 2) continue;
        const work = { registration_id, completed_at: NOW - 5000, last_at: NOW - 5000 };
        await suite.insert("item_progress", { ...work, item_id: first, status: "completed" });
        if (place === 0) await suite.insert("item_progress", { registration_id, item_id: second, locked: 1 });
        await database.execute({
          sql: "INSERT INTO index_changes (client_id, entity, entity_id, op, at) VALUES (?, 'person', ?, 'upsert', ?)",
          args: [clientId, person_id, NOW - 5000],
        });
      }
    }
    // The run before has seen what came before.
    await database.execute(`INSERT INTO processor_state (processor, client_id, node_id, key, value)
      VALUES ('ProgrammeCurriculumLevelStatusUpdateJob', 1, '', 'watermark', '0')`);
    await database.execute({
      sql: "INSERT INTO index_changes (client_id, entity, entity_id, op, at) VALUES (1, 'person', 3, 'upsert', ?)",
      args: [NOW - 4000],
    });
    if (bystanders === 0) return;
    const other = await new Suite(database).course();
    await database.batch(
      Array.from({ length: bystanders }, (_, index) => ({
        sql: `INSERT INTO registrations (client_id, component_id, person_id, status, created_at, updated_at) VALUES (1, ?, ?, 'booked', 0, 0)`,
        args: [other, 10_000 + index],
      })),
      "write",
    );
  },
};
