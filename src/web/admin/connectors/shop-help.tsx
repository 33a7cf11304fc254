import { readClient } from "../../../control/clients/clients.ts";
import type { ConnectorRecord } from "../../../control/clients/connector-records.ts";
import { readJobParameter } from "../../../control/jobs/job-parameter.ts";
import { readLatestDelivery } from "../../../learning/webhooks/list.ts";
import { topics } from "../../../learning/webhooks/topics.ts";
import { DatabaseOutageError } from "../../../store/outage.ts";
import type { PageContext } from "../../environment.ts";
import type { Ports } from "../../ports.ts";
import { useReader } from "../../reader/reader.ts";
import { Relative } from "../../reader/time.tsx";
import { processorOf } from "../../webhooks/receive.ts";
import type { Provider } from "../../webhooks/recipient.ts";
import type { English } from "../../words/text.ts";

const DAY_MS = 86_400_000;

/** Days without a delivery after which that is worth a warning, where no job says otherwise. */
const SILENCE_DAYS = 14;

/** What is done at the provider, one step after another. */
const steps = {
  shopify: [
    "In the shop's Dev Dashboard create an app, give it the scope read_products (write_products to push products), and install it on the shop.",
    "Copy the app's client ID and client secret into the secret of this connector. An old app has a permanent Admin API access token instead of the client ID.",
    "Have the app subscribe to the topics below with the address below, in JSON. Webhooks made by hand in the shop's notification settings are signed with another key and are refused.",
    "When you renew the client secret, enter it here at once: the former one stays good for an hour.",
  ],
  paypal: [
    "In the PayPal Developer Dashboard open your REST app, live or sandbox, and copy its client ID and secret into the secret of this connector.",
    "Add a webhook to the app with the address below and the events below. PayPal delivers to port 443 only.",
    "Copy the ID of that webhook into this connector: every signature covers it.",
    "Events of PayPal's webhook simulator are refused: their signatures cannot be checked.",
  ],
} as const satisfies Record<Provider, readonly English[]>;

/** What the page of a shop's connector says besides. */
export interface ShopFacts {
  readonly provider: Provider;
  /** Where the provider sends to. */
  readonly address: string;
  /** When the latest delivery came (ms); null: none is kept; undefined: the client's database does not answer. */
  readonly latestAt: number | null | undefined;
  /** Days. */
  readonly silenceDays: number;
  /** The connector waits for longer than that, and nothing came. */
  readonly isSilent: boolean;
  readonly inbox: string;
}

/** Reads what {@link ShopHelp} says; null for a connector that is no shop's, or the platform's. */
export async function readShopFacts(
  c: PageContext,
  ports: Ports,
  connector: ConnectorRecord,
): Promise<ShopFacts | null> {
  const { kind, clientId, active, updatedAt } = connector;
  if ((kind !== "shopify" && kind !== "paypal") || clientId === 0) return null;
  const client = await readClient(ports.control, clientId);
  if (!client) return null;
  const given = await readJobParameter(ports.control, processorOf[kind], clientId, "silenceDays");
  const silenceDays = typeof given === "number" ? given : SILENCE_DAYS;
  let latestAt: number | null | undefined;
  try {
    latestAt = await readLatestDelivery(await ports.storeOf(client), clientId, kind);
  } catch (error) {
    if (!(error instanceof DatabaseOutageError)) throw error;
  }
  const since = Math.max(latestAt ?? 0, updatedAt);
  return {
    provider: kind,
    address: `${new URL(c.req.url).origin}/webhooks/${kind}/${encodeURIComponent(client.key)}`,
    latestAt,
    silenceDays,
    isSilent: active && latestAt !== undefined && ports.now() - since > silenceDays * DAY_MS,
    inbox: `/admin/inbox/${clientId}?provider=${kind}`,
  };
}

/** How a shop is set up: what to enter where, what to subscribe to, which address to give; and whether anything comes. */
export function ShopHelp(props: { facts: ShopFacts }) {
  const { t, now } = useReader();
  const { provider, address, latestAt, silenceDays, isSilent, inbox } = props.facts;
  return (
    <section class="panel">
      <h2>{t("Deliveries")}</h2>
      {isSilent ? (
        <div class="notice warn">
          <p>
            {t(
              "No delivery came for {days} days. Look whether the shop still subscribes: after eight failures in a row Shopify ends it.",
              { days: silenceDays },
            )}
          </p>
        </div>
      ) : null}
      <p>
        {latestAt === undefined ? (
          t("The database of this client does not answer.")
        ) : latestAt === null ? (
          t("None has come yet.")
        ) : (
          <>
            {t("The latest came")} <Relative at={latestAt} now={now} />.
          </>
        )}{" "}
        <a href={inbox}>{t("Show inbox")}</a>
      </p>
      <details>
        <summary>{t("How to set it up")}</summary>
        <ol>
          {steps[provider].map((step) => (
            <li>{t(step)}</li>
          ))}
        </ol>
        <h3>{t("Address for deliveries")}</h3>
        <p>
          <code>{address}</code>
        </p>
        <h3>{t("Topics to subscribe to")}</h3>
        <ul>
          {topics[provider].map((topic) => (
            <li>
              <code>{topic}</code>
            </li>
          ))}
        </ul>
      </details>
    </section>
  );
}
