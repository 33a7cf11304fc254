import { describe, expect, it } from "vitest";
import { z } from "zod";
import { parameterSchema } from "../../../src/processors/parameters.ts";
import { HttpRequest } from "../../../src/processors/platform/HttpRequest.ts";
import { formFields, readParameters, writeParameters } from "../../../src/web/page/form.tsx";
import { everyKind, processors } from "../stage/processors.ts";

const fields = formFields(everyKind);

/** What a browser posts for the form of these parameters. */
function posted(parameters: Record<string, unknown>): URLSearchParams {
  const form = new URLSearchParams();
  writeParameters(fields, parameters, form);
  return form;
}

describe("a parameter", () => {
  it.each([
    ["amount", { kind: "whole", minimum: 0, maximum: 50 }, "How many. A whole number from 0 to 50."],
    ["limit", { kind: "whole", minimum: 1, maximum: null }, "Entries, at most. A whole number, 1 or more, or nothing."],
    ["share", { kind: "decimal", minimum: 0, maximum: 1 }, "A number from 0 to 1."],
    ["forced", { kind: "check" }, "Even if nothing changed."],
    ["mode", { kind: "choice", choices: ["ignore", "passive"] }, ""],
    ["address", { kind: "email" }, "An e-mail address, or nothing."],
    ["since", { kind: "day" }, "A day as YYYY-MM-DD, or nothing."],
    ["title", { kind: "text" }, ""],
    ["days", { kind: "lines", items: "whole" }, "Whole numbers, one a line."],
    ["words", { kind: "lines", items: "text" }, "One a line."],
    ["channels", { kind: "checks", choices: ["mail", "push"] }, ""],
    ["extra", { kind: "json" }, "JSON."],
  ])("%s is drawn by its schema", (key, control, hint) => {
    expect(fields.find((field) => field.key === key)).toMatchObject({ name: `parameters.${key}`, control, hint });
  });

  it("is named as people write", () => {
    const [field] = formFields(z.strictObject({ maxDeactivatePct: z.int() }));
    expect(field?.label).toBe("Max deactivate pct");
  });

  it("of every processor comes before those that all processors share", () => {
    const keys = formFields(parameterSchema(processors.every)).map(({ key }) => key);
    expect(keys.slice(0, 2)).toEqual(["amount", "limit"]);
    expect(keys.slice(-3)).toEqual(["chunkSize", "maxRows", "maxFailures"]);
  });
});

it("a list that may be nothing is nothing when it is left empty, whatever its least length", () => {
  const ids = z.array(z.int()).min(1).nullable().default(null);
  const kinds = z
    .array(z.enum(["a", "b"]))
    .min(1)
    .nullable()
    .default(null);
  const lists = formFields(z.strictObject({ ids, kinds }));
  const form = new URLSearchParams([
    ["parameters.ids", " \r\n"],
    ["parameters.kinds", ""],
  ]);
  expect(readParameters(lists, form)).toEqual({ ids: null, kinds: null });
});

describe("the form of a request", () => {
  const requestFields = formFields(parameterSchema(HttpRequest));

  it("has one header a line, and a body of several lines", () => {
    const kinds = requestFields.map(({ key, control }) => [key, control.kind]);
    expect(Object.fromEntries(kinds)).toMatchObject({ method: "choice", url: "text", headers: "lines", body: "long" });
  });

  it("gives back what it was filled with, whatever line ends the browser posts", () => {
    const parameters = {
      method: "PUT",
      url: "https://erp.example.com/hooks",
      headers: ["X-Kind: night", "Accept: text/plain"],
      body: '{\n  "run": {{runId}}\n}',
      timeoutSeconds: 5,
      expect: "200-204,409",
      connector: "erp",
    };
    const form = new URLSearchParams();
    writeParameters(requestFields, parameters, form);
    form.set("parameters.body", parameters.body.replaceAll("\n", "\r\n"));
    expect(readParameters(requestFields, form)).toMatchObject(parameters);
    expect(parameterSchema(HttpRequest).safeParse(readParameters(requestFields, form)).success).toBe(true);
  });
});

describe("what a form posts", () => {
  const full = {
    amount: 0,
    limit: 12,
    share: 0.25,
    forced: true,
    mode: "passive",
    address: "ada@example.com",
    since: "2026-11-23",
    title: "Ünïcode & <b>",
    days: [3, 5],
    words: ["a b", "c"],
    channels: ["mail", "push"],
    extra: { a: "b" },
  };

  it("is what was written into it", () => {
    expect(everyKind.parse(readParameters(fields, posted(full)))).toEqual(full);
  });

  it("shows defaults for what was never given, and gives them back", () => {
    const form = posted({ title: "x" });
    expect(everyKind.parse(readParameters(fields, form))).toEqual(everyKind.parse({ title: "x" }));
  });

  it("keeps what the schema will refuse, by name", () => {
    const form = posted(full);
    form.set("parameters.amount", "many");
    form.set("parameters.days", "1\ntwo");
    form.set("parameters.extra", "{");
    form.set("parameters.unknown", "1");
    const result = everyKind.safeParse(readParameters(fields, form));
    const refused = result.error?.issues.flatMap((issue) =>
      issue.code === "unrecognized_keys" ? issue.keys : [issue.path.join(".")],
    );
    expect(refused?.toSorted()).toEqual(["amount", "days.1", "extra", "unknown"]);
  });

  it.each([
    ["limit", null],
    ["since", null],
    ["address", null],
    ["amount", undefined],
    ["share", undefined],
  ])("is %s empty: null where the schema allows it, else the default", (key, value) => {
    const form = posted(full);
    form.set(`parameters.${key}`, " ");
    expect(readParameters(fields, form)[key]).toBe(value);
  });

  it("takes a decimal comma, spaces around, blank lines and no ticked box at all", () => {
    const form = new URLSearchParams(
      "parameters.share=0,5&parameters.amount=+7+&parameters.days=1%0D%0A%0D%0A2&parameters.channels=",
    );
    expect(readParameters(fields, form)).toEqual({ share: 0.5, amount: 7, days: [1, 2], channels: [] });
  });
});
