import type { ZoneFlaw } from "../../../quartz/index.ts";
import { useReader } from "../../reader/reader.ts";
import { localTime } from "../../reader/time-words.ts";

const MINUTE_MS = 60_000;

/** `-07:00` */
function offsetWords(offset: number): string {
  const minutes = Math.abs(offset) / MINUTE_MS;
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  return `${offset < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/** The zones that this host has wrong by the list of recent changes, and what to do about it; nothing where there are none. */
export function ZoneFlaws(props: { flaws: readonly ZoneFlaw[] }) {
  const { t, locale } = useReader();
  const { flaws } = props;
  if (flaws.length === 0) return null;
  return (
    <div class="notice warn">
      <p>
        {t("The time zones of this host are out of date: in these, jobs fire at the wrong time. Update its runtime.")}
      </p>
      <ul>
        {flaws.map(({ zone, at, offset, found }) => (
          <li>
            {found === null
              ? t("{zone} is not known here", { zone })
              : t("{zone} is at {right} from {time} UTC on; this host takes it to be at {wrong}", {
                  zone,
                  right: offsetWords(offset),
                  wrong: offsetWords(found),
                  time: localTime(at, "UTC", locale),
                })}
          </li>
        ))}
      </ul>
    </div>
  );
}
