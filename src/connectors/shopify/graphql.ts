import { z } from "zod";
import type { Api } from "../api.ts";
import type { Clock } from "../clock.ts";
import { RemoteError, RemoteUnavailableError } from "../outbound/remote-error.ts";
import { ConnectorInvalidError } from "../stored.ts";

/** What a query of a shop answered. */
export interface ShopAnswer<T> {
  readonly data: T;
  /** The version of the interface that the shop really used (`X-Shopify-API-Version`); null: it did not say. */
  readonly version: string | null;
}

/**
 * Asks a shop's GraphQL Admin API. Where the shop throttles, it waits as long as the answer says, and asks again.
 *
 * @param schema of `data`; what came beside errors is not taken
 * @throws {RemoteError} code `remote_refused` where the query is refused
 * @throws {ConnectorInvalidError} where the app may not do this
 * @throws as {@link Api.json}
 */
export type AskShop = <S extends z.ZodType>(
  query: string,
  variables: Readonly<Record<string, unknown>>,
  schema: S,
) => Promise<ShopAnswer<z.output<S>>>;

/** What is said of a query's price, in points: `extensions.cost`, at the top of the answer and not in its errors. */
const cost = z.object({
  requestedQueryCost: z.number(),
  throttleStatus: z.object({ currentlyAvailable: z.number(), restoreRate: z.number().positive() }),
});

const answered = z.object({
  /** Not there where the shop throttles. */
  data: z.unknown().optional(),
  errors: z
    .array(z.object({ message: z.string(), extensions: z.object({ code: z.string().nullish() }).nullish() }))
    .nullish(),
  extensions: z.object({ cost: cost.nullish() }).nullish(),
});
type Answered = z.output<typeof answered>;

/** Times that a query is asked because the shop throttles, or fails. */
const MOST_TRIES = 8;
/** The longest pause between two of them (ms). */
const LONGEST_WAIT_MS = 60_000;
/** Pauses (ms) after an answer that names an error of the shop's own. */
const OWN_ERROR_WAITS = [1000, 4000, 16_000];

/** How long (ms) a throttled query waits until the shop has restored the points that it wants, at most a minute. */
function throttleWait({ extensions }: Answered): number {
  const price = extensions?.cost;
  if (!price) return OWN_ERROR_WAITS[0] as number;
  const { currentlyAvailable, restoreRate } = price.throttleStatus;
  const seconds = Math.ceil((price.requestedQueryCost - currentlyAvailable) / restoreRate);
  return Math.min(Math.max(seconds, 1) * 1000, LONGEST_WAIT_MS);
}

/** The Admin API of a shop whose requests `api` sends. @param shop its name, for messages */
export function askShop(api: Api, shop: string, clock: Clock): AskShop {
  return async (query, variables, schema) => {
    // Both a query and a `productSet`, which replaces, may be sent twice.
    const request = { path: "graphql.json", body: { query, variables }, repeatable: true };
    let ownErrors = 0;
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const { answer, version } = await once(api, request);
      const codes = (answer.errors ?? []).map(({ extensions }) => extensions?.code ?? "");
      const wait = codes.includes("THROTTLED")
        ? throttleWait(answer)
        : codes.includes("INTERNAL_SERVER_ERROR")
          ? OWN_ERROR_WAITS[ownErrors++]
          : null;
      if (wait === undefined) break;
      if (wait !== null) await clock.sleepUntil(clock.now() + wait);
      else if (codes.includes("ACCESS_DENIED")) {
        const message = `${shop} does not allow this to the app (${reason(answer)}); give it the scope, and install it again`;
        throw new ConnectorInvalidError("shopify", message);
      } else if (codes.length > 0) {
        throw new RemoteError("remote_refused", `${shop} refused a query: ${reason(answer)}`);
      } else return { data: readData(shop, answer, schema), version };
    }
    throw new RemoteUnavailableError(`${shop} throttles or fails again and again`);
  };
}

async function once(api: Api, request: Parameters<Api["json"]>[0]) {
  let version: string | null = null;
  for await (const { page } of api.pages(request, answered, (_page, headers) => {
    version = headers.get("x-shopify-api-version");
    return null;
  }))
    return { answer: page, version };
  throw new RemoteUnavailableError("There was no answer");
}

const reason = ({ errors }: Answered) => (errors?.[0]?.message ?? "no reason").replace(/\s+/g, " ").slice(0, 200);

function readData<S extends z.ZodType>(shop: string, { data }: Answered, schema: S): z.output<S> {
  const found = schema.safeParse(data);
  if (found.success) return found.data;
  const problems = found.error.issues.map(({ path, message }) => `${path.join(".") || "data"}: ${message}`);
  throw new RemoteError("answer_invalid", `The answer of ${shop} cannot be read. ${problems.slice(0, 3).join("; ")}`);
}
