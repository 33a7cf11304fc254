import type { ClientConfiguration } from "../../control/clients/configuration.ts";
import { isHtmlBody } from "../../control/mail-body.ts";
import type { Failure } from "../../store/step/step.ts";

/** A message's text as an administrator wrote it, with its placeholders. */
export interface Wording {
  /** The locale of the body; days and times in it are written its way. */
  readonly locale: string;
  readonly subject: string;
  /** Plain text, or HTML: see {@link isHtmlBody}. */
  readonly body: string;
}

/** What placeholders stand for. */
export type PlaceholderValues = Readonly<Record<string, string>>;

/** `{givenName}`; any other brace is text. */
const PLACEHOLDER = /\{([A-Za-z][A-Za-z0-9]*)\}/g;
/** A space without width, which is no blank: in front of what looks like a tag it keeps a body plain text. */
const NO_WIDTH = "\u200b";
const LINE_BREAKS = /[\p{Cc}\u2028\u2029]+/gu;

/**
 * The text of a message from `texts`: in the person's locale, else its language, else the client's default locale. Subject and
 * body come in one language where both have it.
 *
 * @param locale null or blank: the default locale
 * @param placeholders the names that this message knows
 * @returns a failure `missing_text` when there is no such text, `bad_text` when it has a placeholder that is not known.
 */
export async function readWording(
  configuration: Pick<ClientConfiguration, "wording" | "client">,
  keys: { readonly subject: string; readonly body: string },
  locale: string | null,
  placeholders: readonly string[],
): Promise<Wording | { readonly failure: Failure }> {
  const wanted = locale?.trim() || null;
  let subject = await configuration.wording(keys.subject, wanted);
  let body = await configuration.wording(keys.body, wanted);
  if (subject && body && subject.locale !== body.locale) {
    const both = [await configuration.wording(keys.subject, null), await configuration.wording(keys.body, null)];
    if (both[0] && both[1] && both[0].locale === both[1].locale) [subject, body] = both;
  }
  const missing = [!subject && keys.subject, !body && keys.body].filter((key) => typeof key === "string");
  if (!subject || !body) {
    const fallback = configuration.client.defaultLocale;
    const where = wanted === null || wanted === fallback ? fallback : `${wanted} and in the default locale ${fallback}`;
    return {
      failure: { code: "missing_text", message: `There is no text ${missing.join(" and ")} in ${where}; add it` },
    };
  }
  for (const [key, text] of [
    [keys.subject, subject],
    [keys.body, body],
  ] as const) {
    const unknown = placeholdersOf(text.value).filter((name) => !placeholders.includes(name));
    if (unknown.length > 0) {
      const named = unknown.map((name) => `{${name}}`).join(", ");
      const known = placeholders.map((name) => `{${name}}`).join(", ");
      const message = `The text ${key} (${text.locale}) has the unknown placeholder ${named}; this message knows ${known}`;
      return { failure: { code: "bad_text", message } };
    }
  }
  return { locale: body.locale, subject: subject.value, body: body.value };
}

/** A text that Minutehand brings with it, for clients that have none of their own under its key. */
export type ShippedWording = Readonly<Record<"en" | "de", Omit<Wording, "locale">>>;

/** True for a locale whose language is German. */
export function isGerman(locale: string): boolean {
  return /^de\b/i.test(locale.replace("_", "-"));
}

/** A shipped text in a locale: German or English. Its locale is that of the text, so that days in it are written its way. */
export function shippedWording({ de, en }: ShippedWording, locale: string): Wording {
  if (isGerman(locale)) return { locale, ...de };
  return { locale: /^en\b/i.test(locale.replace("_", "-")) ? locale : "en", ...en };
}

/** As {@link readWording}, and the shipped text where the client has none. */
export async function readWordingOr(
  shipped: ShippedWording,
  ...[configuration, keys, locale, placeholders]: Parameters<typeof readWording>
): Promise<Wording | { readonly failure: Failure }> {
  const own = await readWording(configuration, keys, locale, placeholders);
  if (!("failure" in own) || own.failure.code !== "missing_text") return own;
  return shippedWording(shipped, locale?.trim() || configuration.client.defaultLocale);
}

/** The names of a text's placeholders, in order. */
export function placeholdersOf(text: string): string[] {
  return [...text.matchAll(PLACEHOLDER)].map(([, name]) => name ?? "");
}

/** Puts values in the place of a text's placeholders, once: a brace within a value is text. An unknown one stays as it is. */
export function fillText(text: string, values: PlaceholderValues): string {
  return text.replace(PLACEHOLDER, (whole, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? "") : whole,
  );
}

/**
 * A message's subject and body. The subject is one line, whatever its values hold. In a body that is HTML values are escaped;
 * one that is plain text stays plain text even if a value begins like HTML.
 *
 * @param html what some placeholders stand for in a body that is HTML, as HTML: a list, say. Default: their escaped values
 */
export function fillWording(
  wording: Wording,
  values: PlaceholderValues,
  html: PlaceholderValues = {},
): { subject: string; body: string } {
  const subject = fillText(wording.subject, values).replace(LINE_BREAKS, " ").trim();
  if (isHtmlBody(wording.body)) {
    const escaped = Object.entries(values).map(([name, value]) => [name, escapeHtml(value)] as const);
    return { subject, body: fillText(wording.body, { ...Object.fromEntries(escaped), ...html }) };
  }
  const body = fillText(wording.body, values);
  return { subject, body: isHtmlBody(body) ? `${NO_WIDTH}${body}` : body };
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as it stands in HTML, also within quotes of an attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
