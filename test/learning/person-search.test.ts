import { expect, it } from "vitest";
import { compilePersonSearch } from "../../src/learning/person-search.ts";

it("A person search says where each value stands, and shows the names unless it says otherwise", () => {
  expect(compilePersonSearch('{"fields":["family_name","personID","department"]}')).toEqual({
    ok: true,
    search: {
      fields: [
        { kind: "column", name: "family_name" },
        { kind: "column", name: "id" },
        { kind: "attribute", name: "department" },
      ],
      columns: [
        { kind: "column", name: "given_name" },
        { kind: "column", name: "family_name" },
      ],
      filter: null,
    },
  });
});

it("It keeps its filter as a rule, and a password's hash is no column of it", () => {
  const filter = { attr: "department", op: "eq", value: "IT" };
  const compiled = compilePersonSearch(JSON.stringify({ fields: ["password_hash"], columns: ["email"], filter }));
  expect(compiled).toMatchObject({
    ok: true,
    search: { fields: [{ kind: "attribute" }], columns: [{ kind: "column", name: "email" }], filter },
  });
});

it.each([
  ["", "config: it is no JSON"],
  ["[]", "config: "],
  ['{"fields":[""]}', "config.fields.0: Enter the name of a column or an attribute"],
  ['{"fields":["id"],"filter":{}}', "config.filter: "],
])("What cannot be used is named with its place: %s", (config, problem) => {
  const compiled = compilePersonSearch(config);
  expect(compiled.ok ? "" : compiled.problem).toContain(problem);
});
