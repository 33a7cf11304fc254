import { readStop } from "../../../administration/pauses/stop.ts";
import { readSettings } from "../../../control/clients/settings.ts";
import type { ClockHealth } from "../../../control/clock-health.ts";
import { type Health, type HealthCheck, healthChecks, readHealth } from "../../../control/health.ts";
import { NEWEST_KEPT, RETENTION_DAYS } from "../../../scheduler/retention.ts";
import { maySeeHealth } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { forbidden, require } from "../../page/page-error.ts";
import { Table } from "../../page/table.tsx";
import type { Ports } from "../../ports.ts";
import type { Reader } from "../../reader/reader.ts";
import { Relative, Time } from "../../reader/time.tsx";
import type { English } from "../../words/text.ts";
import { sourceWords } from "../now/now.tsx";
import { page } from "../parts/layout.tsx";
import { ZoneFlaws } from "../parts/zone-flaws.tsx";

/** What each check looks at, and what to do when it fails. */
const checkWords = {
  tick: [
    "The clock ticks every minute",
    "Look whether the Cron Trigger (at the edge) or the server process (elsewhere) still runs, and whether it reaches the database.",
  ],
  triggers: [
    "Every job that was due has been planned",
    "The ticks come but do not get through. Look into the host's log for what stops them; they go on with the oldest by themselves.",
  ],
  overtime: [
    "No run is past the time that it may take",
    "Open these runs. A runner that lives ends them by itself; if they stay, deploy or restart so that another one takes over.",
  ],
  untaken: [
    "Every run that is due is looked at",
    "The runner of their client does not wake. It is woken again with each tick; if they stay, look into the host's log.",
  ],
  queue: [
    "The runs that wait are not too many",
    "Look which client and job they belong to, under Runs. Cancel those that are not needed, and pause the job that makes them.",
  ],
  move: [
    "No move of a client to another database was interrupted",
    "Go on with npm run client:move, or abandon it there. Until then the client's runs wait.",
  ],
  clock: [
    "The clocks of the hosts and of the database agree",
    "Set every machine by a time server. Until then a difference of less than a minute starts runs early or late; beyond that the clock that is off is not followed.",
  ],
} as const satisfies Record<HealthCheck, readonly [English, English]>;

/** `/admin/health`: how the scheduler fares, in words, and what to do about what is wrong. */
export async function healthPage(c: PageContext, ports: Ports) {
  const { admin, reader } = c.var;
  const { t } = reader;
  require(maySeeHealth(admin), forbidden("looking at the health of the installation"));
  const now = ports.now();
  const [health, stop, settings] = await Promise.all([
    readHealth(ports.control, now),
    readStop(ports.control),
    readSettings(ports.control, 0, ["runRetentionDays"]),
  ]);
  const days = Number(settings.own.get("runRetentionDays") ?? RETENTION_DAYS);
  return c.html(
    page(c, ports, {
      title: t("Health"),
      section: "health",
      lead: t("The same, for a monitor, is at /health: it answers 503 when an operator should look."),
      aside: (
        <a class="button" href="/admin/health">
          {t("Reload")}
        </a>
      ),
      children: (
        <>
          {stop === null ? null : (
            <div class="notice warn">
              <p>
                {t.rich("Everything is stopped since {time}, by {name}.", {
                  time: <Time at={stop.at} bare />,
                  name: stop.by ?? t("an administrator"),
                })}
                {stop.note ? ` ${stop.note}` : ""}
              </p>
            </div>
          )}
          <div class={health.ok ? "notice good" : "notice bad"} role="status">
            <p>
              {health.ok
                ? t("All is well.")
                : t.count(health.failing.length, "One thing is wrong.", "{count} things are wrong.")}
            </p>
          </div>
          <Table
            caption={t("What was looked at")}
            columns={[
              { label: t("Check"), head: true, cell: (check) => t.said(checkWords[check][0]) },
              {
                label: t("State"),
                cell: (check) =>
                  health.failing.includes(check) ? (
                    <span class="state failed">{t("wrong")}</span>
                  ) : (
                    <span class="state ok">{t("ok")}</span>
                  ),
              },
              { label: t("Seen"), cell: (check) => <Seen check={check} health={health} now={now} reader={reader} /> },
              {
                label: t("What to do"),
                wide: true,
                cell: (check) => (health.failing.includes(check) ? t.said(checkWords[check][1]) : null),
              },
            ]}
            rows={healthChecks}
          />
          <ZoneFlaws flaws={health.zoneFlaws} />
          <section class="panel">
            <h2>{t("What is kept")}</h2>
            <p>
              {t("Runs are kept for {days} days, and the newest {count} of each job always. The setting is {key}.", {
                days,
                count: NEWEST_KEPT,
                key: "runRetentionDays",
              })}
            </p>
          </section>
        </>
      ),
    }),
  );
}

/** Which clock is off and by how much, where the ticks know; else how far this one and the database's are apart. */
function SeenClocks({ clocks, reader }: { clocks: ClockHealth; reader: Reader }) {
  const { t } = reader;
  const time = (ms: number) => ({ time: reader.duration(Math.abs(ms)) });
  const { databaseAheadMs, hostAheadMs, ownAheadMs, jumpMs, differenceMs } = clocks;
  const lines = [
    databaseAheadMs > 0 ? t("The database's clock is {time} ahead.", time(databaseAheadMs)) : null,
    databaseAheadMs < 0 ? t("The database's clock is {time} behind.", time(databaseAheadMs)) : null,
    hostAheadMs > 0 ? t("The clock of the host that ticks is {time} ahead.", time(hostAheadMs)) : null,
    hostAheadMs < 0 ? t("The clock of the host that ticks is {time} behind.", time(hostAheadMs)) : null,
    ownAheadMs > 0 ? t("The clock of the host of this page is {time} ahead.", time(ownAheadMs)) : null,
    ownAheadMs < 0 ? t("The clock of the host of this page is {time} behind.", time(ownAheadMs)) : null,
    jumpMs > 0
      ? t(
          "Between two ticks the clock went on by {time}: an outage, or a clock that is ahead. Nothing is judged missed before two further ticks confirm it.",
          time(jumpMs),
        )
      : null,
  ].filter((line) => line !== null);
  if (lines.length === 0) return <>{t("{time} apart", time(differenceMs))}</>;
  return (
    <>
      {lines.map((line) => (
        <p>{line}</p>
      ))}
    </>
  );
}

/** What a check saw. */
function Seen(props: { check: HealthCheck; health: Health; now: number; reader: Reader }) {
  const { check, health, now, reader } = props;
  const { t } = reader;
  switch (check) {
    case "tick":
      return health.lastTick === null ? (
        <span>{t("no tick yet")}</span>
      ) : (
        <>
          {t.rich("the last one {time}", { time: <Relative at={health.lastTick.at} now={now} /> })}{" "}
          {t.said(sourceWords(health.lastTick.source))}
        </>
      );
    case "triggers":
      return (
        <>
          {t.count(health.triggersBehind, "{count} trigger behind", "{count} triggers behind")}
          {health.unknownZones.length === 0 ? null : (
            <small>
              {t("This host does not know these time zones: {zones}. Update its runtime, or correct the name.", {
                zones: health.unknownZones.join(", "),
              })}
            </small>
          )}
        </>
      );
    case "overtime":
      return <a href="/admin/runs?state=overdue">{t.count(health.overtime, "{count} run", "{count} runs")}</a>;
    case "queue":
      return <a href="/admin/runs?state=queued">{t.count(health.waiting, "{count} run", "{count} runs")}</a>;
    case "untaken":
      return (
        <>
          <a href="/admin/runs?state=overdue">{t.count(health.untaken, "{count} run", "{count} runs")}</a>
          {health.waiting > 0 && health.oldestWaitingAt !== null ? (
            <small>
              {t.count(health.waiting, "{count} waits with a reason", "{count} wait with a reason")}
              {", "}
              {t.rich("the oldest was due {time}", { time: <Relative at={health.oldestWaitingAt} now={now} /> })}
            </small>
          ) : null}
        </>
      );
    case "move":
      return <>{t.count(health.moving, "{count} client is being moved", "{count} clients are being moved")}</>;
    case "clock":
      return <SeenClocks clocks={health.clocks} reader={reader} />;
    default:
      return check satisfies never;
  }
}
