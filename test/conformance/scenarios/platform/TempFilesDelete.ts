import { TempFilesDelete as processor } from "../../../../src/processors/platform/TempFilesDelete.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import { NOW, type Scenario } from "../../suite/scenario.ts";

const DAY = 86_400_000;

export const TempFilesDelete: Scenario = {
  processor,
  parameters: { chunkSize: 2 },
  badParameters: [
    [{ olderThanHours: 0 }, "olderThanHours"],
    [{ olderThanDays: 1 }, "olderThanDays"],
  ],
  ports: async ({ files }) => ({
    // The store of tests writes at the instant of its clock; here everything was written long ago.
    filesFor: () => ({
      ...files,
      list: async (...args) => {
        const page = await files.list(...args);
        return { ...page, entries: page.entries.map((entry) => ({ ...entry, uploadedAt: NOW - 2 * DAY })) };
      },
    }),
  }),
  async seed({ database, files }, bystanders) {
    for (const client of [1, 2])
      for (const name of [1, 2, 3]) await files.write(`c/${client}/data/temp/${name}`, "12345");
    await files.write("temp/a", "1");
    await insertForBoth(database, "files", (own) =>
      [1, 3].map((id) => ({
        id: own(id),
        key: `c/${own(0) / 1000}/data/temp/${id}`,
        kind: "temp",
        in_use: id === 3 ? 1 : 0,
      })),
    );
    await insertBystanders(database, "files", bystanders, (id) => ({ id, key: `c/1/import/${id}`, kind: "import" }));
  },
  counts: { listed: 4, deleted: 3, bytes: 11, longInUse: 1 },
};
