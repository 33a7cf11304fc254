import { UpdatePersonSearches as processor } from "../../../../src/processors/people/UpdatePersonSearches.ts";
import type { Scenario } from "../../suite/scenario.ts";

export const UpdatePersonSearches: Scenario = {
  processor,
  nodeId: "weur",
  parameters: { chunkSize: 2 },
  badParameters: [
    [{ force: "yes" }, "force"],
    [{ full: true }, "full"],
  ],
  // One search cannot be compiled.
  ends: "partial",
  counts: { configs: 4 },
  async seed({ database }, bystanders) {
    const search = (version: number, config: string, deleted = 0) => ({
      sql: "INSERT INTO person_searches (client_id, name, config, deleted, version, created_at, updated_at) VALUES (1, 'Staff', ?, ?, ?, 0, 0)",
      args: [config, deleted, version],
    });
    const config = '{"fields":["family_name"]}';
    await database.batch(
      [
        "INSERT INTO nodes (id, location_hint, search_config_version) VALUES ('weur', 'weur', 10), ('enam', 'enam', 0)",
        ...[11, 12, 13].map((version) => search(version, config)),
        search(14, "{}"),
        search(15, "", 1),
        ...Array.from({ length: bystanders }, (_, index) => search(1 + (index % 10), config)),
      ],
      "write",
    );
  },
};
