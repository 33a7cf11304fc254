import { DeleteCreatedCertificatesJob as processor } from "../../../../src/processors/skills/DeleteCreatedCertificatesJob.ts";
import { insert } from "../../../learning/rows.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import { NOW, type Scenario } from "../../suite/scenario.ts";

const DAY = 86_400_000;

export const DeleteCreatedCertificatesJob: Scenario = {
  processor,
  parameters: { chunkSize: 2 },
  badParameters: [
    [{ olderThanDays: 3 }, "olderThanDays"],
    [{ chunkSize: 0 }, "chunkSize"],
  ],
  ports: async ({ files }) => ({
    // The store of tests writes at the instant of its clock; here everything was written long ago.
    filesFor: () => ({
      ...files,
      list: async (...args) => {
        const page = await files.list(...args);
        return { ...page, entries: page.entries.map((entry) => ({ ...entry, uploadedAt: NOW - 40 * DAY })) };
      },
    }),
  }),
  async seed({ database, files }, bystanders) {
    await insert(database, "settings", { client_id: 0, key: "certificateExport.deleteAfterDays", value: "30" });
    const key = (own: (id: number) => number, id: number) => `c/${own(0) / 1000}/data/certificate/job/${id}.pdf`;
    await insertForBoth(database, "files", (own) => [1, 2, 3].map((id) => ({ id: own(id), key: key(own, id) })));
    await insertForBoth(database, "issued_certificates", (own) =>
      [1, 2, 3].map((id) => ({ id: own(id), registration_id: own(id), certificate_id: 1, file_id: own(id) })),
    );
    for (const client of [1, 2]) {
      for (const id of [1, 2, 3, 4]) await files.write(`c/${client}/data/certificate/job/${id}.pdf`, "12345");
    }
    await insertBystanders(database, "files", bystanders, (id) => ({ id, key: `c/1/import/${id}`, kind: "import" }));
  },
  counts: { deleted: 4, bytes: 20 },
};
