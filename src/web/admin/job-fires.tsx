import { type FireOptions, QuartzExpression } from "../../quartz/index.ts";
import { useReader } from "../reader.ts";
import { type Column, Table } from "../table.tsx";
import { Relative } from "../time.tsx";
import { localTime } from "../time-words.ts";
import { markOf } from "./schedule-preview.tsx";

/** Fires that the page of a job shows. */
const FIRES = 20;

interface Fire {
  readonly at: number;
  readonly mark: string;
}

/**
 * What an expression means, and its next 20 fires in the job's zone and the reader's, with what changes of clocks do to them.
 *
 * @param props.cron valid: it was read before
 * @param props.zoneNote stands behind the zone where it is but one of several
 */
export function JobFires(props: {
  cron: string;
  zone: string;
  options: FireOptions;
  now: number;
  zoneNote?: string | undefined;
}) {
  const { t, locale, zone: ownZone, moment } = useReader();
  const { cron, zone, options, now } = props;
  const expression = QuartzExpression.parse(cron);
  const fires: Fire[] = [];
  for (let at = expression.next(now, zone, options); at !== null && fires.length < FIRES; ) {
    fires.push({ at, mark: markOf(t, expression, at, zone, options) });
    at = expression.next(at, zone, options);
  }
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
    ...(zone === ownZone ? [] : [{ label: ownZone, cell: ({ at }: Fire) => <span class="number">{moment(at)}</span> }]),
    { label: t("From now"), bare: true, cell: ({ at }) => <Relative at={at} now={now} brief /> },
  ];
  return (
    <>
      <p>
        <strong>{expression.describe(locale)}</strong>
      </p>
      {fires.length === 0 ? (
        <p>{t("none to come")}</p>
      ) : (
        <>
          <p class="soft small">
            {fires.length === 1
              ? t("Next fire in {zone}", { zone })
              : t("Next {count} fires in {zone}", { count: fires.length, zone })}
            {props.zoneNote ? ` (${props.zoneNote})` : ""}:
          </p>
          <Table caption={t("Next fires")} columns={columns} rows={fires} />
        </>
      )}
    </>
  );
}
