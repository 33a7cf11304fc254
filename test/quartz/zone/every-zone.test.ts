import { describe, expect, it } from "vitest";
import { QuartzExpression, type Zone, zoneNamed } from "../../../src/quartz/index.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;
const FROM = Date.UTC(1990, 0) / 1000;
const UNTIL = Date.UTC(2040, 0) / 1000;
interface Change {
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

const zones = Intl.supportedValuesOf("timeZone").map((name) => zoneNamed(name));
const changes = new Map(zones.map((zone) => [zone, changesOf(zone)]));
/** One zone for each history of clocks: zones that never differed from 1990 to 2040 cannot differ in their fires. */
const histories = [
  ...Map.groupBy(zones, (zone) => JSON.stringify([zone.spanAt(FROM).offset, changes.get(zone)])).values(),
].map(([zone]) => zone as Zone);

/** A zone's changes of clocks, in seconds. */
function changesOf(zone: Zone): Change[] {
  const found: Change[] = [];
  for (let span = zone.spanAt(FROM - 3 * DAY); span.end < UNTIL + 3 * DAY; ) {
    const following = zone.spanAt(span.end);
    if (following.offset !== span.offset) {
      found.push({ at: span.end, before: span.offset, after: following.offset });
    }
    span = following;
  }
  return found;
}

/**
 * What a daily job at a fixed time must do, date by date, told without the library: fire at the first instant that shows the
 * time, or at the end of the gap that it falls into, merged with a fire that is there already.
 */
function expectedFires(zone: Zone, time: number): number[] {
  const fires: number[] = [];
  const all = changes.get(zone) as Change[];
  let past = 0;
  let offset = all[0]?.before ?? zone.spanAt(FROM).offset;
  for (let wall = FROM - 2 * DAY + time; wall < UNTIL + 2 * DAY; wall += DAY) {
    let fire = wall - offset;
    for (let change = all[past]; change !== undefined && fire >= change.at; change = all[past]) {
      // The offset before the change no longer holds at this instant: the time is shown after it, or not at all.
      const shown = wall - change.after;
      offset = change.after;
      past++;
      fire = Math.max(shown, change.at);
      if (shown < change.at) break;
    }
    if (fire >= FROM && fire < UNTIL && fire !== fires.at(-1)) fires.push(fire);
  }
  return fires;
}

function jobAt(time: number): QuartzExpression {
  const [hour, minute, second] = [Math.floor(time / HOUR), Math.floor(time / 60) % 60, time % 60];
  return QuartzExpression.parse(`${second} ${minute} ${hour} * * ?`);
}

/** Midnight, and a time in the middle of each gap and overlap of a zone. */
function timesFor(zone: Zone): number[] {
  const inChanges = (changes.get(zone) as Change[]).map(({ at, before, after }) => {
    const middle = at + Math.floor((before + after) / 2);
    return ((middle % DAY) + DAY) % DAY;
  });
  return [...new Set([0, ...inChanges])];
}

describe("in every zone from 1990 to 2040", () => {
  it("there are zones, and most have changed their clocks", () => {
    expect(zones.length).toBeGreaterThan(400);
    expect(histories.length).toBeGreaterThan(150);
    expect(zones.filter((zone) => (changes.get(zone) as Change[]).length > 0).length).toBeGreaterThan(200);
  });

  it("a daily fixed time fires exactly once for every local date: when it is first shown, or at the gap's end", () => {
    const wrong: string[] = [];
    let jobs = 0;
    for (const zone of histories) {
      for (const time of timesFor(zone)) {
        jobs++;
        const job = jobAt(time);
        let fire = FROM * 1000 - 1;
        for (const expected of expectedFires(zone, time)) {
          fire = job.next(fire, zone) ?? Number.POSITIVE_INFINITY;
          if (fire === expected * 1000) continue;
          wrong.push(`${zone.name} ${job.text}: ${fire}, expected ${expected * 1000}`);
          break;
        }
        if ((job.next(fire, zone) as number) < UNTIL * 1000) wrong.push(`${zone.name} ${job.text}: a fire too many`);
      }
    }
    expect(wrong).toEqual([]);
    expect(jobs).toBeGreaterThan(2 * histories.length);
  }, 60_000);

  it("hours that cover all 24 fire at every instant whose wall time matches, and at no other", () => {
    const jobs = ["0 30 * * * ?", "0 0/20 * * * ?", "0 7,52 0-23 ? * SAT,SUN"].map((text) =>
      QuartzExpression.parse(text),
    );
    const minutes = [[30], [0, 20, 40], [7, 52]];
    const wrong: string[] = [];
    for (const zone of histories) {
      for (const { at, before, after } of changes.get(zone) as Change[]) {
        for (const [index, job] of jobs.entries()) {
          const expected: number[] = [];
          const [from, until] = [at - 4 * HOUR, at + 4 * HOUR];
          for (let instant = from; instant < until; instant++) {
            const wall = instant + (instant < at ? before : after);
            if (wall % 60 !== 0) {
              instant += 59 - (((wall % 60) + 60) % 60);
              continue;
            }
            const weekday = (Math.floor(wall / DAY) + 4) % 7;
            const isDay = index < 2 || weekday === 6 || weekday === 0;
            if (isDay && minutes[index]?.includes((wall / 60) % 60)) expected.push(instant * 1000);
          }
          const fires = [...job.occurrences(from * 1000, until * 1000, zone)];
          if (JSON.stringify(fires) !== JSON.stringify(expected)) {
            wrong.push(`${zone.name} ${job.text} at ${new Date(at * 1000).toISOString()}`);
          }
        }
      }
    }
    expect(wrong).toEqual([]);
  }, 60_000);

  it("the offsets are those that the runtime's clocks show, also between the probes that found them", () => {
    const wrong: string[] = [];
    for (const zone of zones) {
      const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone.name, dateStyle: "short", timeStyle: "medium" });
      for (let instant = FROM; instant < UNTIL; instant += 997 * HOUR + 17) {
        const wall = Date.parse(`${format.format(instant * 1000).replace(" ", "T")}Z`) / 1000;
        if (wall !== instant + zone.spanAt(instant).offset) wrong.push(`${zone.name} at ${instant}`);
      }
    }
    expect(wrong).toEqual([]);
  }, 60_000);

  it.each([
    ["America/Boa_Vista", "2000-10-08T04:00Z", "2000-10-15T03:00Z"],
    ["Asia/Gaza", "2008-03-27T22:00Z", "2008-08-28T21:00Z"],
    ["America/Argentina/Tucuman", "2004-06-01T03:00Z", "2004-06-13T04:00Z"],
  ])("%s changed its clocks at %s and back at %s, however close", (name, from, until) => {
    const [start, end] = [Date.parse(from) / 1000, Date.parse(until) / 1000];
    const zone = zoneNamed(name);
    expect([zone.spanAt(start).start, zone.spanAt(end - 1).end]).toEqual([start, end]);
    expect(zone.spanAt(start).offset).toBe(zone.spanAt(end - 1).offset);
  });
});
