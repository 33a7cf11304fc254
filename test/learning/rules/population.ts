import fc from "fast-check";
import type { Database } from "../../../src/store/database.ts";

/** Texts at which case folding, trimming, numbers and days part company. */
export const trickyTexts = [
  "Straße",
  "STRASSE",
  "strasse",
  "ẞ",
  "Σίσυφος",
  "ΣΊΣΥΦΟΣ",
  "ς",
  "µ",
  "μ",
  "\u212a",
  "k",
  "ﬁne",
  "FINE",
  "İstanbul",
  "ışık",
  "IŞIK",
  "ǅ",
  "Ǆ",
  "ﬃ",
  "Müller",
  "MÜLLER",
  "müller",
  "Łukasz",
  "łUKASZ",
  "ЖЕНЯ",
  "женя",
  "Ꭰ",
  "ꭰ",
  "\u212b",
  "å",
  "Å",
  "学",
  "𐐀",
  "𐐨",
  "😀",
  "é",
  "e\u0301",
  "É",
  "Sales",
  "sales ",
  "\u00a0SALES\u3000",
  "\ufeffsales",
  "Sales & Marketing",
  "a",
  "m",
  "z",
  "Ä",
  "Ö",
  "ö",
  "",
  " ",
  "\u2003",
  "0",
  "-0",
  "7",
  "07",
  "7.0",
  "7.10",
  "7.1",
  "-12.5",
  "+7",
  ".5",
  "5.",
  "1e3",
  "1000",
  "0.1",
  "0.10",
  "999999999999999",
  "9999999999999999",
  "true",
  "TRUE",
  "false",
  "1",
  "2026-02-28",
  "2026-02-28T10:00:00Z",
  "2026-02-28 10:00",
  "2026-02-29",
  "2024-02-29",
  "2026-03-01",
  "2026-03-02",
  "2026-03-03",
  "2026-3-2",
  "0000-01-01",
  "9999-12-31",
] as const;

/** Names of attributes that people of the population may have; no person has the last one. */
export const attributeNames = ["department", "cost centre", "größe", "since", "without a value"] as const;

/** A day around which the population's dates lie, and the zone in which they are judged. */
export const TODAY = "2026-03-02";
export const ZONE = "Europe/Berlin";
const NOON = Date.parse("2026-03-02T12:00:00Z");

const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...trickyTexts) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 6 }).filter((one) => !one.includes("\0")) },
  { weight: 1, arbitrary: fc.integer({ min: -20, max: 20 }).map(String) },
);
export const arbitraryText = text;
const instant = fc.oneof(
  fc.integer({ min: NOON - 3 * 86_400_000, max: NOON + 3 * 86_400_000 }),
  fc.constantFrom(Date.parse("2026-03-01T23:00:00Z"), Date.parse("2026-03-02T22:59:59.999Z"), 0, NOON),
);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 3 });
const json = fc.oneof(
  { weight: 6, arbitrary: text },
  { weight: 2, arbitrary: fc.constantFrom(null, true, false, 7, 7.1, -0.5, [], ["Sales"], { a: 1 }) },
);

export const arbitraryPerson = fc.record({
  email: maybe(text),
  givenName: text,
  locale: maybe(text),
  terminationOn: maybe(fc.constantFrom("2026-02-28", "2026-03-01", "2026-03-02", "2026-03-03", "never")),
  lastLoginAt: maybe(instant),
  mustChangePassword: fc.boolean(),
  attributes: fc.oneof(
    {
      weight: 12,
      arbitrary: fc
        .dictionary(fc.constantFrom(...attributeNames.slice(0, -1)), json, { maxKeys: 4 })
        .map((one) => JSON.stringify(one)),
    },
    { weight: 1, arbitrary: fc.constantFrom("[]", "7", "no json", '["department"]') },
  ),
  groups: fc.uniqueArray(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
  skills: fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 0, max: 3 })), {
    selector: ([skill]) => skill,
    maxLength: 2,
  }),
  registrations: fc.array(
    fc.record({
      component: fc.integer({ min: 1, max: 2 }),
      status: fc.constantFrom("booked", "in_progress", "failed", "passed", "cancelled"),
      progress: maybe(fc.integer({ min: 0, max: 100 })),
      items: fc.uniqueArray(
        fc.record({
          item: fc.integer({ min: 1, max: 2 }),
          status: fc.constantFrom("incomplete", "completed", "passed"),
          score: maybe(fc.constantFrom(0, 0.5, 0.75, 1)),
        }),
        { selector: ({ item }) => item, maxLength: 2 },
      ),
    }),
    { maxLength: 3 },
  ),
  covered: fc.uniqueArray(fc.integer({ min: 1, max: 2 }), { maxLength: 1 }),
  certifications: fc.array(
    fc.record({
      certification: fc.integer({ min: 1, max: 2 }),
      status: fc.constantFrom("in_progress", "fulfilled", "not_fulfilled"),
      current: fc.boolean(),
    }),
    { maxLength: 3 },
  ),
});
export type TestPerson = typeof arbitraryPerson extends fc.Arbitrary<infer T> ? T : never;

const values = fc.oneof(
  { weight: 6, arbitrary: text.filter((one) => one.trim() !== "") },
  { weight: 1, arbitrary: fc.integer({ min: -20, max: 20 }) },
  { weight: 1, arbitrary: fc.constantFrom(7.1, 0.5, -0.5) },
  { weight: 1, arbitrary: fc.boolean() },
);
const ordering = fc.oneof(
  text.filter((one) => one.trim() !== ""),
  fc.integer({ min: -20, max: 20 }),
);
const attr = fc.constantFrom(
  "email",
  "given_name",
  "locale",
  "termination_on",
  "last_login_at",
  "must_change_password",
  "personID",
  "id",
  ...attributeNames,
);
const id = fc.integer({ min: 1, max: 4 });

const attributeTest = fc.oneof(
  fc.record({ attr, op: fc.constantFrom("eq", "ne"), value: values }),
  fc.record({ attr, op: fc.constantFrom("in", "nin"), value: fc.array(values, { minLength: 1, maxLength: 4 }) }),
  fc.record({
    attr,
    op: fc.constantFrom("contains", "startsWith"),
    value: text.filter((one) => one.trim() !== ""),
  }),
  fc.record({ attr, op: fc.constantFrom("gt", "gte", "lt", "lte"), value: ordering }),
  fc.record({ attr, op: fc.constantFrom("empty", "notEmpty") }),
  fc.record({ attr, op: fc.constantFrom("withinDays", "olderThanDays"), value: fc.integer({ min: 0, max: 4 }) }),
);
const status = (...words: string[]) => fc.uniqueArray(fc.constantFrom(...words), { minLength: 1 });
const test = fc.oneof(
  { weight: 8, arbitrary: attributeTest },
  { weight: 1, arbitrary: fc.record({ group: id }) },
  { weight: 1, arbitrary: fc.record({ skill: id, minLevel: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ component: id, status: status("booked", "passed", "failed", "cancelled") }) },
  { weight: 1, arbitrary: fc.record({ component: id, progressGte: fc.integer({ min: 0, max: 100 }) }) },
  { weight: 1, arbitrary: fc.record({ item: id, status: status("incomplete", "passed") }) },
  { weight: 1, arbitrary: fc.record({ item: id, scoreGte: fc.constantFrom(0, 0.5, 0.75, 1) }) },
  { weight: 1, arbitrary: fc.record({ certification: id, status: status("in_progress", "fulfilled") }) },
);

/** A rule as an administrator may write it, at most 4 deep. */
export const arbitraryRule: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  rule: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    test,
    fc.record({ all: fc.array(tie("rule"), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie("rule"), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie("rule") }),
    fc
      .array(tie("rule"), { minLength: 1, maxLength: 3 })
      .chain((of) => fc.record({ atLeast: fc.integer({ min: 1, max: of.length }), of: fc.constant(of) })),
  ),
})).rule;

/** Writes people with everything that rules ask about, as persons 1, 2, 3 ... of a client. */
export async function writePeople(
  database: Pick<Database, "batch">,
  people: readonly TestPerson[],
  clientId = 1,
  firstId = 1,
): Promise<void> {
  const statements: { sql: string; args: (string | number | null)[] }[] = [];
  const add = (sql: string, ...args: (string | number | null)[]) => statements.push({ sql, args });
  for (const group of [1, 2, 3, 4]) {
    add(
      "INSERT OR IGNORE INTO groups (id, client_id, name, created_at, updated_at) VALUES (?, 1, 'Group', 0, 0)",
      group,
    );
  }
  add(
    `INSERT OR IGNORE INTO equivalence_rules (id, client_id, name, relation, triggers, target_component_id, created_at, updated_at)
      VALUES (1, 1, 'Rule', 'covers', '[]', 1, 0, 0)`,
  );
  people.forEach((person, index) => {
    const personId = firstId + index;
    add(
      `INSERT INTO persons (id, client_id, username, username_key, given_name, family_name, email, locale, attributes, enrolled_on, termination_on,
          last_login_at, must_change_password, created_at, updated_at)
        VALUES (?, ?, 'user' || ?, 'user' || ?, ?, 'Family', ?, ?, ?, '2026-01-01', ?, ?, ?, 0, 0)`,
      personId,
      clientId,
      personId,
      personId,
      person.givenName,
      person.email,
      person.locale,
      person.attributes,
      person.terminationOn,
      person.lastLoginAt,
      person.mustChangePassword ? 1 : 0,
    );
    for (const group of person.groups) {
      add(
        "INSERT INTO group_members (client_id, group_id, person_id, source, joined_at, created_at, updated_at) VALUES (?, ?, ?, 'xml', 0, 0, 0)",
        clientId,
        group,
        personId,
      );
    }
    for (const [skill, level] of person.skills) {
      add(
        "INSERT INTO person_skills (client_id, person_id, skill_id, current_level, created_at, updated_at) VALUES (?, ?, ?, ?, 0, 0)",
        clientId,
        personId,
        skill,
        level,
      );
    }
    person.registrations.forEach(({ component, status, progress, items }, cycle) => {
      const registration = personId * 10 + cycle;
      add(
        `INSERT INTO registrations (id, client_id, component_id, person_id, cycle_no, status, progress_pct, created_at, updated_at)
          VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0)`,
        registration,
        clientId,
        component,
        personId,
        cycle + 1,
        status,
        progress,
      );
      for (const { item, status: itemStatus, score } of items) {
        add(
          `INSERT INTO item_progress (client_id, registration_id, item_id, status, score_scaled, created_at, updated_at)
            VALUES (?, ?, ?, ?, ?, 0, 0)`,
          clientId,
          registration,
          item,
          itemStatus,
          score,
        );
      }
    });
    for (const component of person.covered) {
      add(
        `INSERT INTO coverage_entries (client_id, rule_id, person_id, component_id, by, since)
          VALUES (?, 1, ?, ?, '[]', '2026-01-01')`,
        clientId,
        personId,
        component,
      );
    }
    person.certifications.forEach(({ certification, status, current }, period) => {
      add(
        `INSERT INTO person_certifications (client_id, person_id, certification_id, period_no, start_on, end_on, status, is_current,
            created_at, updated_at)
          VALUES (?, ?, ?, ?, '2026-01-01', '2026-12-31', ?, ?, 0, 0)`,
        clientId,
        personId,
        certification,
        period + 1,
        status,
        current ? 1 : 0,
      );
    });
  });
  await database.batch(statements, "write");
}
