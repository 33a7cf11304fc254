/** A text that messages are made of. */
export interface Wording {
  readonly key: string;
  readonly locale: string;
  readonly value: string;
}

const both = (key: string, en: string, de: string): Wording[] => [
  { key, locale: "en", value: en },
  { key, locale: "de", value: de },
];

const message = (name: string, subject: readonly [en: string, de: string], body: readonly [en: string, de: string]) => [
  ...both(`${name}.subject`, ...subject),
  ...both(
    `${name}.body`,
    `Hello {givenName} {familyName},\n\n${body[0]}\n\n{client}\n`,
    `Guten Tag {givenName} {familyName},\n\n${body[1]}\n\n{client}\n`,
  ),
];

/** The texts of both clients, in English and German. */
export const wordings: readonly Wording[] = [
  ...both("mail.registration.subject", "You are registered: {course}", "Sie sind angemeldet: {course}"),
  ...both("portal.welcome", "Welcome, {givenName}", "Willkommen, {givenName}"),
  ...message(
    "due",
    ["{course} is due on {day}", "{course} ist fällig am {day}"],
    ["you have {days} days left for {course}.", "für {course} bleiben Ihnen {days} Tage."],
  ),
  ...message(
    "start",
    ["{course} begins on {day}", "{course} beginnt am {day}"],
    ["{course} begins: {start}, {location}.", "{course} beginnt: {start}, {location}."],
  ),
  ...message(
    "completed",
    ["Well done: {course}", "Gut gemacht: {course}"],
    ["you completed {course} on {day}.", "Sie haben {course} am {day} abgeschlossen."],
  ),
  ...message(
    "booked",
    ["You have a place: {course}", "Sie haben einen Platz: {course}"],
    ["you have a place in {course}.", "Sie haben einen Platz in {course}."],
  ),
  ...message(
    "late",
    ["{participant} is late with {course}", "{participant} ist in Verzug mit {course}"],
    ["{course} was due on {day}.", "{course} war am {day} fällig."],
  ),
  ...message(
    "lesson",
    ["{participant} comes to {course}", "{participant} kommt zu {course}"],
    ["it begins: {start}.", "es beginnt: {start}."],
  ),
  ...message(
    "skill",
    ["{skill} expires on {day}", "{skill} läuft ab am {day}"],
    ["renew {skill} in time.", "erneuern Sie {skill} rechtzeitig."],
  ),
  ...message(
    "mail.report",
    ["{report} of {day}", "{report} vom {day}"],
    [
      "your report has {rows} rows: {link}\n\nThe link is valid until {validUntil}.",
      "Ihr Bericht hat {rows} Zeilen: {link}\n\nDer Link gilt bis {validUntil}.",
    ],
  ),
];
