import { describe, expect, it } from "vitest";
import { csv, importStage, LOCATION, NOW, people } from "../stage.ts";

const HEADER = "sourcedId;username;givenName;familyName";

describe("a result file", () => {
  it("names exactly the rows with a problem, by line, each cell quoted and no formula in it", async () => {
    const stage = await importStage();
    await stage.put(
      "a.csv",
      csv(
        `${HEADER};groups;email`,
        "P-1;a;A;B;X;",
        "=1+1;b;A;;;",
        '"@SUM(1;""2"")";c;A;B;X;',
        "P-4;d;A;B;;bad",
        "P-5;e;A;B;;",
      ),
    );
    await stage.run();
    const { entries } = await stage.files.list(`${LOCATION}done/`);
    const key = entries.find((entry) => entry.key.endsWith(".result.csv"))?.key ?? "";
    const stream = await stage.files.read(key);
    expect(await new Response(stream).text()).toBe(
      [
        '"line";"ref";"result";"message"',
        '"2";"P-1";"warning";"groups: X does not exist; create it, or set createGroups"',
        '"3";"\'=1+1";"failed";"familyName: required, but empty"',
        '"4";"\'@SUM(1;""2"")";"warning";"groups: X does not exist; create it, or set createGroups"',
        '"5";"P-4";"failed";"email: must be one e-mail address such as name@example.com"',
        "",
      ].join("\r\n"),
    );
  });

  it("has all of a thousand problems, those of each file in its own", async () => {
    const stage = await importStage();
    const rows = Array.from(
      { length: 1200 },
      (_, n) => `P-${n};u${n};A;${n % 2 === 0 ? "" : "B"};${n % 2 === 0 ? "" : "X"}`,
    );
    await stage.put("a.csv", csv(`${HEADER};groups`, ...rows));
    await stage.put("b.csv", csv(HEADER, "P-1;u1;A;", "P-3;u3;A;B"));
    await stage.run({ maxFailures: 2000, chunkSize: 1000 });
    const lines = (await stage.result("done/a.csv")).slice(1).map((line) => line.split(";").slice(0, 3));
    expect(lines).toEqual(
      Array.from({ length: 1200 }, (_, n) => [String(n + 2), `P-${n}`, n % 2 === 0 ? "failed" : "warning"]),
    );
    expect(await stage.result("done/b.csv")).toHaveLength(2);
  });
});

it("has the present moment of the run in everything that it writes", async () => {
  const stage = await importStage();
  await stage.put("a.csv", people(1, 1));
  await stage.run();
  for (const table of ["persons", "files"]) {
    const rows = await stage.rows(`SELECT created_at, updated_at FROM ${table}`);
    expect(rows).toEqual([{ created_at: NOW, updated_at: NOW }]);
  }
});
