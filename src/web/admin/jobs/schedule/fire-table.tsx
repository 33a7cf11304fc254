import { type Holds, holdAt } from "../../../../administration/pauses/holds.ts";
import { type FireOptions, QuartzExpression, UnknownZoneError } from "../../../../quartz/index.ts";
import { type Column, Table } from "../../../page/table.tsx";
import { useReader } from "../../../reader/reader.ts";
import { Relative } from "../../../reader/time.tsx";
import { clockTime, localTime } from "../../../reader/time-words.ts";
import type { English } from "../../../words/text.ts";
import type { Locale, Translate } from "../../../words/translate.ts";

/** Why nothing at all fires, the gravest first. */
export type Idle = "stopped" | "inactive" | "client" | "paused";

/** A clock whose next fires are shown. */
export interface ShownClock {
  /** Valid: it was read before. */
  readonly cron: string;
  readonly zone: string;
  readonly options: FireOptions;
  readonly holds: Holds;
  /** The client that fires first, where each of several fires in its own zone; null: there is but one zone. */
  readonly first: string | null;
  /** Null: it fires. */
  readonly idle: Idle | null;
}

interface Fire {
  readonly at: number;
  /** What a change of clocks, a pause or a blackout does to it; '' for nothing. */
  readonly mark: string;
}

/** `02:30` of `2026-03-29T02:30:00`. */
const clock = (wall: string) => wall.slice(11, 16);

/** What a change of clocks does to a fire, in words; "" for nothing. */
function changeWords(t: Translate, expression: QuartzExpression, at: number, zone: string, options: FireOptions) {
  const { change, fields, wallTime } = expression.why(at, zone, options);
  if (change === null) return "";
  if (change.kind === "overlap") {
    const time = clock(wallTime);
    return change.pass === "first"
      ? t("the first of two times that clocks show {time}", { time })
      : t("the second of two times that clocks show {time}", { time });
  }
  if (change.missed === null) return "";
  const time = clock(change.missed);
  return fields.every(({ matches }) => matches)
    ? t("{time} does not exist on this day", { time })
    : t("moved: {time} does not exist on this day", { time });
}

/** Why an occurrence is skipped, in words; "" for one that is not. */
export function holdWords(t: Translate, holds: Holds, at: number): string {
  const hold = holdAt(holds, at);
  if (hold === null) return "";
  if (hold.kind === "paused") return t("paused: it is skipped");
  return hold.note ? t("blackout: {note}", { note: hold.note }) : t("blackout: it is skipped");
}

/** The next fires of a clock; null where its zone is not known here. */
function nextFires(t: Translate, shown: ShownClock, count: number, now: number): readonly Fire[] | null {
  const { cron, zone, options, holds } = shown;
  const expression = QuartzExpression.parse(cron);
  const fires: Fire[] = [];
  try {
    for (let at = expression.next(now, zone, options); at !== null && fires.length < count; ) {
      const marks = [changeWords(t, expression, at, zone, options), holdWords(t, holds, at)];
      fires.push({ at, mark: marks.filter(Boolean).join("; ") });
      at = expression.next(at, zone, options);
    }
    return fires;
  } catch (error) {
    if (error instanceof UnknownZoneError) return null;
    throw error;
  }
}

/** An instant in the reader's zone; the clock time alone where the day is that of the zone beside it. */
function besideIt(at: number, zone: string, own: string, locale: Locale): string {
  const [there, here] = [localTime(at, zone, locale), localTime(at, own, locale)];
  return there.split(",")[0] === here.split(",")[0] ? clockTime(at, own) : here;
}

const wouldFire = {
  stopped: "Would fire in {zone}, were everything not stopped",
  inactive: "Would fire in {zone}, were it active",
  client: "Would fire in {zone}, were the client active",
  paused: "Would fire in {zone}, were it not paused",
} as const satisfies Record<Idle, English>;

/** What stands above the fires: whose they are, and whether they take place. */
function Heading(props: { shown: ShownClock; count: number }) {
  const { t } = useReader();
  const { shown, count } = props;
  const { zone, first: client, idle } = shown;
  if (idle !== null) return <>{t(wouldFire[idle], { zone })}</>;
  if (client !== null) {
    return (
      <>
        {t("Next {count} fires for {client} in {zone}, the first to fire; each client fires in its own zone", {
          count,
          client,
          zone,
        })}
      </>
    );
  }
  return <>{count === 1 ? t("Next fire in {zone}", { zone }) : t("Next {count} fires in {zone}", { count, zone })}</>;
}

/**
 * What an expression means, and its next fires in its zone, in the reader's beside it where the two clocks differ, with what a
 * change of clocks, a pause or a blackout does to each.
 *
 * @param props.count fires that are shown
 * @param props.now ms
 */
export function FireTable(props: { shown: ShownClock; count: number; now: number }) {
  const { t, locale, zone: own } = useReader();
  const { shown, now } = props;
  const { cron, zone } = shown;
  const fires = nextFires(t, shown, props.count, now);
  const differs = fires?.some(({ at }) => localTime(at, zone, locale) !== localTime(at, own, locale));
  const columns: readonly Column<Fire>[] = [
    {
      label: zone,
      bare: true,
      cell: ({ at, mark }) => (
        <>
          <span class="number">{localTime(at, zone, locale)}</span>
          {mark === "" ? null : <small>{mark}</small>}
        </>
      ),
    },
    ...(differs
      ? [{ label: own, cell: ({ at }: Fire) => <span class="number">{besideIt(at, zone, own, locale)}</span> }]
      : []),
    { label: t("From now"), bare: true, cell: ({ at }) => <Relative at={at} now={now} brief /> },
  ];
  return (
    <>
      <p>
        <strong>{QuartzExpression.parse(cron).describe(locale)}</strong>
      </p>
      {fires === null ? (
        <p class="notice warn">
          {t("This host does not know the time zone {zone}, so it cannot say when this fires.", { zone })}
        </p>
      ) : fires.length === 0 ? (
        <p>{t("none to come")}</p>
      ) : (
        <>
          <p class="soft small">
            <Heading shown={shown} count={fires.length} />:
          </p>
          <Table caption={t("Next fires")} columns={columns} rows={fires} />
          <Closeness fires={fires} />
        </>
      )}
    </>
  );
}

/** Fires that follow each other too closely to be meant. */
function Closeness(props: { fires: readonly Fire[] }) {
  const { t, duration } = useReader();
  const { fires } = props;
  const closest = Math.min(...fires.slice(1).map(({ at }, index) => at - (fires[index]?.at ?? at)));
  if (closest >= 60_000) return null;
  return (
    <p class="notice warn">
      {t("This fires every {time}. Less than a minute apart is seldom needed and costs a run each time.", {
        time: duration(closest),
      })}
    </p>
  );
}
