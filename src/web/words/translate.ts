import type { Child } from "hono/jsx";
import { german } from "./german.ts";
import type { English, Filling, Said, Value } from "./text.ts";
import { toldInGerman } from "./told.ts";

/** The languages of the pages. */
export const locales = ["en", "de"] as const;
export type Locale = (typeof locales)[number];

/** The locale that Intl formats for: English as the British write it, as everywhere in our texts. */
export const intlLocales: Readonly<Record<Locale, string>> = { en: "en-GB", de: "de-DE" };

/** Says texts in one language. Got from a {@link ../reader.ts | Reader}: `const { t } = useReader()`. */
export interface Translate {
  /**
   * A text in the reader's language. Texts are written in English; `words/pages/*.de.ts` hold the German. A text without German, a
   * placeholder without a value and a value without a placeholder are compile errors.
   *
   * @example t("Jobs")
   * @example t("Edit {name}", { name: job.name })
   */
  <T extends English>(text: T, ...values: Filling<T>): string;
  /**
   * A text whose values may be elements: a link within a sentence.
   *
   * @example t.rich("{link}, then come back.", { link: <a href={path}>{t("Look at the job as it is now")}</a> })
   */
  rich<T extends English>(text: T, ...values: Filling<T, Child>): Child;
  /**
   * One of two texts by a number (Intl.PluralRules), which stands in both as `{count}`, or is left out.
   *
   * @example t.count(mails.length, "{count} mail", "{count} mails")
   */
  count(count: number, one: English, other: English): string;
  /** A text that was kept with `say`, or a bare English one without placeholders. */
  said(said: Said | English): string;
  /**
   * A text that a lower room made: a processor's summary, a parameter's meaning, a message of the scheduler. It is looked up
   * as it stands, then as one of the patterns of `words/told.ts`; English when there is no German. Messages and log lines
   * of runs have `run-messages.ts`.
   */
  told(text: string): string;
}

const PLACEHOLDER = /\{(\w+)\}/;

function translator(locale: Locale): Translate {
  const numbers = new Intl.NumberFormat(intlLocales[locale]);
  const plurals = new Intl.PluralRules(intlLocales[locale]);
  const wording = (text: string): string =>
    locale === "de" && Object.hasOwn(german, text) ? german[text as English] : text;

  function written(value: Value): string {
    if (typeof value === "number") return numbers.format(value);
    return typeof value === "string" ? value : filled(value.text, value.values);
  }

  function filled(text: string, values: Readonly<Record<string, Value>>): string {
    return wording(text).replace(new RegExp(PLACEHOLDER, "g"), (whole, name: string) => {
      const value = values[name];
      return value === undefined ? whole : written(value);
    });
  }

  const t = (text: string, values: Readonly<Record<string, Value>> = {}) => filled(text, values);
  return Object.assign(t, {
    rich(text: string, values: Readonly<Record<string, Child>> = {}): Child {
      // Every second part is the name of a placeholder.
      return wording(text)
        .split(PLACEHOLDER)
        .map((part, index) =>
          index % 2 === 0
            ? part
            : typeof values[part] === "number"
              ? numbers.format(values[part])
              : (values[part] ?? ""),
        );
    },
    count: (count: number, one: English, other: English) =>
      filled(plurals.select(count) === "one" ? one : other, { count }),
    said: (said: Said | English) => (typeof said === "string" ? filled(said, {}) : filled(said.text, said.values)),
    told: (text: string) => (locale === "de" ? toldInGerman(text) : text),
  }) as Translate;
}

/** Says texts in each language. Pages get the reader's from `useReader()` or `c.var.reader`. */
export const translators: Readonly<Record<Locale, Translate>> = { en: translator("en"), de: translator("de") };
