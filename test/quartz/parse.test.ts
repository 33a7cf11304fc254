import { describe, expect, it } from "vitest";
import { hasYear } from "../../src/quartz/days/days.ts";
import { QuartzExpression, QuartzSyntaxError } from "../../src/quartz/index.ts";
import { members } from "../../src/quartz/mask.ts";
import { parseExpression } from "../../src/quartz/parse/parse.ts";

function refusal(text: string): QuartzSyntaxError {
  try {
    QuartzExpression.parse(text);
  } catch (error) {
    if (error instanceof QuartzSyntaxError) return error;
    throw error;
  }
  throw new Error(`"${text}" was accepted`);
}

describe("a time field's set", () => {
  it.each([
    ["0", [0]],
    ["7,3,3", [3, 7]],
    ["5-8", [5, 6, 7, 8]],
    ["57-2", [0, 1, 2, 57, 58, 59]],
    ["0/20", [0, 20, 40]],
    ["/20", [0, 20, 40]],
    ["*/+20", [0, 20, 40]],
    ["50/4", [50, 54, 58]],
    ["5-20/7", [5, 12, 19]],
    ["55-10/5", [0, 5, 10, 55]],
    ["47-58/71", [47]],
    ["5/0", [5]],
    ["5-10/0", [5]],
    ["99/30", [0, 30]],
    ["99-3", [0, 1, 2, 3]],
    ["5xyz", [5]],
    ["0,,30", [0, 30]],
    ["L,5", [5]],
    ["007", [7]],
    ["5-٩", [5, 6, 7, 8, 9]],
    ["1-9/٣", [1, 4, 7]],
  ])("%s holds %j", (field, values) => {
    const { times } = parseExpression(`0 ${field} * * * ?`);
    expect(members(times.minutesLow, times.minutesHigh)).toEqual(values);
  });

  it.each(["*", "99", "*/0", "*/-5", "*abc", "0-59", "0/1"])("%s holds all", (field) => {
    const { times } = parseExpression(`0 ${field} * * * ?`);
    expect(members(times.minutesLow, times.minutesHigh)).toHaveLength(60);
  });
});

describe("months", () => {
  it.each([
    ["JAN", [1]],
    ["jan,Mar", [1, 3]],
    ["NOV-FEB", [1, 2, 11, 12]],
    ["11-2", [1, 2, 11, 12]],
    ["JAN-DEC/3", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
    ["SEPTEMBER", [9]],
    ["9-0", [9, 10, 11, 12]],
  ])("%s are %j", (field, values) => {
    expect(members(parseExpression(`0 0 0 1 ${field} ?`).months, 0)).toEqual(values);
  });
});

describe("years", () => {
  it.each([
    ["2030", [2030]],
    ["2030,2040", [2030, 2040]],
    ["2030-2033", [2030, 2031, 2032, 2033]],
    ["1999-2003", [1999, 2000, 2001, 2002, 2003]],
    ["1900-1972", [1970, 1971, 1972]],
    ["2120/3", [2120, 2123, 2126]],
    ["1/1000", [2001]],
    ["2001-2040/13", [2001, 2014, 2027, 2040]],
    ["1900-1980/7", [1970, 1977]],
    ["2125-9999", [2125, 2126]],
    ["2026/0", [2026]],
    ["2127", []],
    ["L", []],
    ["1970-2126", Array.from({ length: 157 }, (_, index) => 1970 + index)],
    ["*", Array.from({ length: 157 }, (_, index) => 1970 + index)],
    ["99", Array.from({ length: 157 }, (_, index) => 1970 + index)],
  ])("%s are %j", (field, expected) => {
    const { years } = parseExpression(`0 0 0 1 1 ? ${field}`);
    const all = Array.from({ length: 300 }, (_, index) => 1900 + index);
    expect(all.filter((year) => hasYear(years, year))).toEqual(expected);
  });
});

describe("the day rule", () => {
  it.each([
    ["L * ?", { kind: "last", before: 0, weekday: false }],
    ["lw * ?", { kind: "last", before: 0, weekday: true }],
    ["L-3 * ?", { kind: "last", before: 3, weekday: false }],
    ["L-3W * ?", { kind: "last", before: 3, weekday: true }],
    ["L-W * ?", { kind: "last", before: 0, weekday: true }],
    ["15W * ?", { kind: "nearest", day: 15 }],
    ["20,15W * ?", { kind: "nearest", day: 15 }],
    ["15W,20 * ?", { kind: "nearest", day: 15 }],
    ["*,15W * ?", { kind: "nearest", day: 1 }],
    ["15-17W * ?", { kind: "dates", days: 0b111 << 15 }],
    ["? * 6L", { kind: "last-weekday", weekday: 6 }],
    ["? * FRIL", { kind: "last-weekday", weekday: 6 }],
    ["? * 6#3", { kind: "nth", weekday: 6, ordinal: 3 }],
    ["? * FRI#03", { kind: "nth", weekday: 6, ordinal: 3 }],
    ["? * 6#3,2", { kind: "nth", weekday: 2, ordinal: 3 }],
    ["? * 0#1", { kind: "nth", weekday: 0, ordinal: 1 }],
    ["? * L", { kind: "weekdays", days: 1 << 7 }],
    ["? * L-3", { kind: "weekdays", days: 1 << 7 }],
    ["? * MON-WED", { kind: "weekdays", days: 0b11100 }],
    ["? * SAT-MON", { kind: "weekdays", days: 0b10000110 }],
    ["? * 2-4#2", { kind: "weekdays", days: 0b11100 }],
    ["98 * MON", { kind: "weekdays", days: 0b100 }],
    ["1 * ?,MON", { kind: "dates", days: 0b10 }],
  ])("of %s", (days, rule) => {
    expect(parseExpression(`0 0 0 ${days}`).days).toEqual(rule);
  });
});

describe("an expression is refused with the field, the position and a reason for an administrator", () => {
  it.each([
    ["0 0 12 1 0 ?", "month", 9, "months are 1-12; Quartz's manual says 0-11, its code does not"],
    ["0 0 12 1 0-5 ?", "month", 9, "months are 1-12; Quartz's manual says 0-11, its code does not"],
    ["0 0 12 1 13 ?", "month", 9, "13 is not allowed; values are 1-12"],
    ["0 60 * * * ?", "minutes", 2, "60 is not allowed; values are 0-59"],
    ["0 0 12 ? * 0", "day-of-week", 11, "0 is not allowed; values are 1-7"],
    ["0 0 L * * ?", "hours", 4, "L (last) is allowed only as day of the month or day of the week"],
    ["0 5L * * * ?", "minutes", 3, "L (last) is allowed only as day of the month or day of the week"],
    ["0 0 12 1,L * ?", "day-of-month", 9, "L (last) must stand alone, not in a list"],
    ["0 0 12 L-31 * ?", "day-of-month", 7, "L-31 goes too far back; at most L-30 is allowed"],
    ["0 0 12 L-3X * ?", "day-of-month", 7, '"L-3X" is not understood; L, LW, L-3 and L-3W are'],
    ["0 0 12 0W * ?", "day-of-month", 7, "there is no day 0; W needs a day of the month from 1 to 31"],
    ["0 0 12 32W * ?", "day-of-month", 7, "there is no day 32; W needs a day of the month from 1 to 31"],
    ["0 0 12W * * ?", "hours", 6, "W (the nearest Monday to Friday) is allowed only after a day of the month"],
    ["0 0 12 ? * 6#6", "day-of-week", 12, 'a number from 1 to 5 must follow # in "6#6"'],
    ["0 0 12 ? * 6#3,2#1", "day-of-week", 16, "only one # is allowed in the day of the week"],
    ["0 0 12 1#1 * ?", "day-of-month", 8, "# (the n-th in the month) is allowed only in the day of the week"],
    ["0 0/60 * * * ?", "minutes", 4, "the step 60 is too large; steps are at most 59"],
    ["0 0/ * * * ?", "minutes", 3, 'a number must follow / in "0/"'],
    ["0 0/-5 * * * ?", "minutes", 3, 'a number must follow / in "0/-5"'],
    ["0 5- * * * ?", "minutes", 3, 'the range "5-" has no end'],
    ["0 0 12 1 1-MAR ?", "month", 11, 'the range "1-MAR" must end in a number, because it begins with one'],
    ["0 0 12 1 1 ? 2030-2020", "year", 13, "the range of years 2030-2020 runs backwards"],
    ["0 99999999999 * * * ?", "minutes", 2, "99999999999 is too large for a number"],
    ["0 0 12 ? * MOM", "day-of-week", 11, '"MOM" is not a name; names are SUN, MON, TUE, WED, THU, FRI, SAT'],
    ["0 0 12 1 JAN-FOO ?", "month", 13, /"FOO" is not a name; names are JAN, FEB/],
    ["0 MON 12 * * ?", "minutes", 2, 'letters such as "MON" have no meaning in this field'],
    ["0 -1 * * * ?", "minutes", 2, 'the character "-" cannot begin a value'],
    ["0 , * * * ?", "minutes", 2, "no value is given"],
    ["0 0 ? * * ?", "hours", 4, "? is allowed only as day of the month or day of the week"],
    ["0 0 12 ?/2 * MON", "day-of-month", 8, 'nothing may follow ?, as in "?/2"'],
  ])("%s", (text, field, position, reason) => {
    const error = refusal(text);
    expect({ field: error.field, position: error.position }).toEqual({ field, position });
    expect(error.reason).toEqual(typeof reason === "string" ? reason : expect.stringMatching(reason));
    expect(error.message).toBe(`${field} (position ${position}): ${error.reason}`);
    expect(error.reasons.de).not.toBe(error.reasons.en);
  });

  it("the error is a class with a code, the expression and the numbers it speaks of", () => {
    const error = refusal("0 60 * * * ?");
    expect(error).toMatchObject({
      name: "QuartzSyntaxError",
      code: "out-of-range",
      expression: "0 60 * * * ?",
      data: { value: 60, minimum: 0, maximum: 59 },
      suggestions: [],
    });
    expect(error.reasons.de).toBe("60 ist nicht erlaubt; Werte sind 0-59");
  });
});

describe("an expression that means something elsewhere is refused with its Quartz equivalent", () => {
  it.each([
    ["001**?", ["0 0 1 * * ?"]],
    ["00/5***?", ["0 0/5 * * * ?"]],
    ["0111*?", ["0 1 1 1 * ?", "0 11 1 * * ?"]],
    ["0201**?", ["0 20 1 * * ?", "0 2 01 * * ?"]],
    ["011*?", ["0 1 1 * * ?"]],
    ["0 0 12 * *?", ["0 0 12 * * ?"]],
    ["01510?*6L", ["0 15 10 ? * 6L"]],
  ])("without its blanks: %s", (text, suggestions) => {
    const error = refusal(text);
    expect(error.code).toBe("blanks-missing");
    expect(error.suggestions).toEqual(suggestions);
    expect(error.message).toContain(`did you mean "${suggestions[0]}"`);
  });

  it.each([
    ["*/5 * * * *", ["0 */5 * * * ?"]],
    ["0 2 * * 1-5", ["0 0 2 ? * MON-FRI"]],
    ["0 2 * * 0", ["0 0 2 ? * SUN"]],
    ["0 2 * * 7", ["0 0 2 ? * SUN"]],
    ["0 2 * * 1,3,5", ["0 0 2 ? * MON,WED,FRI"]],
    ["0 2 * * 5-7", ["0 0 2 ? * FRI-SUN"]],
    ["0 2 * * 1-5/2", ["0 0 2 ? * MON,WED,FRI"]],
    ["0 2 * * mon", ["0 0 2 ? * MON"]],
    ["30 4 1,15 * *", ["0 30 4 1,15 * ?"]],
    ["30 4 1,15 * 5", ["0 30 4 1,15 * ?", "0 30 4 ? * FRI"]],
  ])("a Unix line: %s", (text, suggestions) => {
    const error = refusal(text);
    expect(error.code).toBe("unix-line");
    expect(error.suggestions).toEqual(suggestions);
  });

  it.each([
    ["@yearly", ["0 0 0 1 1 ?"]],
    ["@annually", ["0 0 0 1 1 ?"]],
    ["@monthly", ["0 0 0 1 * ?"]],
    ["@weekly", ["0 0 0 ? * SUN"]],
    ["@daily", ["0 0 0 * * ?"]],
    ["@Midnight", ["0 0 0 * * ?"]],
    ["@hourly", ["0 0 * * * ?"]],
    ["@reboot", []],
  ])("a nickname: %s", (text, suggestions) => {
    const error = refusal(text);
    expect(error.code).toBe("nickname");
    expect(error.suggestions).toEqual(suggestions);
  });

  it.each([
    ["0 0 12 * * *", "both-days-set", ["0 0 12 * * ?"]],
    ["0 0 12 * * MON", "both-days-set", ["0 0 12 ? * MON"]],
    ["0 0 12 1 * *", "both-days-set", ["0 0 12 1 * ?"]],
    ["0 0 12 1 * MON", "both-days-set", ["0 0 12 ? * MON", "0 0 12 1 * ?"]],
    ["0 0 12 ? * ?", "no-day-set", ["0 0 12 * * ?"]],
  ])("one ? too few or too many: %s", (text, code, suggestions) => {
    const error = refusal(text);
    expect(error).toMatchObject({ code, field: "day-of-week", position: 11 });
    expect(error.suggestions).toEqual(suggestions);
  });

  it("every suggestion is a valid expression", () => {
    const refused = ["001**?", "0201**?", "*/5 1-3 * * 1", "@weekly", "0 0 12 1 * MON", "0 0 12 ? * ?"];
    for (const suggestion of refused.flatMap((text) => refusal(text).suggestions)) {
      expect(QuartzExpression.parse(suggestion).text).toBe(suggestion);
    }
  });

  it("what is no expression at all is told how many fields there are", () => {
    expect(refusal("").reason).toMatch(/has 6 or 7 fields .* this one has 0/);
    expect(refusal("0 0 0").reason).toMatch(/this one has 3/);
  });
});
