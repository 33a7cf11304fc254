import type { z } from "zod";

const formats: Readonly<Record<string, string>> = {
  email: "Enter an e-mail address such as ada@example.com",
  date: "Enter a day as YYYY-MM-DD",
  url: "Enter an address that starts with https://",
};

const types: Readonly<Record<string, string>> = {
  number: "Enter a number",
  int: "Enter a whole number",
  boolean: "Choose yes or no (true or false)",
  array: "Enter a list",
  record: "Enter a JSON object",
  object: "Enter a JSON object",
};

function sizeWords(origin: string, limit: number | bigint, most: boolean): string | undefined {
  const bound = most ? "most" : "least";
  switch (origin) {
    case "number":
    case "int":
      return `Enter ${limit} or ${most ? "less" : "more"}`;
    case "string":
      return !most && limit === 1 ? "Enter a text" : `Enter at ${bound} ${limit} characters`;
    case "array":
      return `Enter at ${bound} ${limit} ${limit === 1 ? "value" : "values"}`;
    default:
      return undefined;
  }
}

/**
 * What to do about a value that a schema refuses, for `safeParse(value, { error: inputWords })`. A schema's own message comes
 * before it; for anything not said here zod's English stands.
 */
export const inputWords: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case "invalid_type":
      if (issue.input === undefined && issue.expected === "string") return "Enter a text";
      return types[issue.expected];
    case "too_small":
      return sizeWords(issue.origin, issue.minimum, false);
    case "too_big":
      return sizeWords(issue.origin, issue.maximum, true);
    case "invalid_value":
      return `Choose one of: ${issue.values.map(String).join(", ")}`;
    case "invalid_format":
      return formats[issue.format];
    default:
      return undefined;
  }
};
