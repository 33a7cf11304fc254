import { isTimeZone } from "../../time/day.ts";
import { useReader } from "./reader.ts";
import { clockTime, localTime, relative } from "./time-words.ts";

/**
 * An instant in the reader's zone; where the job's zone differs, its own local time stands beside it. The UTC instant is the
 * title.
 *
 * @example <Time at={run.scheduledAt} zone={run.timeZone} now={now} />
 *
 * @param props.zone of the job, run or client that the instant belongs to; left out where it belongs to none
 * @param props.now with it, how far the instant lies from now is said too, and moves on with the clock
 * @param props.bare leaves out the name of the reader's zone, where a column of times would repeat it
 */
export function Time(props: { at: number; zone?: string; now?: number; bare?: boolean }) {
  const reader = useReader();
  const { at, zone = reader.zone } = props;
  const own = reader.moment(at);
  const iso = new Date(at).toISOString();
  const other = localTime(at, zone, reader.locale);
  const sameDay = own.slice(0, own.indexOf(",")) === other.slice(0, other.indexOf(","));
  return (
    <>
      <time datetime={iso} title={iso} class="number">
        {own}
      </time>
      {props.bare ? null : (
        <small>
          {reader.zone}
          {props.now === undefined ? null : (
            <>
              {" · "}
              <Relative at={at} now={props.now} />
            </>
          )}
        </small>
      )}
      {own === other ? null : (
        <small>
          {isTimeZone(zone)
            ? `${sameDay ? clockTime(at, zone) : other} ${zone}`
            : `${clockTime(at, "UTC")} UTC (${reader.t("{zone} is not known here", { zone })})`}
        </small>
      )}
    </>
  );
}

/**
 * How far an instant lies from now: `in 5 min`. With JavaScript it moves on by itself.
 *
 * @param props.brief for a hundred rows: the instant stands once only, as the title
 */
export function Relative(props: { at: number; now: number; brief?: boolean }) {
  const { locale } = useReader();
  const iso = new Date(props.at).toISOString();
  const words = relative(props.at, props.now, locale);
  if (props.brief) {
    return (
      <span title={iso.replace(".000", "")} data-relative="">
        {words}
      </span>
    );
  }
  return (
    <time datetime={iso} data-relative="">
      {words}
    </time>
  );
}
