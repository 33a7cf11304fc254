import { DefaultTempDirDeleteIlsEntries as processor } from "../../../../src/processors/platform/DefaultTempDirDeleteIlsEntries.ts";
import { insert } from "../../../learning/rows.ts";
import { NOW, type Scenario } from "../../suite/scenario.ts";

const DAY = 86_400_000;

export const DefaultTempDirDeleteIlsEntries: Scenario = {
  processor,
  nodeId: "weur",
  parameters: { chunkSize: 2 },
  badParameters: [
    [{ prefix: "../" }, "prefix"],
    [{ olderThanHours: 0 }, "olderThanHours"],
    [{ node: "weur" }, "node"],
  ],
  ports: async ({ files }) => ({
    filesFor: () => ({
      ...files,
      list: async (...args) => {
        const page = await files.list(...args);
        return { ...page, entries: page.entries.map((entry) => ({ ...entry, uploadedAt: NOW - 2 * DAY })) };
      },
    }),
  }),
  async seed({ database, files }, bystanders) {
    await database.execute("INSERT INTO nodes (id, location_hint) VALUES ('weur', 'weur'), ('enam', 'enam')");
    for (const name of ["ils1", "ils2", "ils3", "other"]) await files.write(`n/weur/tmp/${name}`, "12345");
    await files.write("n/enam/tmp/ils1", "12345");
    const texts = Array.from({ length: bystanders }, (_, index) => ({
      client_id: 0,
      key: `text.${index}`,
      value: "Hello",
    }));
    if (texts.length > 0) await insert(database, "texts", ...texts);
  },
  counts: { deleted: 3, bytes: 15 },
};
