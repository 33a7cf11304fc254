import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { createMiddleware } from "hono/factory";
import { isTimeZone } from "../../time/day.ts";
import type { Environment } from "../environment.ts";
import type { Ports } from "../ports.ts";
import { transportOf } from "../sign-in/cookie.ts";
import { type Locale, locales } from "../words/translate.ts";
import { readerOf } from "./reader.ts";

/** What a reader may choose; each is a cookie of its own, `__Host-locale` and `__Host-zone` (without the prefix over plain http). */
export type Choice = "locale" | "zone";

const YEAR_S = 365 * 86_400;

/**
 * The cookie in which the script keeps the zone of the browser (`__Host-browser-zone`, without the prefix over plain http). Without
 * JavaScript there is none, and the zone of the session holds: a server is not told a browser's zone in any other way.
 */
export const BROWSER_ZONE = "browser-zone";

/** What the reader chose, or the script found out, before; undefined: nothing. */
export function readChoice(c: Context, name: Choice | typeof BROWSER_ZONE): string | undefined {
  return transportOf(c.req.raw) === "secure" ? getCookie(c, name, "host") : getCookie(c, name);
}

/** Keeps a choice for a year. '' forgets it. */
export function writeChoice(c: Context, name: Choice, value: string): void {
  const secure = transportOf(c.req.raw) === "secure";
  const options = { httpOnly: true, sameSite: "Lax", path: "/" } as const;
  const all = secure ? ({ ...options, secure, prefix: "host" } as const) : options;
  if (value === "") deleteCookie(c, name, all);
  else setCookie(c, name, value, { ...all, maxAge: YEAR_S });
}

/** The first of our languages that a browser asks for (RFC 9110, 12.5.4); English when it asks for none of them. */
export function localeOf(acceptLanguage: string | undefined): Locale {
  const wanted = (acceptLanguage ?? "").split(",").map((part) => {
    const [range = "", ...parameters] = part.split(";").map((one) => one.trim().toLowerCase());
    const quality = parameters.find((one) => one.startsWith("q="));
    return { language: range.split("-")[0], quality: quality === undefined ? 1 : Number(quality.slice(2)) };
  });
  const ranked = wanted.filter(({ quality }) => quality > 0).toSorted((a, b) => b.quality - a.quality);
  for (const { language } of ranked) {
    const locale = locales.find((one) => one === language);
    if (locale) return locale;
  }
  return "en";
}

/**
 * Who reads what this request answers: language by choice, else by the browser, else English; zone by choice, else by the browser as
 * far as the script has told it, else the given one. The first page of all comes before the script has run; it is usually the
 * sign-in, which shows no times.
 *
 * @param zone of a reader of whom nothing is known, such as one without JavaScript: the zone of the admin's client, else UTC
 */
export function readReader(c: Context, ports: Pick<Ports, "now">, zone: string) {
  const chosen = readChoice(c, "locale");
  const locale = locales.find((one) => one === chosen) ?? localeOf(c.req.header("accept-language"));
  const zones = [readChoice(c, "zone"), readChoice(c, BROWSER_ZONE), zone];
  const url = new URL(c.req.url);
  url.searchParams.delete("notice");
  return readerOf(
    locale,
    zones.find((one) => one !== undefined && isTimeZone(one)) ?? "UTC",
    ports.now(),
    url.pathname + url.search,
    (c.env as Environment["Bindings"] | undefined)?.kept ?? null,
  );
}

/** Puts the reader into `c.var.reader` for every request; the sign-in does it again when it knows the admin's client. */
export function withReader(ports: Pick<Ports, "now">) {
  return createMiddleware<Environment>(async function withReader(c, next) {
    c.set("reader", readReader(c, ports, "UTC"));
    return next();
  });
}
