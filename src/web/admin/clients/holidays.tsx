import { changeHolidays, readHolidays } from "../../../administration/clients/clients.ts";
import type { ClientRecord } from "../../../control/clients/client-records.ts";
import { knownZone, localDay } from "../../../time/day.ts";
import { mayConfigure } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { lastValue, readForm } from "../../http/form-post.ts";
import { type FieldProblem, LinesField, ProblemSummary } from "../../page/fields.tsx";
import { withNotice } from "../../page/notice.tsx";
import { notFound } from "../../page/page-error.ts";
import { type Column, Table } from "../../page/table.tsx";
import type { Ports } from "../../ports.ts";
import { page } from "../parts/layout.tsx";
import { changedMeanwhile, clientOfAddress, clientToChange } from "./client.tsx";
import { readHolidayList } from "./holiday-list.ts";

type Holiday = Awaited<ReturnType<typeof readHolidays>>[number];

async function draw(
  c: PageContext,
  ports: Ports,
  client: ClientRecord,
  sent: { pasted: string; problems: readonly FieldProblem[] } = { pasted: "", problems: [] },
) {
  const { t, now } = c.var.reader;
  const mayChange = mayConfigure(c.var.admin);
  const days = await readHolidays(ports, client.id);
  const today = localDay(now, knownZone(client.timeZone));
  const path = `/admin/clients/${client.id}/holidays`;
  const past = days.filter(({ day }) => day < today).length;
  const columns: Column<Holiday>[] = [
    { label: t("Day"), head: true, cell: ({ day }) => <span class="number">{day}</span> },
    {
      label: t("Name"),
      cell: ({ name, day }) => (name !== "" ? name : day < today ? null : <span class="soft">–</span>),
    },
    ...(mayChange
      ? [
          {
            label: t("Remove"),
            unseenLabel: true,
            right: true,
            cell: ({ day }: Holiday) => (
              <button class="button plain" type="submit" name="remove" value={day}>
                {t("Remove")}
                <span class="unseen"> {day}</span>
              </button>
            ),
          },
        ]
      : []),
  ];
  const table = <Table caption={t("Holidays")} columns={columns} rows={days} />;
  return page(c, ports, {
    title: t("Holidays of {client}", { client: client.name }),
    section: "clients",
    crumbs: [
      { label: t("Clients"), path: "/admin/clients" },
      { label: client.name, path: `/admin/clients/${client.id}` },
    ],
    lead: t("Days that its calendar leaves out: an expression with C means the next day that is none of them."),
    hasProblems: sent.problems.length > 0,
    children: (
      <>
        {mayChange ? (
          <form class="sheet panel" method="post" action={path} novalidate>
            <ProblemSummary problems={sent.problems} labels={new Map([["days", t("Days to add")]])} />
            <LinesField
              name="days"
              label={t("Days to add")}
              hint={t(
                "One a line, a name behind it if you like, such as 2026-12-25 Christmas or 25.12.2026 Christmas. A list can be pasted. A day that is there already gets the new name.",
              )}
              value={sent.pasted}
              problems={sent.problems}
              rows={6}
            />
            <div class="actions">
              <button class="button primary" type="submit" name="intent" value="add">
                {t("Add days")}
              </button>
              {past > 0 ? (
                <button class="button" type="submit" name="intent" value="remove-past">
                  {t.count(past, "Remove {count} day that has passed", "Remove {count} days that have passed")}
                </button>
              ) : null}
            </div>
          </form>
        ) : null}
        {days.length === 0 ? (
          <div class="empty">
            <p>{t("This client has no holidays: C means the day itself.")}</p>
          </div>
        ) : mayChange ? (
          <form method="post" action={path}>
            {table}
          </form>
        ) : (
          table
        )}
      </>
    ),
  });
}

/** `GET /admin/clients/:clientId/holidays`. */
export async function holidaysPage(c: PageContext, ports: Ports) {
  return c.html(await draw(c, ports, await clientOfAddress(c, ports)));
}

/** `POST /admin/clients/:clientId/holidays`: adds the pasted days, or removes one or those that have passed. */
export async function changeHolidaysAction(c: PageContext, ports: Ports) {
  const client = await clientToChange(c, ports);
  const { t, now } = c.var.reader;
  const form = await readForm(c.req.raw);
  const change = async (what: Parameters<typeof changeHolidays>[2]) => {
    const result = await changeHolidays(ports, client.id, what, c.var.admin.email, ports.now());
    if (result.state === "missing") throw notFound("client");
    if (result.state === "conflict") throw changedMeanwhile();
    return result;
  };
  const saved = () => c.redirect(withNotice(`/admin/clients/${client.id}/holidays`, "holidays-saved"), 303);
  const remove = form.getAll("remove");
  if (remove.length > 0) {
    await change({ remove });
    return saved();
  }
  if (lastValue(form, "intent") === "remove-past") {
    const today = localDay(now, knownZone(client.timeZone));
    const days = await readHolidays(ports, client.id);
    await change({ remove: days.filter(({ day }) => day < today).map(({ day }) => day) });
    return saved();
  }
  const pasted = lastValue(form, "days");
  const { days, unread } = readHolidayList(pasted);
  const refuse = async (message: string) =>
    c.html(await draw(c, ports, client, { pasted, problems: [{ field: "days", message, said: true }] }), 422);
  const [line] = unread;
  if (line !== undefined) {
    return refuse(
      t("This line begins with no day: {line}. Write 2026-12-25 or 25.12.2026", { line: line.slice(0, 80) }),
    );
  }
  if (days.length === 0) return refuse(t("Enter at least one day"));
  const result = await change({ add: days });
  if (result.state === "invalid") {
    const [problem] = result.problems;
    const wrong = days[Number(/^days\.(\d+)\./.exec(problem?.field ?? "")?.[1] ?? Number.NaN)];
    const message = t.told(problem?.message ?? "");
    return refuse(wrong ? `${wrong.day}: ${message}` : message);
  }
  return saved();
}
