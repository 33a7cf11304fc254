import { Hono } from "hono";
import { isTimeZone } from "../../time/day.ts";
import type { Environment, PageContext } from "../environment.ts";
import { lastValue, readForm } from "../http/form-post.ts";
import { Brand, htmlDocument } from "../page/document.tsx";
import { ChoiceField, TextField } from "../page/fields.tsx";
import { PageError } from "../page/page-error.ts";
import { returnPath } from "../sign-in/return-path.ts";
import { say } from "../words/text.ts";
import { locales } from "../words/translate.ts";
import { readChoice, writeChoice } from "./reader-choice.ts";

/** The languages' own names, so that every reader finds theirs. */
const names = { en: "English", de: "Deutsch" } as const;

/** Where the reader came from: a page of ours, within the manager or before it. */
function cameFrom(wanted: string | undefined): string {
  const outside = /^\/(sign-in|language)(\?.*)?$/.exec(wanted ?? "");
  return outside ? outside[0] : returnPath(wanted);
}

function draw(c: PageContext, back: string, given: { locale: string; zone: string }, problem?: string) {
  const { reader } = c.var;
  const { t } = reader;
  const title = t("Language and time zone");
  return htmlDocument(reader, {
    title: problem ? `${t("Please mend:")} ${title}` : title,
    children: (
      <main>
        <div class="narrow">
          <Brand />
          <h1>{title}</h1>
          <form class="panel" method="post" action={`/language?back=${encodeURIComponent(back)}`} novalidate>
            <ChoiceField
              name="locale"
              label={t("Language")}
              value={given.locale}
              choices={locales.map((value) => ({ value, label: names[value] }))}
            />
            <TextField
              name="zone"
              label={t("Time zone")}
              hint={t(
                "Times are shown in this zone, with a job's own zone beside them. A name such as Europe/Berlin; empty: the zone of your browser, else of your client, or UTC.",
              )}
              value={given.zone}
              list={Intl.supportedValuesOf("timeZone")}
              problems={problem ? [{ field: "zone", message: problem, said: true }] : []}
              spellcheck={false}
              optional
            />
            <button class="button primary" type="submit">
              {t("Save")}
            </button>
          </form>
          <p>
            <a href={back}>{t("Back without saving")}</a>
          </p>
        </div>
      </main>
    ),
  });
}

/** `/language`: which language and zone a reader wants. Kept in cookies, so it works before the sign-in too. */
export function languageRoutes(): Hono<Environment> {
  const routes = new Hono<Environment>();

  routes.get("/language", (c) => {
    const { locale } = c.var.reader;
    const zone = readChoice(c, "zone") ?? "";
    return c.html(draw(c, cameFrom(c.req.query("back")), { locale, zone }));
  });

  // The foot of a page posts the language alone; what is not posted stays as it is.
  routes.post("/language", async (c) => {
    const form = await readForm(c.req.raw);
    const back = cameFrom(c.req.query("back"));
    const locale = lastValue(form, "locale");
    const zone = lastValue(form, "zone").trim();
    if (form.has("locale") && !locales.some((one) => one === locale)) {
      throw new PageError(
        400,
        "Not a language",
        say("There is no language {locale} here; choose one of the list.", { locale }),
      );
    }
    if (zone !== "" && !isTimeZone(zone)) {
      const { t } = c.var.reader;
      const problem = t("There is no time zone {zone}; use an IANA name such as Europe/Berlin, or leave it empty.", {
        zone,
      });
      return c.html(draw(c, back, { locale, zone }, problem), 422);
    }
    if (form.has("locale")) writeChoice(c, "locale", locale);
    if (form.has("zone")) writeChoice(c, "zone", zone);
    return c.redirect(back, 303);
  });

  return routes;
}
