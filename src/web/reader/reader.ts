import { createContext, useContext } from "hono/jsx";
import { bytes } from "../http/size.ts";
import { intlLocales, type Locale, type Translate, translators } from "../words/translate.ts";
import { duration, localTime, relative } from "./time-words.ts";

/**
 * Who reads a page: the language, the zone, and everything that depends on them.
 *
 * In a page: `const { t } = c.var.reader`. In a component, which is handed no context: `const { t } = useReader()`.
 *
 * @example
 * export async function clientsPage(c: PageContext, ports: Ports) {
 *   const { t } = c.var.reader;
 *   return c.html(page(c, ports, { title: t("Clients"), section: "clients", children: <Count count={3} /> }));
 * }
 * function Count(props: { count: number }) {
 *   const { t } = useReader();
 *   return <p>{t.count(props.count, "{count} client", "{count} clients")}</p>;
 * }
 * // The German stands in words/<area>.de.ts:  "{count} clients": "{count} Mandanten",
 */
export interface Reader {
  readonly locale: Locale;
  /** IANA zone in which the reader thinks: chosen, else that of the admin's client, else UTC. */
  readonly zone: string;
  /** The instant of the request, ms. */
  readonly now: number;
  /** Path and query of the request, to come back to; without its notice. */
  readonly here: string;
  /** A form that waited while its author signed in again, to be filled in on the page on which it stood; null: none. */
  readonly kept: KeptForm | null;
  /** Says texts in the reader's language. */
  readonly t: Translate;
  /** A quantity: `1,204`, `1.204`. */
  number(value: number): string;
  /** An instant (ms) in the reader's zone, without naming the zone: `Mon 23 Nov 2026, 03:22:10`. In markup rather `<Time>`. */
  moment(at: number): string;
  /** A length of time (ms): `2 min 5 s`. */
  duration(ms: number): string;
  /** A number of bytes: `1.5 MB`. */
  bytes(size: number): string;
  /** How far an instant (ms) lies from the request: `in 5 min`. In markup rather `<Relative>`, which moves on with the clock. */
  relative(at: number): string;
}

/** A form as it was filled in: what its inputs held, by their names. */
export interface KeptForm {
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** What was left out of it and must be given again. */
  readonly withoutFiles: boolean;
  readonly withoutSecrets: boolean;
  /** What has happened meanwhile, in the reader's language; left out: the sign-in. */
  readonly said?: string | undefined;
}

/** Makes a reader. @param now the instant of the request, ms */
export function readerOf(locale: Locale, zone: string, now: number, here = "/", kept: KeptForm | null = null): Reader {
  const numbers = new Intl.NumberFormat(intlLocales[locale]);
  return {
    locale,
    zone,
    now,
    here,
    kept,
    t: translators[locale],
    number: (value) => numbers.format(value),
    moment: (at) => localTime(at, zone, locale),
    duration: (ms) => duration(ms, locale),
    bytes: (size) => bytes(size, locale),
    relative: (at) => relative(at, now, locale),
  };
}

/** Hands the reader down to the components of a page. `htmlDocument` and `fragment` set it. */
export const ReaderContext = createContext<Reader>(readerOf("en", "UTC", 0));

/** The reader of the page that is being drawn. */
export function useReader(): Reader {
  return useContext(ReaderContext);
}
