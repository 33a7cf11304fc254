import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { bundles } from "../../drizzle/bundles.ts";
import { metaDay, metaInt, metaTags, metaTicked, metaValue, metaWord } from "../../src/learning/meta.ts";
import { clientRows } from "../../src/store/rows.ts";
import { thisClient } from "../../src/store/statement.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";
import { Suite } from "../processors/enrolment/suite.ts";

const unset = { state: "unset" };
const set = (value: unknown) => ({ state: "set", value });
const invalid = (text: string) => ({ state: "invalid", text });

describe("a meta value is read as its tag's type says", () => {
  it.each([
    [metaInt, null, unset],
    [metaInt, " 14 ", set(14)],
    [metaInt, "-1", set(-1)],
    [metaInt, "1.5", invalid("1.5")],
    [metaInt, "1e3", invalid("1e3")],
    [metaDay, "2026-02-28", set("2026-02-28")],
    [metaDay, "2026-02-29", invalid("2026-02-29")],
    [metaDay, "28.02.2026", invalid("28.02.2026")],
    [metaDay, "  ", unset],
  ])("%o %j", (read, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it("and an enum as one of its words", () => {
    const words = ["none", "progress", "logic"] as const;
    expect(metaWord("logic", words)).toEqual(set("logic"));
    expect(metaWord(null, words)).toEqual(unset);
    expect(metaWord("Logic", words)).toEqual(invalid("Logic"));
  });
});

it("in SQL a tag is ticked with 1 alone, and absent values are NULL", async () => {
  const suite = new Suite(await freshFileDatabase());
  const values = ["1", "0", "true", null];
  for (const value of values) {
    const component = await suite.course();
    if (value !== null) await suite.meta(component, metaTags.cancelInactiveUsers, value);
    await suite.meta(component, metaTags.cancelWaitingList);
  }
  const rows = clientRows(suite.database, suite.clientId, 1);
  const found = await rows.all(sql`SELECT ${metaTicked(metaTags.cancelInactiveUsers, sql`component.id`)} AS ticked,
      ${metaValue(metaTags.cancelInactiveUsers, sql`component.id`)} AS value
    FROM components AS component WHERE component.client_id = ${thisClient} ORDER BY component.id`);
  expect(found.map(({ ticked, value }) => [ticked, value])).toEqual([
    [1, "1"],
    [0, "0"],
    [0, "true"],
    [0, null],
  ]);
});

it("every tag that processors read is one of the dictionary", () => {
  const seeded = JSON.stringify(bundles.control);
  for (const tag of Object.values(metaTags)) expect(seeded).toContain(`(${tag}, `);
});
