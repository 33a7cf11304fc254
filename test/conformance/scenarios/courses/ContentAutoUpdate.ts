import { ContentAutoUpdate as processor } from "../../../../src/processors/courses/ContentAutoUpdate.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import type { Scenario } from "../../suite/scenario.ts";

export const ContentAutoUpdate: Scenario = {
  processor,
  parameters: { chunkSize: 2, syncMetadata: true },
  counts: { courses: 2, added: 4, updated: 2, removed: 1, held: 1 },
  // One course has lost its template.
  ends: "partial",
  again: "partial",
  badParameters: [
    [{ syncMetadata: "yes" }, "syncMetadata"],
    [{ sync: true }, "sync"],
  ],
  async seed({ database }, bystanders) {
    const course = (id: number, template_id: number | null) => ({ id, template_id, template_version_synced: 1 });
    await insertForBoth(database, "components", (own) => [
      { id: own(1), kind: "template", title: "Template", structure_version: 2 },
      course(own(2), own(1)),
      course(own(3), own(1)),
      course(own(4), null),
    ]);
    await insertForBoth(database, "meta_values", (own) => [
      ...[2, 3, 4].map((id) => ({ component_id: own(id), meta_tag_id: 900001, value: "1" })),
      { component_id: own(1), meta_tag_id: 11816, value: "1" },
      { component_id: own(2), meta_tag_id: 11838, value: "1" },
    ]);
    await insertForBoth(database, "media", (own) =>
      [1, 2].map((id) => ({ id: own(id), kind: "scorm12", title: "Medium" })),
    );
    await insertForBoth(database, "syllabus_items", (own) => [
      { id: own(1), component_id: own(1), title: "Folder" },
      { id: own(2), component_id: own(1), parent_id: own(1), kind: "media", media_id: own(1) },
      { id: own(3), component_id: own(1), kind: "media", media_id: own(2), media_version: 2 },
      { id: own(4), component_id: own(1), title: "Gone", removed_at: 1 },
      { id: own(12), component_id: own(2), kind: "media", media_id: own(1), source_item_id: own(2) },
      {
        id: own(13),
        component_id: own(2),
        kind: "media",
        media_id: own(2),
        media_version: 1,
        source_item_id: own(3),
        title: "Local",
      },
      { id: own(14), component_id: own(2), title: "Gone", source_item_id: own(4) },
    ]);
    await insertForBoth(database, "item_progress", (own) => [
      { id: own(1), registration_id: own(1), item_id: own(13), status: "incomplete" },
    ]);
    await insertBystanders(database, "components", bystanders, (id) => ({
      id,
      template_id: 1001,
      template_version_synced: 2,
    }));
    await insertBystanders(database, "meta_values", bystanders, (id) => ({
      component_id: id,
      meta_tag_id: 900001,
      value: "1",
    }));
  },
};
