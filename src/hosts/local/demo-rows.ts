import type { Statement } from "../../store/database.ts";

/** One of the demo's two clients. */
export interface DemoClient {
  readonly id: number;
  readonly key: string;
  readonly name: string;
  readonly timeZone: string;
  readonly locale: string;
  /** Setting `mailMonitorStaggeringAmount`: mails of one run; 0 all. */
  readonly staggering: number;
  /** A trial client's mails all go there. */
  readonly redirectTo: string | null;
}

export const demoClients: readonly DemoClient[] = [
  {
    id: 1,
    key: "north",
    name: "North Academy",
    timeZone: "Europe/Berlin",
    locale: "de",
    staggering: 10,
    redirectTo: null,
  },
  {
    id: 2,
    key: "south",
    name: "South Academy",
    timeZone: "America/Sao_Paulo",
    locale: "pt",
    staggering: 0,
    redirectTo: "trial@south.example",
  },
];

/** Name of the demo's mail connectors; a restart corrects their port. */
export const DEMO_CONNECTOR = "Demo mail server";

const MINUTE = 60_000;
const DAY = 86_400_000;
const WAITING_MAILS = 20;

const COURSES = ["Fire safety", "First aid", "Data protection", "Forklift licence", "Conflict talks", "Spreadsheets"];

function insert(table: string, row: Record<string, string | number | null>): Statement {
  const names = Object.keys(row);
  return {
    sql: `INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`,
    args: Object.values(row),
  };
}

/** A client with its setting, connector and import configuration. @param sealedLogin the connector's secret */
export function clientRows(client: DemoClient, smtpPort: number, sealedLogin: string, now: number): Statement[] {
  const stamped = { created_at: now, updated_at: now };
  const config = {
    transport: "smtp",
    host: "127.0.0.1",
    port: smtpPort,
    secure: "none",
    from: { address: `learning@${client.key}.example`, name: client.name },
    redirectTo: client.redirectTo,
  };
  return [
    insert("clients", {
      id: client.id,
      key: client.key,
      name: client.name,
      time_zone: client.timeZone,
      default_locale: client.locale,
      ...stamped,
    }),
    insert("settings", {
      client_id: client.id,
      key: "mailMonitorStaggeringAmount",
      value: JSON.stringify(client.staggering),
      ...stamped,
    }),
    insert("connectors", {
      client_id: client.id,
      kind: "mail",
      name: DEMO_CONNECTOR,
      config: JSON.stringify(config),
      secret_enc: sealedLogin,
      ...stamped,
    }),
    insert("import_configs", {
      client_id: client.id,
      kind: "user_csv",
      name: "People (CSV)",
      options: JSON.stringify({ encoding: "utf-8", delimiter: ";" }),
      ...stamped,
    }),
  ];
}

/** Courses of a client: every other one is over and waits to be completed. */
export function courseRows(client: DemoClient, now: number): Statement[] {
  return COURSES.map((title, index) => {
    const over = index % 2 === 0;
    const start = over ? now - (index + 3) * DAY : now + (index + 3) * DAY;
    return insert("components", {
      client_id: client.id,
      external_id: `C-${index + 1}`,
      kind: "course",
      type_key: "classroom",
      title,
      planning_status: index % 3 === 0 ? "fixed" : "released",
      date_dependent: 1,
      start_at: start,
      end_at: start + DAY + index * 13 * MINUTE,
      time_zone: client.timeZone,
      created_at: now,
      updated_at: now,
    });
  });
}

/** People of a client with a mail each that waits to be sent. */
export function mailRows(client: DemoClient, today: string, now: number): Statement[] {
  return Array.from({ length: WAITING_MAILS }, (_, index) => {
    const number = index + 1;
    const id = client.id * 1000 + number;
    const address = `learner${number}@${client.key}.example`;
    const course = COURSES[index % COURSES.length] ?? "";
    const stamped = { created_at: now, updated_at: now };
    return [
      insert("persons", {
        id,
        client_id: client.id,
        external_id: `D-${number}`,
        username: `learner${number}`,
        given_name: "Learner",
        family_name: `Number ${number}`,
        email: address,
        locale: client.locale,
        import_source: "demo",
        enrolled_on: today,
        ...stamped,
      }),
      insert("messages", {
        client_id: client.id,
        created_run_id: 0,
        kind: index % 4 === 3 ? "notification" : "registration",
        channel: "mail",
        person_id: id,
        to_address: address,
        subject: index % 4 === 3 ? `${course} begins soon` : `You are registered: ${course}`,
        body: `Hello Learner ${number},\n\nthis is about the course "${course}" of ${client.name}.\n`,
        dedupe_key: `demo|${number}`,
        status: "to_forward",
        queued_at: now - (WAITING_MAILS - index) * MINUTE,
        ...stamped,
      }),
    ];
  }).flat();
}

const TEXTS: readonly (readonly [key: string, locale: string, value: string])[] = [
  ["mail.registration.subject", "en", "You are registered: {course}"],
  ["mail.registration.subject", "de", "Sie sind angemeldet: {course}"],
  ["mail.registration.subject", "pt", "Você está inscrito: {course}"],
  ["portal.welcome", "en", "Welcome, {givenName}"],
  ["portal.welcome", "de", "Willkommen, {givenName}"],
  ["portal.welcome", "pt", "Boas-vindas, {givenName}"],
];

/** Texts of all clients and the one node that shows them. */
export function platformRows(now: number): Statement[] {
  const stamped = { created_at: now, updated_at: now };
  return [
    ...TEXTS.map(([key, locale, value], index) =>
      insert("texts", { key, locale, value, version: index + 1, ...stamped }),
    ),
    insert("settings", { key: "textVersion", value: JSON.stringify(TEXTS.length), ...stamped }),
    insert("nodes", { id: "weur", location_hint: "weur" }),
  ];
}
