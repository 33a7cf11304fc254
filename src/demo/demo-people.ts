/**
 * A delta file for UserImport to try out: people of an imaginary company, a few lines of it wrong on purpose. The same
 * arguments make the same file.
 */
export interface PeopleFile {
  /** UTF-8, `;`, a header line, CRLF. */
  readonly text: string;
  /** Line numbers that the import has to refuse (the header is line 1), with the reason. */
  readonly badLines: ReadonlyMap<number, string>;
}

const GIVEN =
  "Ada,Björn,Chiara,Dmitri,Elif,Fátima,Grégoire,Hana,Ines,João,Kübra,Lars,Maja,Noël,Oskar,Priya,Søren,Tomáš".split(",");
const FAMILY =
  "Almeida,Bauer,Çelik,Dubois,Eriksson,Fernández,Groß,Horváth,Ivanova,Jensen,Kowalski,Løvås,Meyer,Novák,Özdemir,Pérez,Rossi".split(
    ",",
  );
const ZONES = ["Europe/Berlin", "America/Sao_Paulo", "Asia/Kolkata", ""];
const DEPARTMENTS = ["Sales", "Service", "Logistics", "Research"];

const COLUMNS = [
  "sourcedId",
  "status",
  "username",
  "givenName",
  "familyName",
  "email",
  "timeZone",
  "supervisorSourcedId",
  "attr.department",
];

type Person = Record<string, string>;

/** What spoils a line. Each kind is refused by handbook, catalogue: UserImport; `people` are the lines before it. */
const FAULTS: readonly { reason: string; spoil(person: Person, people: readonly Person[]): Person }[] = [
  { reason: "no family name", spoil: (person) => ({ ...person, familyName: "" }) },
  { reason: "bad e-mail address", spoil: (person) => ({ ...person, email: "no-address.example" }) },
  { reason: "unknown time zone", spoil: (person) => ({ ...person, timeZone: "Mars/Olympus_Mons" }) },
  { reason: "sourcedId twice", spoil: (person, people) => ({ ...person, sourcedId: people[7]?.sourcedId ?? "" }) },
  { reason: "username twice", spoil: (person, people) => ({ ...person, username: people[8]?.username ?? "" }) },
];

/** @param count people, that is lines after the header. @param bad how many of these lines are wrong, spread evenly */
export function peopleFile(count = 500, bad = 20): PeopleFile {
  const every = bad === 0 ? count + 1 : Math.floor(count / bad);
  const people: Person[] = [];
  const badLines = new Map<number, string>();
  for (let index = 0; index < count; index += 1) {
    const good = person(index);
    const fault = (index + 1) % every === 0 && badLines.size < bad ? FAULTS[badLines.size % FAULTS.length] : undefined;
    people.push(fault ? fault.spoil(good, people) : good);
    if (fault) badLines.set(index + 2, fault.reason);
  }
  const lines = people.map((one) => COLUMNS.map((column) => one[column] ?? "").join(";"));
  return { text: `${[COLUMNS.join(";"), ...lines].join("\r\n")}\r\n`, badLines };
}

function person(index: number): Person {
  const number = 1001 + index;
  const givenName = GIVEN[index % GIVEN.length] ?? "";
  const familyName = FAMILY[(index * 7) % FAMILY.length] ?? "";
  const username = `${plain(givenName)}.${plain(familyName)}.${number}`;
  return {
    sourcedId: `P-${number}`,
    status: "active",
    username,
    givenName,
    familyName,
    email: `${username}@people.example`,
    timeZone: ZONES[index % ZONES.length] ?? "",
    supervisorSourcedId: index < 5 ? "" : `P-${1001 + (index % 5)}`,
    "attr.department": DEPARTMENTS[index % DEPARTMENTS.length] ?? "",
  };
}

/** Lower case without accents. */
function plain(name: string): string {
  return name
    .replaceAll("ß", "ss")
    .replaceAll("ø", "o")
    .replaceAll("Ø", "o")
    .normalize("NFD")
    .replaceAll(/[^A-Za-z]/g, "")
    .toLowerCase();
}
