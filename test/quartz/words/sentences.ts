import { lengthOf } from "../expressions.ts";

/** What a sentence of `describe` says, read back from its words alone. */
export interface Said {
  /** Seconds of the day. */
  readonly times: ReadonlySet<number>;
  /** 1-12. */
  readonly months: ReadonlySet<number>;
  /** null where no year is said. */
  readonly years: ReadonlySet<number> | null;
  matchesDay(year: number, month: number, day: number): boolean;
}

interface Tongue {
  readonly at: RegExp;
  readonly every: RegExp;
  readonly stretch: RegExp;
  readonly units: readonly string[];
  /** `in every minute`, `in every 5th minute from 0 to 55`, `in minute 5`, `in the minutes 5 to 7`; `UNIT` is replaced. */
  readonly places: { readonly all: string; readonly steps: string; readonly one: string; readonly list: string };
  readonly to: string;
  readonly and: string;
  readonly months: readonly string[];
  readonly inMonths: RegExp;
  readonly years: RegExp;
  readonly yearSteps: RegExp;
  readonly weekdays: readonly string[];
  /** The days of the week as they stand after "the last" and as they stand for themselves. */
  readonly onWeekdays: RegExp;
  readonly ordinals: readonly string[];
  readonly everyDay: string;
  readonly dates: RegExp;
  readonly dateSteps: RegExp;
  readonly lastDay: RegExp;
  readonly lastWorkday: RegExp;
  readonly beforeLast: RegExp;
  readonly nearestBeforeLast: RegExp;
  readonly nearest: RegExp;
  readonly lastWeekday: RegExp;
  readonly nthWeekday: RegExp;
}

const CLOCK = String.raw`\d\d:\d\d(?::\d\d)?`;

const ENGLISH: Tongue = {
  at: new RegExp(`^At (${CLOCK}(?:(?:, | and )${CLOCK})*)`),
  every: /^Every (?:(\d+) )?(second|minute|hour)s?/,
  stretch: new RegExp(`^(?: |, | and )from (${CLOCK}) to (${CLOCK})`),
  units: ["second", "minute", "hour"],
  places: {
    all: "in every UNIT(?! \\d)",
    steps: "in every (\\d+)(?:st|nd|rd|th) UNIT from (\\d+) to (\\d+)",
    one: "in UNIT (\\d+)",
    list: "in the UNITs ",
  },
  to: " to ",
  and: " and ",
  months: "January,February,March,April,May,June,July,August,September,October,November,December".split(","),
  inMonths: / in (?=[JFMASOND])/,
  years: /, in (?=\d)/,
  yearSteps: /, every (\d+) years from (\d+) to (\d+)$/,
  weekdays: "Sunday,Monday,Tuesday,Wednesday,Thursday,Friday,Saturday".split(","),
  onWeekdays: /^on ((?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days.*)$/,
  ordinals: "first,second,third,fourth,fifth".split(","),
  everyDay: "every day",
  dates: /^on the (.*) of the month$/,
  dateSteps: /^on every (\d+)\w\w day from the (\d+)\w\w to the (\d+)\w\w of the month$/,
  lastDay: /^on the last day of the month$/,
  lastWorkday: /^on the last weekday \(Monday to Friday\) of the month$/,
  beforeLast: /^on the (?:(\d+)\w\w )?day before the last day of the month$/,
  nearestBeforeLast:
    /^on the weekday \(Monday to Friday\) nearest to the (?:(\d+)\w\w )?day before the last day of the month$/,
  nearest:
    /^on the weekday \(Monday to Friday\) nearest to the (\d+)\w\w of the month(?: \(in months that have it\))?$/,
  lastWeekday: /^on the last (\w+day) of the month$/,
  nthWeekday: /^on the (first|second|third|fourth|fifth) (\w+day) of the month$/,
};

const GERMAN: Tongue = {
  at: new RegExp(`^Um (${CLOCK}(?:(?:, | und )${CLOCK})*) Uhr`),
  every: /^(?:Jede|Alle (\d+)) (Sekunde|Minute|Stunde)n?/,
  stretch: new RegExp(`^(?: |, | und )von (${CLOCK}) bis (${CLOCK}) Uhr`),
  units: ["Sekunde", "Minute", "Stunde"],
  places: {
    all: "in jeder UNIT(?! \\d)",
    steps: "in jeder (\\d+)\\. UNIT von (\\d+) bis (\\d+)",
    one: "in UNIT (\\d+)",
    list: "in den UNITn ",
  },
  to: " bis ",
  and: " und ",
  months: "Januar,Februar,März,April,Mai,Juni,Juli,August,September,Oktober,November,Dezember".split(","),
  inMonths: / im (?=[JFMASOND])(?!Jahr)/,
  years: /, (?:im Jahr|in den Jahren) (?=\d)/,
  yearSteps: /, alle (\d+) Jahre von (\d+) bis (\d+)$/,
  weekdays: "Sonntag,Montag,Dienstag,Mittwoch,Donnerstag,Freitag,Samstag".split(","),
  onWeekdays: /^((?:mon|diens|donners|frei|sams|sonn)tags.*|mittwochs.*)$/,
  ordinals: "ersten,zweiten,dritten,vierten,fünften".split(","),
  everyDay: "jeden Tag",
  dates: /^am (\d.*) des Monats$/,
  dateSteps: /^an jedem (\d+)\. Tag vom (\d+)\. bis zum (\d+)\. des Monats$/,
  lastDay: /^am letzten Tag des Monats$/,
  lastWorkday: /^am letzten Werktag \(Montag bis Freitag\) des Monats$/,
  beforeLast: /^am (?:(\d+)\. )?Tag vor dem letzten Tag des Monats$/,
  nearestBeforeLast: /^am Werktag \(Montag bis Freitag\) nächst dem (?:(\d+)\. )?Tag vor dem letzten Tag des Monats$/,
  nearest: /^am Werktag \(Montag bis Freitag\) nächst dem (\d+)\. des Monats(?: \(in Monaten, die ihn haben\))?$/,
  lastWeekday: /^am letzten (\w+) des Monats$/,
  nthWeekday: /^am (ersten|zweiten|dritten|vierten|fünften) (\w+) des Monats$/,
};

const UNIT_SECONDS = [1, 60, 3600];

/** Reads a sentence back. Throws where it holds a word that is not understood, so that nothing is said unheard. */
export function readSentence(locale: "en" | "de", sentence: string): Said {
  const tongue = locale === "en" ? ENGLISH : GERMAN;
  let rest = sentence.replace(/, (?:a date that never comes|ein Datum, das nie kommt)$/, "");
  let years: Set<number> | null = null;
  const yearSteps = tongue.yearSteps.exec(rest);
  const yearStart = yearSteps?.index ?? rest.search(tongue.years);
  if (yearSteps !== null) years = stepped(yearSteps.slice(1));
  else if (yearStart >= 0) years = numbers(tongue, rest.slice(yearStart).replace(tongue.years, ""));
  if (yearStart >= 0) rest = rest.slice(0, yearStart);
  let months = stepped(["1", "1", "12"]);
  const monthStart = rest.search(tongue.inMonths);
  if (monthStart >= 0) {
    months = words(tongue, rest.slice(monthStart).replace(tongue.inMonths, ""), tongue.months, 1);
    rest = rest.slice(0, monthStart);
  }
  const { times, day } = readTimes(tongue, rest);
  return { times, months, years, matchesDay: readDay(tongue, day) };
}

function readTimes(tongue: Tongue, text: string): { times: Set<number>; day: string } {
  const at = tongue.at.exec(text);
  if (at !== null) {
    const times = new Set((at[1] as string).split(new RegExp(`, |${tongue.and}`)).map(clock));
    return { times, day: text.slice(at[0].length).trim() };
  }
  const every = tongue.every.exec(text);
  if (every !== null) return readInterval(tongue, every, text.slice(every[0].length));
  return readHoursAndDay(tongue, text);
}

function readInterval(tongue: Tongue, every: RegExpExecArray, text: string): { times: Set<number>; day: string } {
  const step = Number(every[1] ?? 1) * (UNIT_SECONDS[tongue.units.indexOf(every[2] as string)] as number);
  const times = new Set<number>();
  let rest = text;
  let hasStretch = false;
  for (let match = tongue.stretch.exec(rest); match !== null; match = tongue.stretch.exec(rest)) {
    hasStretch = true;
    const [from, to] = [clock(match[1] as string), clock(match[2] as string)];
    if ((to - from) % step !== 0) throw new Error(`the end of "${match[0]}" is not reached`);
    for (let time = from; time <= to; time += step) times.add(time);
    rest = rest.slice(match[0].length);
  }
  if (!hasStretch) for (let time = 0; time < 86_400; time += step) times.add(time);
  return { times, day: rest.trim() };
}

function readHoursAndDay(tongue: Tongue, text: string): { times: Set<number>; day: string } {
  let rest = `i${text.slice(1)}`;
  const values = tongue.units.map((unit, index) => {
    const source = (place: string) => new RegExp(`^${place.replace("UNIT", unit)}`);
    const take = (length: number) => {
      rest = rest.slice(length).replace(/^, /, "");
    };
    const all = source(tongue.places.all).exec(rest);
    if (all !== null) {
      take(all[0].length);
      return stepped(["1", "0", index === 2 ? "23" : "59"]);
    }
    const steps = source(tongue.places.steps).exec(rest);
    if (steps !== null) {
      take(steps[0].length);
      return stepped(steps.slice(1));
    }
    const one = source(tongue.places.one).exec(rest);
    if (one !== null) {
      take(one[0].length);
      return new Set([Number(one[1])]);
    }
    const item = `\\d+(?:${tongue.to}\\d+)?`;
    const list = new RegExp(
      `${source(tongue.places.list).source}(${item}(?:, ${item})*(?:${tongue.and}${item})?)`,
    ).exec(rest);
    if (list !== null) {
      take(list[0].length);
      return numbers(tongue, list[1] as string);
    }
    if (index === 0) return new Set([0]);
    throw new Error(`no ${unit} in "${rest}"`);
  });
  const [seconds, minutes, hours] = values as [Set<number>, Set<number>, Set<number>];
  const times = new Set<number>();
  for (const hour of hours) {
    for (const minute of minutes) for (const second of seconds) times.add(hour * 3600 + minute * 60 + second);
  }
  return { times, day: rest };
}

function readDay(tongue: Tongue, text: string): Said["matchesDay"] {
  if (text === "" || text === tongue.everyDay) return () => true;
  const dateSteps = tongue.dateSteps.exec(text);
  if (dateSteps !== null) {
    const days = stepped(dateSteps.slice(1));
    return (_year, _month, day) => days.has(day);
  }
  if (tongue.lastDay.test(text)) return (year, month, day) => day === lengthOf(year, month);
  const workday = tongue.lastWorkday.test(text) ? ["", "0"] : tongue.nearestBeforeLast.exec(text);
  if (workday !== null) {
    const before = Number(workday[1] ?? 1);
    return (year, month, day) => isNearest(year, month, day, lengthOf(year, month) - before);
  }
  const beforeLast = tongue.beforeLast.exec(text);
  if (beforeLast !== null) return (year, month, day) => day === lengthOf(year, month) - Number(beforeLast[1] ?? 1);
  const nearest = tongue.nearest.exec(text);
  if (nearest !== null) {
    const named = Number(nearest[1]);
    return (year, month, day) => named <= lengthOf(year, month) && isNearest(year, month, day, named);
  }
  const nth = tongue.nthWeekday.exec(text);
  if (nth !== null) {
    const [weekday, ordinal] = [tongue.weekdays.indexOf(nth[2] as string), tongue.ordinals.indexOf(nth[1] as string)];
    return (year, month, day) => weekdayOf(year, month, day) === weekday && Math.floor((day - 1) / 7) === ordinal;
  }
  const last = tongue.lastWeekday.exec(text);
  if (last !== null) {
    const weekday = tongue.weekdays.indexOf(last[1] as string);
    return (year, month, day) => weekdayOf(year, month, day) === weekday && day > lengthOf(year, month) - 7;
  }
  const onWeekdays = tongue.onWeekdays.exec(text);
  if (onWeekdays !== null) {
    const plural = tongue.weekdays.map((name) => (tongue === GERMAN ? `${name.toLowerCase()}s` : `${name}s`));
    const days = words(tongue, onWeekdays[1] as string, plural, 0);
    return (year, month, day) => days.has(weekdayOf(year, month, day));
  }
  const dates = tongue.dates.exec(text);
  if (dates !== null) {
    const days = numbers(tongue, (dates[1] as string).replaceAll(/(?<=\d)(?:st|nd|rd|th|\.)/g, ""));
    return (_year, _month, day) => days.has(day);
  }
  throw new Error(`not understood: "${text}"`);
}

/** The nearest Monday to Friday of the month, by trying the days around in the order of their distance. */
function isNearest(year: number, month: number, day: number, named: number): boolean {
  if (named < 1) return false;
  const around = [0, -1, 1, -2, 2].map((distance) => named + distance);
  const found = around.find((candidate) => {
    const isInMonth = candidate >= 1 && candidate <= lengthOf(year, month);
    return isInMonth && ![0, 6].includes(weekdayOf(year, month, candidate));
  });
  return day === found;
}

/** 0 Sunday to 6 Saturday. */
function weekdayOf(year: number, month: number, day: number): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay();
}

function clock(text: string): number {
  const [hour = 0, minute = 0, second = 0] = text.split(":").map(Number);
  return hour * 3600 + minute * 60 + second;
}

/** The numbers of `step`, `from`, `to`; the last one must be reached. */
function stepped(parts: readonly string[]): Set<number> {
  const [step = 1, from = 0, to = 0] = parts.map(Number);
  if ((to - from) % step !== 0) throw new Error(`${to} is not reached from ${from} by ${step}`);
  const values = new Set<number>();
  for (let value = from; value <= to; value += step) values.add(value);
  return values;
}

function numbers(tongue: Tongue, text: string): Set<number> {
  const values = new Set<number>();
  for (const item of text.split(new RegExp(`, |${tongue.and}`))) {
    const [from, to = from] = item.split(tongue.to);
    if (!/^\d+$/.test(`${from}${to}`)) throw new Error(`no number: "${item}"`);
    for (const value of stepped(["1", from as string, to as string])) values.add(value);
  }
  return values;
}

/** The places of words in a list that begins anew after its end, such as the days of the week. */
function words(tongue: Tongue, text: string, list: readonly string[], first: number): Set<number> {
  const values = new Set<number>();
  for (const item of text.split(new RegExp(`, |${tongue.and}`))) {
    const [from = -1, to = from] = item.split(tongue.to).map((word) => list.indexOf(word));
    if (from < 0 || to < 0) throw new Error(`not understood: "${item}"`);
    for (let place = from; ; place = (place + 1) % list.length) {
      values.add(place + first);
      if (place === to) break;
    }
  }
  return values;
}
