import { CreateSiteMaps as processor } from "../../../../src/processors/search/CreateSiteMaps.ts";
import { insert } from "../../../learning/rows.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import { NOW, type Scenario } from "../../suite/scenario.ts";

export const CreateSiteMaps: Scenario = {
  processor,
  parameters: { chunkSize: 1 },
  badParameters: [
    [{ host: "learn.example.org" }, "host"],
    [{ chunkSize: 0 }, "chunkSize"],
  ],
  async seed({ database, files }, bystanders) {
    await insert(database, "settings", { client_id: 0, key: "sitemap.enabled", value: "true" });
    await database.execute("UPDATE clients SET host = key || '.example.org'");
    await insertForBoth(database, "catalogue_items", (own) =>
      [1, 2].map((id) => ({ id: own(id), title: "Folder", is_public: 1, added_at: 0, updated_at: NOW })),
    );
    for (const client of [1, 2])
      for (const name of ["sitemap.xml", "sitemap-2.xml", "sitemap-3.xml"])
        await files.write(`c/${client}/sitemaps/${name}`, "old");
    await insertBystanders(database, "catalogue_items", bystanders, (id) => ({ id, title: "Hidden", added_at: 0 }));
  },
  counts: { urls: 2, parts: 1, deleted: 2, bytes: 6 },
};
