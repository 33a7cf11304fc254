import { Hono } from "hono";
import { type Offer, type OfferInFolder, selectOffer, selectOffersIn } from "../../learning/search/offer.ts";
import { isWhole } from "../../learning/search/query.ts";
import type { Environment, PageContext } from "../environment.ts";
import { htmlDocument } from "../page/document.tsx";
import { TextField } from "../page/fields.tsx";
import { notFound, PageError } from "../page/page-error.ts";
import type { Ports } from "../ports.ts";
import { useReader } from "../reader/reader.ts";
import { say } from "../words/text.ts";
import { type FoundOffer, type FoundOffers, findOffers, MOST_LOOKED_AT, PAGE } from "./find-offers.ts";
import { hostClients } from "./host-clients.ts";

/** Questions that one address may ask in {@link WINDOW_MS}; counted by process. */
export const MOST_QUESTIONS = 120;
const WINDOW_MS = 60_000;
/** Characters of a question that are read. */
const LONGEST_QUESTION = 200;
/** Items of a folder that are listed. */
const MOST_IN_FOLDER = 200;

/** What is found changes with the catalogue, and says nothing of who asks. */
const HEADERS = { "Cache-Control": "public, max-age=60" } as const;

const tooMany = new PageError(
  429,
  "Too many at once",
  say("At most {most} questions are answered in a minute. Try again later.", { most: MOST_QUESTIONS }),
);

/**
 * What everyone may see at a client's host, without a sign-in (handbook, search: the search page): `/search?q=…`, the same as JSON at
 * `/search.json?q=…`, and `/catalogue/<item>`. A host of no client has none of them.
 */
export function searchRoutes(ports: Ports): Hono<Environment> {
  const routes = new Hono<Environment>();

  /** The clients that are asked. @throws {PageError} for a host of no client, and for who asks too often */
  async function asked(c: PageContext) {
    const address = ports.clientAddress(c.req.raw);
    if (ports.lookups?.take(`search ${address}`, MOST_QUESTIONS, WINDOW_MS, ports.now()) === false) throw tooMany;
    const clients = await hostClients(c, ports);
    if (clients.length === 0) throw notFound("page");
    return clients;
  }

  const questionOf = (c: PageContext) => (c.req.query("q") ?? "").slice(0, LONGEST_QUESTION);
  const pageOf = (c: PageContext) => {
    const page = Number(c.req.query("page") ?? 1);
    return Number.isInteger(page) && page >= 1 && page <= MOST_LOOKED_AT ? page : 1;
  };

  routes.get("/search", async (c) => {
    const clients = await asked(c);
    const question = questionOf(c);
    const page = pageOf(c);
    const found = question.trim() === "" ? null : await findOffers(clients, question, page);
    const { reader } = c.var;
    const name = clients.map(({ client }) => client.name).join(", ");
    const children = (
      <main>
        <div class="narrow">
          <h1>{reader.t("Search the catalogue")}</h1>
          <p class="soft">{name}</p>
          <SearchForm question={question} />
          {found === null ? null : <Results question={question} found={found} page={page} />}
        </div>
      </main>
    );
    return c.html(htmlDocument(reader, { title: reader.t("Search the catalogue"), children }), 200, {
      ...HEADERS,
      Vary: "Cookie, Accept-Language",
    });
  });

  routes.get("/search.json", async (c) => {
    const clients = await asked(c);
    const page = pageOf(c);
    const { words, offers, total, isCut } = await findOffers(clients, questionOf(c), page);
    return c.json({ words, page, total, isCut, results: offers }, 200, HEADERS);
  });

  routes.get("/catalogue/:id", async (c) => {
    const clients = await asked(c);
    const id = Number(c.req.param("id"));
    for (const { client, rows } of Number.isSafeInteger(id) ? clients : []) {
      const [[offer], within] = await rows.each([selectOffer(id), selectOffersIn(id, MOST_IN_FOLDER)]);
      if (!offer) continue;
      const { reader } = c.var;
      const children = <OfferPage offer={offer} within={within} timeZone={offer.timeZone ?? client.timeZone} />;
      return c.html(htmlDocument(reader, { title: offer.title, children }), 200, {
        ...HEADERS,
        Vary: "Cookie, Accept-Language",
      });
    }
    throw notFound("page");
  });

  return routes;
}

function SearchForm(props: { question: string }) {
  const { t } = useReader();
  return (
    <search>
      <form class="filters" method="get" action="/search">
        <TextField name="q" label={t("Words")} value={props.question} />
        <button class="button" type="submit">
          {t("Search")}
        </button>
      </form>
    </search>
  );
}

function Results(props: { question: string; found: FoundOffers; page: number }) {
  const { t } = useReader();
  const { words, offers, total, isCut } = props.found;
  const from = (props.page - 1) * PAGE;
  const other = (page: number) => `/search?q=${encodeURIComponent(props.question)}&page=${page}`;
  return (
    <>
      <p class="soft" role="status">
        {total === 0
          ? t("Nothing in the catalogue has all of these words. Try fewer words, or only their beginnings.")
          : isCut
            ? t("More than {most} results; a further word narrows them down", { most: MOST_LOOKED_AT - 1 })
            : t.count(total, "{count} result", "{count} results")}
      </p>
      {words.some(isWhole) ? (
        <p class="soft">{t("A single letter finds only itself, other words all that begins with them.")}</p>
      ) : null}
      {offers.length === 0 ? null : (
        <ul class="choices">
          {offers.map((offer) => (
            <Result offer={offer} />
          ))}
        </ul>
      )}
      {props.page > 1 || from + PAGE < total ? (
        <nav aria-label={t("Pages of results")}>
          <p>
            {props.page > 1 ? <a href={other(props.page - 1)}>{t("Previous results")}</a> : null}{" "}
            {from + PAGE < total ? <a href={other(props.page + 1)}>{t("Next results")}</a> : null}
          </p>
        </nav>
      ) : null}
    </>
  );
}

function Result(props: { offer: FoundOffer }) {
  const { title, excerpt, language, path } = props.offer;
  return (
    <li lang={language ?? undefined} dir="auto">
      <a href={path}>{title}</a>
      <p class="small">{excerpt}</p>
    </li>
  );
}

function OfferPage(props: { offer: Offer; within: readonly OfferInFolder[]; timeZone: string }) {
  const { t, locale } = useReader();
  const { title, description, location, startAt, endAt, locale: language } = props.offer;
  const format = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short", timeZone: props.timeZone });
  const when = (at: number) => <time datetime={new Date(at).toISOString()}>{format.format(at)}</time>;
  return (
    <main>
      <div class="narrow">
        <p>
          <a href="/search">{t("Search the catalogue")}</a>
        </p>
        <h1 lang={language ?? undefined} dir="auto">
          {title}
        </h1>
        {description === "" ? null : (
          <p lang={language ?? undefined} dir="auto">
            {description}
          </p>
        )}
        {location === null && startAt === null && endAt === null ? null : (
          <dl class="facts">
            {startAt === null ? null : (
              <>
                <dt>{t("Begins")}</dt>
                <dd>{when(startAt)}</dd>
              </>
            )}
            {endAt === null ? null : (
              <>
                <dt>{t("Ends")}</dt>
                <dd>{when(endAt)}</dd>
              </>
            )}
            {location === null ? null : (
              <>
                <dt>{t("Place")}</dt>
                <dd dir="auto">{location}</dd>
              </>
            )}
          </dl>
        )}
        {props.within.length === 0 ? null : (
          <ul class="choices">
            {props.within.map(({ id, title: name }) => (
              <li dir="auto">
                <a href={`/catalogue/${id}`}>{name}</a>
              </li>
            ))}
          </ul>
        )}
      </div>
    </main>
  );
}
