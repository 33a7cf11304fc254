import { CloudSynchronization as processor } from "../../../../src/processors/platform/CloudSynchronization.ts";
import type { Scenario } from "../../suite/scenario.ts";

export const CloudSynchronization: Scenario = {
  processor,
  nodeId: "weur",
  parameters: { chunkSize: 2 },
  badParameters: [
    [{ full: "yes" }, "full"],
    [{ everything: true }, "everything"],
  ],
  async seed({ database }, bystanders) {
    const text = (key: string, version: number) => ({
      sql: "INSERT INTO texts (client_id, key, locale, value, version, created_at, updated_at) VALUES (0, ?, 'en', 'Hello', ?, 0, 0)",
      args: [key, version],
    });
    await database.batch(
      [
        "INSERT INTO nodes (id, location_hint, text_version) VALUES ('weur', 'weur', 10), ('enam', 'enam', 0)",
        ...[11, 11, 11, 12, 13, 14].map((version, index) => text(`new.${index}`, version)),
        ...Array.from({ length: bystanders }, (_, index) => text(`old.${index}`, 1 + (index % 10))),
      ],
      "write",
    );
  },
};
