import { isGermanLocale, longDay, type Mail, mailTo } from "./mail.ts";
import { componentOf, type Person, type State } from "./state.ts";

/** A file that a subscriber gets. */
export interface ReportFile {
  readonly key: string;
  readonly format: "csv" | "xlsx";
  /** Headings first. In CSV as they stand there, formulas neutralised; in a workbook as its cells show them. */
  readonly rows: readonly (readonly string[])[];
}

const headings: Readonly<Record<string, readonly [en: string, de: string]>> = {
  username: ["Username", "Benutzername"],
  given_name: ["First name", "Vorname"],
  external_id: ["External ID", "Externe ID"],
  component_external_id: ["External course ID", "Externe Kurs-ID"],
  cycle_no: ["Cycle", "Durchgang"],
  status: ["Status", "Status"],
  due_on: ["Due", "Fällig"],
  role: ["Role", "Rolle"],
  auth_status: ["Account status", "Kontostatus"],
  enrolled_on: ["Joined", "Eintritt"],
  skill: ["Skill", "Skill"],
  current_level: ["Level", "Stufe"],
  valid_until_on: ["Valid until", "Gültig bis"],
  learning_path: ["Learning path", "Lernpfad"],
  certification: ["Certification", "Zertifizierung"],
  amount: ["Achieved", "Erreicht"],
  end_on: ["To", "Bis"],
  kind: ["Kind", "Art"],
  to_address: ["To", "An"],
  subject: ["Subject", "Betreff"],
};

type Row = Readonly<Record<string, string | number | null>>;

/** 05:00: the files of the subscriptions that are for today, and the mails that bring them. */
export function makeReports(state: State): { files: ReportFile[]; mails: Mail[] } {
  const { world, today } = state;
  const weekday = new Date(`${today}T12:00:00Z`).getUTCDay() + 1;
  const files: ReportFile[] = [];
  const mails: Mail[] = [];
  for (const { id, reportId, personId, weekdays, format, filters, locale, active } of world.subscriptions) {
    const report = world.reports.find((one) => one.id === reportId);
    const username = world.people.find((one) => one.id === personId)?.username;
    const person = state.people.find((one) => one.username === username);
    const columns = (report?.definition.columns ?? []) as string[];
    if (!report || !active || !weekdays.includes(weekday) || person?.status !== "active") continue;
    if (person.email === null || columns.some((column) => !headings[column])) continue;
    const wanted = (filters.status ?? null) as string[] | null;
    const rows = rowsOf(state, report.key)
      .filter(({ about }) => sees(person, about))
      .filter(({ row }) => wanted === null || wanted.includes(String(row.status)));
    const german = isGermanLocale(locale);
    files.push({
      key: `c/${world.client.id}/data/report/subscription/${id}/${today}_${personId}.${format}`,
      format,
      rows: [
        columns.map((column) => headings[column]?.[german ? 1 : 0] ?? ""),
        ...rows.map(({ row }) => columns.map((column) => cellOf(row[column] ?? null, format, german))),
      ],
    });
    const day = longDay(today, locale);
    mails.push(mailTo(state, person.email, `${report.name} ${german ? "vom" : "of"} ${day}`));
  }
  return { files, mails };
}

function sees(subscriber: Person, about: Person): boolean {
  if (subscriber.role === "client_admin") return true;
  if (subscriber.role !== "supervisor") return about === subscriber;
  for (let boss = about.supervisor; boss !== null; boss = boss.supervisor) if (boss === subscriber) return true;
  return false;
}

function cellOf(value: string | number | null, format: "csv" | "xlsx", german: boolean): string {
  if (value === null) return "";
  if (typeof value === "number") return format === "csv" && german ? String(value).replace(".", ",") : String(value);
  if (format === "csv") return /^[=+\-@]/.test(value) ? `'${value}` : value;
  // Spreadsheets count days from 30 December 1899.
  if (/^\d{4}-\d\d-\d\d$/.test(value)) return String((Date.parse(value) - Date.parse("1899-12-30")) / 86_400_000);
  return value;
}

/** All rows of a report, by person and id. */
function rowsOf(state: State, report: string): { about: Person; row: Row }[] {
  const { world } = state;
  const usernames = new Map(world.people.map(({ id, username }) => [id, username]));
  const personOf = (id: number) => state.people.find(({ username }) => username === usernames.get(id)) as Person;
  const byPerson = <T>(list: readonly T[], about: (one: T) => Person, row: (one: T) => Row) =>
    list.map((one) => ({ about: about(one), row: row(one) })).sort((a, b) => a.about.order - b.about.order);
  switch (report) {
    case "registrations":
    case "learning_paths":
      return byPerson(
        state.registrations.filter(
          ({ component }) => report === "registrations" || componentOf(state, component).kind === "learning_path",
        ),
        ({ person }) => person,
        ({ person, component, cycle, status, dueOn }) => ({
          username: person.username,
          given_name: person.givenName,
          component_external_id: componentOf(state, component).externalId,
          learning_path: componentOf(state, component).title,
          cycle_no: cycle,
          status,
          due_on: dueOn,
        }),
      );
    case "persons":
      return byPerson(
        state.people,
        (person) => person,
        (person) => ({
          external_id: person.externalId,
          given_name: person.givenName,
          role: person.role,
          auth_status: person.status,
          enrolled_on: person.enrolledOn,
        }),
      );
    case "skills":
      return byPerson(
        world.skills,
        ({ personId }) => personOf(personId),
        ({ personId, skillId, level, validUntilOn }) => ({
          username: personOf(personId).username,
          skill: ["Welding", "Negotiation", "First response"][(skillId % 10) - 1] ?? "",
          current_level: level,
          valid_until_on: validUntilOn,
        }),
      );
    case "certification_status":
      return byPerson(
        world.certifications,
        ({ personId }) => personOf(personId),
        ({ personId, amount, endOn, status }) => ({
          username: personOf(personId).username,
          certification: "Fire warden",
          amount,
          end_on: endOn,
          status,
        }),
      );
    default:
      return world.mails
        .filter(({ kind }) => kind === "system")
        .map(({ personId, kind, toAddress, subject, status }) => {
          return { about: personOf(personId), row: { kind, to_address: toAddress, subject, status } };
        });
  }
}
