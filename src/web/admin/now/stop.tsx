import { resumeEverything, type Stop, stopEverything } from "../../../administration/pauses/stop.ts";
import { MOST_CHOICES, readClientChoices } from "../../../control/clients/client-records.ts";
import { COUNTED_AT_MOST, type Present, readPresent } from "../../../control/present.ts";
import { clientsAtWork } from "../../../control/runs/open-runs.ts";
import { mayConfigure } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { lastValue, readForm } from "../../http/form-post.ts";
import { TextField } from "../../page/fields.tsx";
import { withNotice } from "../../page/notice.tsx";
import { forbidden, require } from "../../page/page-error.ts";
import { SheetActions } from "../../page/sheet-actions.tsx";
import type { Ports } from "../../ports.ts";
import { useReader } from "../../reader/reader.ts";
import { Time } from "../../reader/time.tsx";
import { page } from "../parts/layout.tsx";

const PAUSES = "/admin/pauses";
const STOP = `${PAUSES}/stop`;

/** Runners that are woken behind the switch, at most; the others find out by themselves, within a second or with the next tick. */
const MOST_WOKEN = 20;

/** @throws {PageError} 403 for those who may not stop work or lay blackouts */
export function onlyConfigurers(c: PageContext): void {
  require(mayConfigure(c.var.admin), forbidden("stopping work and laying blackouts"));
}

/** The switch as it stands, with the way to the question or back. */
export function StopPanel(props: { stop: Stop | null; mayChange: boolean }) {
  const { t, now } = useReader();
  const { stop, mayChange } = props;
  if (stop) {
    return (
      <section class="panel">
        <h2>{t("Everything is stopped")}</h2>
        <dl class="facts">
          <dt>{t("Since")}</dt>
          <dd>
            <Time at={stop.at} now={now} />
          </dd>
          <dt>{t("By")}</dt>
          <dd>{stop.by ?? t("An administrator")}</dd>
          <dt>{t("Note")}</dt>
          <dd>{stop.note === "" ? t("none") : stop.note}</dd>
        </dl>
        <p>
          {t("Nothing starts, by the clock or by hand. Runs that were at work wait and go on from where they were.")}
        </p>
        {mayChange ? (
          <form method="post" action={`${PAUSES}/resume`}>
            <button class="button primary" type="submit">
              {t("Let everything go on")}
            </button>
          </form>
        ) : null}
      </section>
    );
  }
  return (
    <section class="panel">
      <h2>{t("Stop everything")}</h2>
      <p>
        {t(
          "One switch for all clients: nothing starts any more, and runs at work are set aside after their step. They go on from there when it is lifted; what falls due meanwhile is skipped.",
        )}
      </p>
      {mayChange ? (
        <p>
          <a class="button danger" href={STOP}>
            {t("Stop everything…")}
          </a>
        </p>
      ) : (
        <p class="soft">{t("Nothing is stopped.")}</p>
      )}
    </section>
  );
}

/** What the switch would concern at this moment, counted. @param props.clients active ones; null: too many to be counted here */
function Consequences(props: { present: Present; clients: number | null }) {
  const { t } = useReader();
  const { running, waiting, startsWithinAnHour: starts } = props.present;
  return (
    <ul>
      <li>
        {props.clients === null
          ? t("It holds for the platform and all clients, which are more than {count}.", { count: MOST_CHOICES })
          : t.count(
              props.clients,
              "It holds for the platform and {count} active client.",
              "It holds for the platform and {count} active clients.",
            )}
      </li>
      <li>
        {t.count(
          running,
          "{count} run at work is set aside after its current step and goes on from there later.",
          "{count} runs at work are set aside after their current step and go on from there later.",
        )}
      </li>
      <li>{t.count(waiting, "{count} run that waits waits on.", "{count} runs that wait wait on.")}</li>
      <li>
        {starts >= COUNTED_AT_MOST
          ? t("At least {count} starts of the next hour do not take place; they are recorded as skipped.", {
              count: starts,
            })
          : t.count(
              starts,
              "{count} start of the next hour does not take place; it is recorded as skipped.",
              "{count} starts of the next hour do not take place; they are recorded as skipped.",
            )}
      </li>
      <li>{t("Starts by hand wait until everything goes on.")}</li>
    </ul>
  );
}

/** `GET /admin/pauses/stop`: asks, says what would be stopped, and counts it. */
export async function stopPage(c: PageContext, ports: Ports) {
  onlyConfigurers(c);
  if (c.var.stop !== null) return c.redirect(withNotice(PAUSES, "stopped-already"), 303);
  const { t } = c.var.reader;
  const [present, clients] = await Promise.all([
    readPresent(ports.control, undefined, ports.now()),
    readClientChoices(ports.control),
  ]);
  return c.html(
    page(c, ports, {
      title: t("Stop everything?"),
      section: "pauses",
      crumbs: [{ label: t("Pauses"), path: PAUSES }],
      children: (
        <form class="sheet panel" method="post" action={STOP}>
          <Consequences
            present={present}
            clients={clients?.filter(({ status }) => status === "active").length ?? null}
          />
          <TextField name="note" label={t("Note")} hint={t("Why, for those who find it stopped.")} value="" optional />
          <SheetActions submit={t("Stop everything now")} back={PAUSES} danger />
        </form>
      ),
    }),
  );
}

/** Wakes those who would otherwise find out a little later; a lost call is made good by the next tick. */
async function wakeThoseAtWork(ports: Ports): Promise<void> {
  const clientIds = await clientsAtWork(ports.control, MOST_WOKEN);
  await Promise.allSettled(clientIds.map((id) => ports.wakeRunner(id)));
}

/** `POST /admin/pauses/stop`: stops everything; a second time changes nothing. */
export async function stopAction(c: PageContext, ports: Ports) {
  onlyConfigurers(c);
  const note = lastValue(await readForm(c.req.raw), "note");
  const stopped = await stopEverything(ports.control, note, c.var.admin.email, ports.now());
  if (stopped) await wakeThoseAtWork(ports);
  return c.redirect(withNotice(PAUSES, stopped ? "stopped" : "stopped-already"), 303);
}

/** `POST /admin/pauses/resume`: lifts the stop. */
export async function resumeAction(c: PageContext, ports: Ports) {
  onlyConfigurers(c);
  const resumed = await resumeEverything(ports.control, c.var.admin.email, ports.now());
  if (resumed) await wakeThoseAtWork(ports);
  return c.redirect(withNotice(PAUSES, "resumed"), 303);
}
