import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { catalogue } from "../../src/processors/all.ts";
import { catalogueIds, ownIds, processorIds } from "../../src/processors/ids.ts";

describe("the list of processor ids", () => {
  it("names the 79 processors of the catalogue and our own, each once", () => {
    expect([catalogueIds.length, ownIds.length]).toEqual([79, 1]);
    expect(processorIds.filter((id, index) => processorIds.indexOf(id) !== index)).toEqual([]);
  });

  it("keeps the odd spellings that administrators know", () => {
    expect(processorIds).toEqual(
      expect.arrayContaining(["BuddyListHisotry", "ProgrammeRecertificationAsignment", "SolrIndexActualization"]),
    );
  });

  it("has the id of every processor of the product, and each processor once", () => {
    const registered = catalogue.all().map(({ id }) => id);
    expect(registered.filter((id) => !(processorIds as readonly string[]).includes(id))).toEqual([]);
    expect(new Set(registered).size).toBe(registered.length);
  });

  it("is as long as README.md says, where it counts what is not built yet", async () => {
    const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
    const built = catalogueIds.filter((id) => catalogue.find(id) !== null).length;
    expect(readme).toContain(
      `**Not yet**: ${catalogueIds.length - built} of the catalogue's ${catalogueIds.length} processors`,
    );
  });

  it("has only processors whose stored cursors are checked: each declares the schema of its cursor", () => {
    const withoutSchema = catalogue.all().filter(({ cursor }) => cursor === undefined);
    expect(withoutSchema.map(({ id }) => id)).toEqual([]);
  });

  it("has no id that is another processor's alias", () => {
    const aliases = catalogue.all().flatMap((processor) => processor.aliases ?? []);
    expect(aliases.filter((alias) => (processorIds as readonly string[]).includes(alias))).toEqual([]);
  });
});
