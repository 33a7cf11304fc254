import { describe, expect, it } from "vitest";
import { troublesIn } from "../hosts/measured-host.ts";
import { topFunctions } from "../hosts/profile.ts";
import { cpuOf } from "./cpu.ts";
import { figure, least, median, most, percentile, seconds } from "./figures.ts";
import { BenchOptionError, isAskedFor, readBenchOptions } from "./options.ts";
import { markdownTable, plainTable } from "./table.ts";

describe("Figures", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  it.each([
    [0.5, 50],
    [0.95, 95],
    [0.99, 99],
    [1, 100],
    [0.001, 1],
  ])("the share %d of 1 to 100 does not exceed %d", (share, value) => {
    expect(percentile(hundred, share)).toBe(value);
  });

  it.each([
    [[7], 7],
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[10, 9], 9.5],
  ])("the median of %j is %d", (values, middle) => {
    expect(median(values)).toBe(middle);
  });

  it("No numbers have no percentile, no median, no least and no most", () => {
    expect([percentile([], 0.5), median([]), least([]), most([])]).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
  });

  it("The numbers themselves stay in their order", () => {
    const values = [3, 1, 2];
    expect([percentile(values, 1), median(values), least(values), most(values)]).toEqual([3, 2, 1, 3]);
    expect(values).toEqual([3, 1, 2]);
  });

  it.each([
    [12_345.6, "12,346"],
    [99.44, "99.4"],
    [0.378, "0.38"],
    [5, "5"],
    [Number.NaN, "-"],
    [null, "-"],
    [undefined, "-"],
  ])("%s reads %s", (value, text) => {
    expect(figure(value)).toBe(text);
  });

  it("Milliseconds read as seconds", () => {
    expect([seconds(1234), seconds(0), seconds(null), seconds(Number.NaN)]).toEqual(["1.23", "0", "-", "-"]);
  });
});

describe("Tables", () => {
  const table = {
    title: "Speed",
    columns: ["", "a second"],
    rows: [["snail|slug", "1"], ["horse", "1,000"], ["stone"]],
  };

  it("In plain text words stand left and figures right", () => {
    expect(plainTable(table)).toBe("Speed\n            a second\nsnail|slug         1\nhorse          1,000\nstone");
  });

  it("In Markdown each row has all cells, and a stroke in a cell is escaped", () => {
    expect(markdownTable(table)).toBe(
      "**Speed**\n\n|  | a second |\n| --- | --: |\n| snail\\|slug | 1 |\n| horse | 1,000 |\n| stone |  |",
    );
  });
});

describe("Options", () => {
  it("Without any, all is measured in full", () => {
    expect(readBenchOptions([])).toEqual({
      quick: false,
      markdown: false,
      profile: false,
      rounds: null,
      size: null,
      only: [],
    });
  });

  it("Each is read", () => {
    expect(
      readBenchOptions([
        "--quick",
        "--markdown",
        "--profile",
        "--rounds",
        "5",
        "--size",
        "40",
        "--only",
        "edge",
        "--only",
        "boss",
      ]),
    ).toEqual({ quick: true, markdown: true, profile: true, rounds: 5, size: 40, only: ["edge", "boss"] });
  });

  it.each([[["--rounds", "0"]], [["--rounds", "two"]], [["--size", "-1"]], [["--fast"]], [["slow"]]])(
    "%j is refused",
    (args) => {
      expect(() => readBenchOptions(args)).toThrow(BenchOptionError);
    },
  );

  it("Only what is named is measured, whatever its case", () => {
    expect(
      ["Edge, sqld", "Deno, file", "pg-boss"].filter((name) => isAskedFor(name, { only: ["edge", "BOSS"] })),
    ).toEqual(["Edge, sqld", "pg-boss"]);
  });
});

it("Complaints in logs are counted by kind, each line once", () => {
  const log = "SQLITE_BUSY: database is locked\nServer returned HTTP status 429\nall is well\nRun 5 was interrupted\n";
  expect(troublesIn(log, "The tick failed; DbCreateTimeout")).toEqual({ busy: 1, refused: 2, interrupted: 2 });
});

it("A profile names the functions with the most time of their own, and leaves waiting out", () => {
  const node = (id: number, functionName: string, url = "", lineNumber = 0) => ({
    id,
    callFrame: { functionName, url, lineNumber },
  });
  const nodes = [
    node(1, "(idle)"),
    node(2, "claim", "file:///house/src/runner/claims.ts", 9),
    node(3, ""),
    node(4, "claim", "file:///house/src/runner/claims.ts", 9),
  ];
  const profile = { nodes, samples: [1, 2, 3, 4, 1], timeDeltas: [500, 300, 200, 500, 9000] };
  expect(topFunctions(profile, 2)).toEqual([" 80.0 %  claim  runner/claims.ts:10", " 20.0 %  (anonymous)"]);
});

it("The time on the processor grows with work, and a process that is not there has none", () => {
  const before = cpuOf(process.pid);
  const start = process.cpuUsage();
  let spent = 0;
  while (spent < 60_000) {
    const { user, system } = process.cpuUsage(start);
    spent = user + system;
  }
  expect(cpuOf(process.pid) - before).toBeGreaterThanOrEqual(40);
  expect([cpuOf(null), cpuOf(2 ** 30)]).toEqual([0, 0]);
});
