import { spawnSync } from "node:child_process";
import { cpus } from "node:os";
import { CronExpressionParser } from "cron-parser";
import { Cron } from "croner";
import { QuartzExpression } from "../../../src/quartz/index.ts";

/** A typical expression, and what the others call it; null where they cannot say it. */
interface Subject {
  readonly quartz: string;
  readonly croner: string | null;
  readonly cronParser: string | null;
}

const SUBJECTS: readonly Subject[] = [
  same("0/10 * * * * ?"),
  same("0 * * * * ?"),
  same("0 0/5 * * * ?"),
  same("0 0/5 14,18 * * ?"),
  same("0 0 * * * ?"),
  same("0 0 12 * * ?"),
  same("0 30 2 * * ?"),
  { quartz: "0 15 10 ? * MON-FRI", croner: "0 15 10 * * 1-5", cronParser: "0 15 10 * * 1-5" },
  same("0 0 1 1,15 * ?"),
  same("0 0 0 L * ?"),
  { quartz: "0 0 9 15W * ?", croner: "0 0 9 15W * *", cronParser: null },
  { quartz: "0 15 10 ? * 6L", croner: "0 15 10 * * 5#L", cronParser: "0 15 10 * * 5L" },
  { quartz: "0 0 8 ? * 6#3", croner: "0 0 8 * * 5#3", cronParser: "0 0 8 * * 5#3" },
  { quartz: "0 0 0 1 1 ? 2026-2099", croner: "0 0 0 1 1 * 2026-2099", cronParser: null },
];
const ZONES = ["UTC", "Europe/Berlin"] as const;
const START = Date.UTC(2026, 0, 1);
/** Many short samples, of which the best counts: what else the machine does disturbs some of them, hardly all. */
const SAMPLES = 40;
const SAMPLE_MS = 3;

/** ns for each of the three questions. */
interface Timing {
  readonly utc: number;
  readonly berlin: number;
  readonly parse: number;
}

/**
 * ns per next fire in UTC and Europe/Berlin and per parse, for this library, croner, cron-parser and, where a JDK is on the path
 * and QUARTZ_JAR names its jar, Java's Quartz; in one run on one machine, the best of many samples each.
 */
export default function bench(): void {
  console.log(`${cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}; ns, best of ${SAMPLES} samples`);
  const java = javaTimings();
  const rows = SUBJECTS.map((subject) => ({
    subject,
    ours: timing(ourNext(subject.quartz), () => QuartzExpression.parse(subject.quartz)),
    croner: subject.croner === null ? null : cronerTiming(subject.croner),
    cronParser: subject.cronParser === null ? null : cronParserTiming(subject.cronParser),
    java: java?.get(subject.quartz) ?? null,
  }));
  for (const question of ["utc", "berlin", "parse"] as const) {
    const title = { utc: "next fire, UTC", berlin: "next fire, Europe/Berlin", parse: "parse" }[question];
    console.log(`\n${line([title, "here", "croner", "cron-parser", "Java Quartz"])}`);
    for (const { subject, ours, croner, cronParser, java } of rows) {
      console.log(line([subject.quartz, ...[ours, croner, cronParser, java].map((one) => shown(one?.[question]))]));
    }
  }
  console.log();
  summarise(rows);
  if (java === null)
    console.log("Java's Quartz was not measured: that takes a JDK on the path and QUARTZ_JAR=<its jar>.");
}

/** What differs in writing only: they want `*` for `?` and for the 0 of a step. */
function same(quartz: string): Subject {
  const others = quartz.replace("?", "*").replace("0/", "*/");
  return { quartz, croner: others, cronParser: others };
}

function summarise(
  rows: readonly { readonly ours: Timing; readonly croner: Timing | null; readonly java: Timing | null }[],
): void {
  const nexts = rows.flatMap(({ ours }) => [ours.utc, ours.berlin]);
  const parses = rows.map(({ ours }) => ours.parse);
  target("ns per next at the slowest", Math.max(...nexts), "at most", 300);
  target("ns per parse at the slowest", Math.max(...parses), "at most", 3000);
  for (const [name, minimum] of [
    ["croner", 100],
    ["java", 5],
  ] as const) {
    const ratios = rows.flatMap((row) => {
      const theirs = row[name];
      return theirs === null ? [] : [theirs.utc / row.ours.utc, theirs.berlin / row.ours.berlin];
    });
    if (ratios.length === 0) continue;
    const middle = ratios.toSorted((one, other) => one - other)[Math.floor(ratios.length / 2)] as number;
    const title = name === "java" ? "Java's Quartz" : name;
    target(`times faster than ${title} at the median`, middle, "at least", minimum);
    target(`times faster than ${title} at the least`, Math.min(...ratios), "at least", minimum);
  }
}

function target(title: string, value: number, bound: "at most" | "at least", limit: number): void {
  const holds = bound === "at most" ? value <= limit : value >= limit;
  console.log(`${shown(value).padStart(9)} ${title} (${bound} ${limit}: ${holds ? "holds" : "MISSED"})`);
}

type Next = (zone: string) => (after: number) => number;

function timing(next: Next, parse: () => unknown): Timing {
  const [utc, berlin] = ZONES.map((zone) => nextTime(next(zone))) as [number, number];
  return { utc, berlin, parse: callTime(parse) };
}

function ourNext(text: string): Next {
  const expression = QuartzExpression.parse(text);
  return (zone) => (after) => expression.next(after, zone) ?? START;
}

function cronerTiming(text: string): Timing {
  const next: Next = (timezone) => {
    const job = new Cron(text, { timezone, paused: true });
    return (after) => job.nextRun(new Date(after))?.getTime() ?? START;
  };
  return timing(next, () => new Cron(text, { timezone: "UTC", paused: true }));
}

/** cron-parser walks on by itself; it is begun anew after as many fires as an expression may have until 2099. */
function cronParserTiming(text: string): Timing {
  const next: Next = (tz) => {
    let expression = CronExpressionParser.parse(text, { tz, currentDate: START });
    let count = 0;
    return () => {
      if (++count % 70 === 0) expression = CronExpressionParser.parse(text, { tz, currentDate: START });
      return expression.next().getTime();
    };
  };
  return timing(next, () => CronExpressionParser.parse(text, { tz: "UTC", currentDate: START }));
}

/** ns per call, each from the result of the one before. */
function nextTime(next: (after: number) => number): number {
  let after = START;
  return callTime(() => {
    after = next(after);
    return after;
  });
}

let sink: unknown;

/** ns per call: the best of some samples, each as many calls as fill some ms. */
function callTime(call: () => unknown): number {
  let calls = 1;
  let best = Number.POSITIVE_INFINITY;
  for (let sample = 0; sample < SAMPLES; ) {
    const begin = performance.now();
    for (let index = 0; index < calls; index++) sink = call();
    const ms = performance.now() - begin;
    if (ms < SAMPLE_MS) {
      calls *= ms < SAMPLE_MS / 20 ? 10 : 2;
      continue;
    }
    best = Math.min(best, (ms / calls) * 1e6);
    sample++;
  }
  if (sink === undefined) throw new Error("nothing was measured");
  return best;
}

/** The same questions to org.quartz.CronExpression; null without a JDK or its jar. */
function javaTimings(): Map<string, Timing> | null {
  const jar = process.env.QUARTZ_JAR;
  if (jar === undefined) return null;
  const source = `${import.meta.dirname}/QuartzBench.java`;
  const run = spawnSync("java", ["-cp", jar, source, ...SUBJECTS.map(({ quartz }) => quartz)], { encoding: "utf8" });
  if (run.status !== 0) {
    console.log(`Java did not run: ${run.error?.message ?? run.stderr}`);
    return null;
  }
  const timings = run.stdout
    .trim()
    .split("\n")
    .map((row) => {
      const [text, utc, berlin, parse] = row.split("\t");
      return [text as string, { utc: Number(utc), berlin: Number(berlin), parse: Number(parse) }] as const;
    });
  return new Map(timings);
}

function line([title, ...columns]: readonly string[]): string {
  return [(title ?? "").padEnd(26), ...columns.map((column) => column.padStart(12))].join("");
}

function shown(value: number | undefined): string {
  if (value === undefined) return "-";
  return value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString("en");
}
