import { readClient } from "../../../control/clients/clients.ts";
import { purchaseRef } from "../../../learning/commerce/orders.ts";
import { readStanding } from "../../../learning/commerce/standing.ts";
import type { RegistrationStatus } from "../../../learning/enrolment/status.ts";
import { mayBuyInDemo } from "../../access.ts";
import { type ShopFront, type ShopPurchase, ShopUnreachableError, type ShopWindow, shopDeed } from "../../demo-shop.ts";
import type { PageContext } from "../../environment.ts";
import { readForm } from "../../http/form-post.ts";
import { ChoiceField, type FieldProblem, HiddenField, ProblemSummary, TextField } from "../../page/fields.tsx";
import { Identifier } from "../../page/identifier.tsx";
import { withNotice } from "../../page/notice.tsx";
import { notFound, PageError, require } from "../../page/page-error.ts";
import { Table } from "../../page/table.tsx";
import type { Ports } from "../../ports.ts";
import { useReader } from "../../reader/reader.ts";
import { Time } from "../../reader/time.tsx";
import type { English } from "../../words/text.ts";
import { page } from "../parts/layout.tsx";
import { reachStore } from "../parts/reach-store.ts";

const SHOP = "/admin/shop";

/** What a registration's status means to its buyer. */
const standingWords = {
  requested: "asked for",
  waiting_list: "on the waiting list",
  personal_syllabus: "waits for a course",
  booked: "enrolled",
  in_progress: "begun",
  failed: "not passed",
  completed: "concluded",
  passed: "passed",
  cancelled: "enrolment cancelled",
} as const satisfies Record<RegistrationStatus, English>;

const purchaseWords = {
  paid: "paid",
  refunded: "refunded",
  cancelled: "order cancelled",
} as const satisfies Record<ShopPurchase["state"], English>;

const deeds = {
  again: "Send twice",
  refund: "Refund",
  cancel: "Cancel order",
} as const satisfies Record<string, English>;
type Deed = keyof typeof deeds;

function windowOf(c: PageContext, ports: Ports): ShopWindow {
  require(mayBuyInDemo(c.var.admin), notFound("page"));
  if (!ports.demoShop) throw notFound("shop; there is one in the demo only");
  return ports.demoShop;
}

/** A shop that cannot be reached is a page of its own, not a fault of ours. */
async function reach<T>(asking: Promise<T>): Promise<T> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof ShopUnreachableError) {
      throw new PageError(503, "Demo shop not reachable", "The demo shop does not answer; was the demo stopped?");
    }
    throw error;
  }
}

const refOf = ({ id, line }: ShopPurchase) => purchaseRef("shopify", id, line);

async function draw(
  c: PageContext,
  ports: Ports,
  front: ShopFront,
  shown: { readonly problems?: readonly FieldProblem[]; readonly variantId?: string; readonly email?: string } = {},
) {
  const { t } = c.var.reader;
  const { problems = [], variantId = front.goods[0]?.variantId ?? "", email = front.buyers[0] ?? "" } = shown;
  const client = await readClient(ports.control, front.client.id);
  if (!client) throw notFound("client");
  const standing = await reachStore(
    ports.storeOf(client).then((store) => readStanding(store, client.id, front.purchases.map(refOf))),
  );
  return page(c, ports, {
    title: t("Demo shop"),
    section: "shop",
    lead: t(
      "A shop of {client} in the demo. What you do here is sent to Minutehand as Shopify sends it: a delivery with a signature, at the address of the client.",
      { client: client.name },
    ),
    aside: (
      <a class="button" href={SHOP}>
        {t("Reload")}
      </a>
    ),
    hasProblems: problems.length > 0,
    children: (
      <>
        <ProblemSummary problems={problems} labels={new Map([["email", t("Buyer's e-mail")]])} />
        <Counter front={front} problems={problems} variantId={variantId} email={email} />
        {front.purchases.length === 0 ? (
          <div class="empty">
            <p>{t("Nothing was bought yet.")}</p>
          </div>
        ) : (
          <Purchases front={front} standing={standing} />
        )}
      </>
    ),
  });
}

/** Where one buys. */
function Counter(props: { front: ShopFront; problems: readonly FieldProblem[]; variantId: string; email: string }) {
  const { t } = useReader();
  const { front, problems, variantId, email } = props;
  return (
    <form class="panel" method="post" action={SHOP} novalidate>
      <HiddenField name="deed" value="buy" />
      <ChoiceField
        name="variantId"
        label={t("Course")}
        value={variantId}
        choices={front.goods.map(({ variantId, title, price }) => ({
          value: variantId,
          label: `${title} · ${price} ${front.currency}`,
        }))}
      />
      <TextField
        name="email"
        label={t("Buyer's e-mail")}
        hint={t(
          "Of a person whom the client knows. With any other address the order waits in the inbox for an administrator.",
        )}
        type="email"
        value={email}
        list={front.buyers}
        problems={problems}
      />
      <button class="button primary" type="submit">
        {t("Buy")}
      </button>
    </form>
  );
}

function Purchases(props: { front: ShopFront; standing: ReadonlyMap<string, RegistrationStatus> }) {
  const { t } = useReader();
  const { front, standing } = props;
  const inbox = `/admin/inbox/${front.client.id}`;
  return (
    <Table
      caption={t("Purchases, newest first")}
      columns={[
        {
          label: t("Bought"),
          head: true,
          wide: true,
          cell: ({ title, email, at }) => (
            <>
              {title}
              <small>
                {email} · <Time at={at} bare />
              </small>
            </>
          ),
        },
        { label: t("In the shop"), cell: ({ state }) => t(purchaseWords[state]) },
        {
          label: t("Deliveries"),
          wide: true,
          cell: ({ id, told }) => (
            <>
              {told.map(({ topic, status, answer }) => (
                <div>
                  <Identifier name={topic} />{" "}
                  <span class="soft">{status === null ? t("no answer") : `${status} ${answer}`}</span>
                </div>
              ))}
              <a href={`${inbox}?search=${encodeURIComponent(id)}`}>{t("In the inbox")}</a>
            </>
          ),
        },
        {
          label: t("What came of it"),
          cell: (purchase) => {
            const status = standing.get(refOf(purchase));
            return status === undefined ? <span class="soft">{t("none")}</span> : t(standingWords[status]);
          },
        },
        {
          label: t("Actions"),
          unseenLabel: true,
          cell: ({ id, state, title }) => (
            <div class="actions">
              {(Object.keys(deeds) as Deed[])
                .filter((deed) => deed === "again" || state === "paid")
                .map((deed) => (
                  <form method="post" action={SHOP}>
                    <input type="hidden" name="deed" value={deed} />
                    <input type="hidden" name="purchase" value={id} />
                    <button class="button" type="submit">
                      {t(deeds[deed])} <span class="unseen">{title}</span>
                    </button>
                  </form>
                ))}
            </div>
          ),
        },
      ]}
      rows={front.purchases}
    />
  );
}

/** `GET /admin/shop`: the demo's shop, with what has come of each purchase. */
export async function demoShopPage(c: PageContext, ports: Ports) {
  return c.html(await draw(c, ports, await reach(windowOf(c, ports).look())));
}

/** `POST /admin/shop`: buys, refunds, cancels, or sends a delivery twice. */
export async function demoShopAction(c: PageContext, ports: Ports) {
  const shop = windowOf(c, ports);
  const fields = Object.fromEntries(await readForm(c.req.raw));
  const asked = shopDeed.safeParse({
    ...fields,
    ...(fields.email === undefined ? {} : { email: fields.email.trim() }),
  });
  if (!asked.success) {
    if (fields.deed !== "buy" || fields.email === undefined || fields.variantId === undefined) throw nothingToDo();
    const message = c.var.reader.t("Enter an e-mail address, such as ada@example.com.");
    const shown = { problems: [{ field: "email", message }], variantId: fields.variantId, email: fields.email };
    return c.html(await draw(c, ports, await reach(shop.look()), shown), 422);
  }
  if (!(await reach(shop.act(asked.data)))) {
    throw new PageError(
      409,
      "The shop cannot do that",
      "The purchase was refunded or cancelled meanwhile, or is no longer kept. Look at the shop as it is now.",
    );
  }
  return c.redirect(withNotice(SHOP, "shop-told"), 303);
}

const nothingToDo = () =>
  new PageError(400, "Nothing to do", "The form does not say what to do. Go back and choose a button.");
