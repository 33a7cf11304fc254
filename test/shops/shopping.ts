import { createJob } from "../../src/administration/jobs/jobs.ts";
import { shopOrder, shopRefund, wire } from "../../src/demo/shop/orders.ts";
import { boundFiles, prefixesOf } from "../../src/files/bound.ts";
import { catalogue } from "../../src/processors/all.ts";
import { Runner } from "../../src/runner/runner.ts";
import { tick } from "../../src/scheduler/tick.ts";
import type { Database } from "../../src/store/database.ts";
import { createApp } from "../../src/web/app.ts";
import type { Ports } from "../../src/web/ports.ts";
import { delivery as certificate } from "../harness/certificates/paypal.ts";
import { VirtualClock } from "../harness/clock.ts";
import { memoryFiles } from "../harness/memory-files.ts";
import { runnerPorts } from "../harness/runner/runner.ts";
import { addClients } from "../harness/stage.ts";
import { Suite } from "../processors/enrolment/suite.ts";
import { testRemote } from "../web/stage/remote.ts";
import { payPalHeaders, root } from "../web/webhooks/fake-paypal.ts";
import { type Death, MortalWorker, type Process } from "./mortal-worker.ts";
import { PayPalApi } from "./paypal-api.ts";
import { addShop, shopConnectors } from "./shop-stage.ts";
import { ShopifySender } from "./shopify-sender.ts";

export const MINUTE = 60_000;
/** Noon of 23 November 2026, in UTC. */
export const NOON = Date.UTC(2026, 10, 23, 12);
const SHOP = "north.myshopify.com";
const CERTIFICATE = "https://api.sandbox.paypal.com/v1/notifications/certs/good";
/** Time (ms) within which everything is bought. */
const OPEN_MS = 60 * MINUTE;
/** The variant of a course in the shop. */
const variantOf = (course: number) => 40_000_000_000_000 + course;

/** What becomes of something that was bought. */
export type Fate = "kept" | "refunded" | "cancelled";

/** What befalls a purchase. */
interface Share {
  readonly fate: Fate;
  readonly isAtPayPal: boolean;
  /** PayPal tells nothing of it. */
  readonly isLost: boolean;
  /** What is told later comes earlier. */
  readonly isLate: boolean;
  /** Each delivery about it comes twice. */
  readonly isRepeated: boolean;
  /** No person has the buyer's address for an hour and a half. */
  readonly isUnknown: boolean;
}

/** One course that one person buys. */
interface Bought extends Share {
  readonly person: number;
  readonly course: number;
  /** When (ms). */
  readonly at: number;
  readonly email: string;
}

/** One course that one person has bought. */
export interface Purchase extends Bought {
  readonly sourceRef: string;
}

/** What happens at an instant (ms). */
interface Event {
  readonly at: number;
  happen(): Promise<unknown> | unknown;
}

/** An afternoon in which people buy courses of client 1, at Shopify and at PayPal. */
export class Shopping {
  readonly control: Database;
  /** Where the client's learning data are. */
  readonly store: Database;
  readonly clock = new VirtualClock(NOON);
  readonly paypal = new PayPalApi(this.clock.now);
  readonly sender: ShopifySender;
  readonly worker: MortalWorker;
  readonly purchases: Purchase[] = [];
  /** Answers to deliveries of PayPal, and to those of a stranger. */
  readonly answers: { readonly from: string; readonly status: number | null }[] = [];
  readonly #dice: () => number;
  readonly #suite: Suite;
  #events: Event[] = [];
  #isWoken = false;
  #eventIds = 0;

  /**
   * @param store the control database, or one of the client's own
   * @param deaths how the processes die, one after the other
   */
  constructor(control: Database, store: Database, dice: () => number, deaths: Death[]) {
    this.control = control;
    this.store = store;
    this.#dice = dice;
    this.#suite = new Suite(store);
    const databases = control === store ? [control] : [control, store];
    this.worker = new MortalWorker(
      databases,
      ([first, second]) => this.#process(first as Database, second ?? (first as Database)),
      () => deaths.shift() ?? null,
    );
    const post = (body: string, headers: Record<string, string>) =>
      this.worker.post("/webhooks/shopify/north", body, headers);
    this.sender = new ShopifySender({ secret: "client-secret-1", shop: SHOP, post });
  }

  /** Sets the shops up, and lets the client have its jobs. */
  async open(): Promise<void> {
    await addClients(this.control);
    if (this.control !== this.store) {
      await this.control.execute("UPDATE clients SET database_url = 'own' WHERE id = 1");
    }
    await addShop(this.control, "shopify");
    await addShop(this.control, "paypal");
    // Another client sells in the same shop. This client has told it of anything.
    await addShop(this.control, "shopify", { clientId: 2 });
    for (const [processor, cron] of [
      ["ShopifyProcessWebhookJob", "0 * * * * ?"],
      ["PayPalStatusUpdate", "0 2/5 * * * ?"],
    ]) {
      const job = { name: processor, processor, cron, clientId: 1, parameters: { chunkSize: 10 } };
      const saved = await createJob({ control: this.control, catalogue }, job, "test", this.clock.now());
      if (saved.state !== "saved") throw new Error(JSON.stringify(saved));
    }
  }

  /**
   * Has people buy: three quarters at Shopify, the others at PayPal, which tells nothing of four in five of these.
   *
   * @param count a multiple of 40
   */
  async buy(count: number): Promise<void> {
    const courses: number[] = [];
    for (let index = 0; index < 10; index += 1) {
      const course = await this.#suite.course();
      courses.push(course);
      await this.#suite.insert("catalogue_items", {
        component_id: course,
        title: "Course",
        added_at: 0,
        connector_id: 1,
        variant_id: String(variantOf(course)),
        product_id: `p${course}`,
      });
    }
    const shares = this.#shares(count);
    for (let index = 0; index < count; index += 1) {
      const email = `buyer${index}@example.com`;
      const course = courses[index % courses.length] as number;
      const at = NOON + MINUTE + this.#dice() * OPEN_MS;
      const share = shares[index] as Share;
      const person = await this.#suite.person({ email: share.isUnknown ? "" : email });
      if (share.isUnknown) this.#at(at + 90 * MINUTE, () => this.#suite.update("persons", person, { email }));
      const bought = { ...share, person, course, at, email };
      if (share.isAtPayPal) await this.#buyAtPayPal(`5O190127TN${index}`, bought);
      else this.#buyAtShopify(6_000_000_000_000_000_000n + BigInt(index), bought);
    }
    for (let index = 0; index < 5; index += 1) this.#at(NOON + this.#dice() * OPEN_MS, () => this.#forge(index));
  }

  /** What befalls each of some purchases, in an order that the dice choose. */
  #shares(count: number): Share[] {
    const shuffled = <T>(list: readonly T[]) =>
      list
        .map((one) => [this.#dice(), one] as const)
        .toSorted(([a], [b]) => a - b)
        .map(([, one]) => one);
    // Each kind by the place in this order; a second order has the repetitions fall on all of them.
    const repeated = shuffled(Array.from({ length: count * 0.8 }, (_, place) => place)).slice(0, count * 0.3);
    const all = Array.from({ length: count }, (_, place): Share => {
      const percent = (place / count) * 100;
      return {
        fate:
          percent < 5 ? "refunded" : percent < 8 ? "cancelled" : percent >= 75 && percent < 77 ? "refunded" : "kept",
        isAtPayPal: percent >= 75,
        isLost: percent >= 80,
        // Refunds and cancellations overtake their order, and other orders do.
        isLate: (percent >= 3 && percent < 7) || (percent >= 20 && percent < 26),
        isUnknown: (percent >= 2 && percent < 4) || (percent >= 30 && percent < 33),
        isRepeated: repeated.includes(place),
      };
    });
    return shuffled(all);
  }

  /** Lives until nothing is to be sent any more, and half an hour longer. */
  async live(): Promise<void> {
    let end = NOON;
    for (let minute = NOON; minute <= end; minute += MINUTE) {
      const next = Math.max(...this.#events.map(({ at }) => at), this.sender.next ?? 0);
      end = Math.max(end, Math.ceil((next + 30 * MINUTE) / MINUTE) * MINUTE);
      await this.#tick(minute - 20_000);
      await this.clock.advanceTo(minute);
      await this.#work();
      await this.#meanwhile(minute + 40_000 - 1);
    }
  }

  /** Lives what happens up to an instant (ms), some of it at once. */
  async #meanwhile(until: number): Promise<void> {
    for (;;) {
      const event = this.#nextEvent();
      const next = Math.min(event?.at ?? Number.POSITIVE_INFINITY, this.sender.next ?? Number.POSITIVE_INFINITY);
      if (next > until) return;
      await this.clock.advanceTo(Math.max(next, this.clock.now()));
      if (event && event.at <= next) {
        this.#events = this.#events.filter((one) => one !== event);
        await event.happen();
      } else {
        // What comes within two seconds comes at once, and a run may be at work meanwhile.
        const burst = this.sender.due(next + 2_000).map((one) => this.sender.send(one, this.clock.now()));
        await Promise.all(this.#dice() < 0.3 ? [...burst, this.worker.work()] : burst);
      }
      this.worker.revive();
      // A run starts at once, or a little later than the next delivery.
      if (this.#isWoken && this.#dice() < 0.6) await this.#work();
    }
  }

  #nextEvent(): Event | undefined {
    return this.#events.reduce<Event | undefined>(
      (first, one) => (first && first.at <= one.at ? first : one),
      undefined,
    );
  }

  #at(at: number, happen: Event["happen"]): void {
    this.#events.push({ at, happen });
  }

  async #tick(instant: number): Promise<void> {
    await this.clock.advanceTo(Math.max(instant, this.clock.now()));
    await tick({ control: this.control, catalogue }, this.clock.now(), "timer");
  }

  /** Lets runners work until nothing is due within some seconds; a process that dies is replaced. */
  async #work(): Promise<void> {
    this.#isWoken = false;
    for (let round = 0; round < 200; round += 1) {
      const next = await this.worker.work();
      if (this.worker.revive()) continue;
      if (next === null || next > this.clock.now() + 5_000) return;
      await this.clock.advanceTo(Math.max(next, this.clock.now()));
    }
    throw new Error("The runner finds no end");
  }

  #buyAtShopify(id: bigint, bought: Bought): void {
    const { course, fate, at, email, isLate, isRepeated } = bought;
    const dice = this.#dice;
    const line = `${id}1`;
    const order = shopOrder(String(id), email, [{ id: line, variant_id: variantOf(course) }]);
    this.#eventIds += 1;
    const eventId = `event-${this.#eventIds}`;
    const again = () => (isRepeated ? [at + dice() * 150 * MINUTE] : []);
    const changesId = () => dice() < 0.3;
    const late = isLate ? (11 + 10 * dice()) * MINUTE : 0;
    const paid = { at: at + late, eventId, again: again(), changesId: changesId() };
    this.sender.tell("orders/paid", wire(order), paid);
    if (dice() < 0.1) this.sender.tell("orders/updated", wire(order), { at, eventId });
    const back = {
      at: at + (0.1 + dice() * 10) * MINUTE,
      eventId: `${eventId}-back`,
      again: again(),
      changesId: changesId(),
    };
    if (fate === "refunded") {
      const refund = shopRefund(`9${this.#eventIds}`, String(id), [[line, 1]]);
      this.sender.tell("refunds/create", wire(refund), back);
    }
    if (fate === "cancelled") {
      const cancelled = { ...order, cancelled_at: "2026-11-23T13:30:00+01:00", cancel_reason: "customer" };
      this.sender.tell("orders/cancelled", wire(cancelled), back);
    }
    this.purchases.push({ ...bought, sourceRef: `shopify:${id}:${line}` });
  }

  async #buyAtPayPal(id: string, bought: Bought): Promise<void> {
    const { person, course, at, email, fate, isLost, isRepeated } = bought;
    const tell = (type: string, resource: object) => this.#tellOfPayPal(type, resource, isRepeated);
    this.#at(at, async () => {
      await this.#suite.insert("orders", {
        provider: "paypal",
        remote_id: id,
        person_id: person,
        email,
        status: "pending",
        amount_minor: 19_900,
        currency: "EUR",
        items: JSON.stringify([{ line: 1, component_id: course, quantity: 1 }]),
        placed_at: this.clock.now(),
      });
      this.paypal.order(id);
    });
    this.#at(at + (1 + this.#dice() * 20) * MINUTE, async () => {
      const order = this.paypal.orders.get(id);
      if (order) order.status = "APPROVED";
      this.paypal.losesAnswer ||= this.#dice() < 0.2;
      if (!isLost) await tell("CHECKOUT.ORDER.APPROVED", { id });
    });
    if (fate === "refunded") {
      this.#at(at + 40 * MINUTE, async () => {
        for (const one of this.paypal.orders.get(id)?.captures ?? []) one.status = "REFUNDED";
        await tell("PAYMENT.CAPTURE.REFUNDED", { id: `R${id}`, supplementary_data: { related_ids: { order_id: id } } });
      });
    }
    this.purchases.push({ ...bought, sourceRef: `paypal:${id}:1` });
  }

  /** PayPal tells of something until it is taken. */
  async #tellOfPayPal(event_type: string, resource: object, isRepeated: boolean): Promise<void> {
    this.#eventIds += 1;
    const body = JSON.stringify({ id: `WH-${this.#eventIds}`, event_type, resource });
    const send = async () => {
      const headers = payPalHeaders(body, { certificateUrl: CERTIFICATE });
      const status = await this.worker.post("/webhooks/paypal/north", body, headers);
      this.answers.push({ from: "paypal", status });
      if (status !== 200) this.#at(this.clock.now() + 3 * MINUTE, send);
    };
    await send();
    if (isRepeated) this.#at(this.clock.now() + this.#dice() * 60 * MINUTE, send);
  }

  /** A stranger tells of an order that the buyer has not paid. */
  async #forge(index: number): Promise<void> {
    const [sold] = this.purchases;
    const id = 7_000_000_000_000_000_000n + BigInt(index);
    const line = { id: `${id}1`, variant_id: variantOf(sold?.course ?? 0) };
    const body = wire(shopOrder(String(id), "buyer1@example.com", [line]));
    const post = (text: string, headers: Record<string, string>) =>
      this.worker.post("/webhooks/shopify/north", text, headers);
    const stranger = new ShopifySender({ secret: "guessed", shop: SHOP, post });
    stranger.tell("orders/paid", body, { at: 0, eventId: `forged-${index}` });
    for (const one of stranger.due(0)) await stranger.send(one, this.clock.now());
    this.answers.push(...stranger.answers.map(({ status }) => ({ from: "stranger", status })));
  }

  /** A new process of the product, over these lines to the databases. */
  #process(control: Database, store: Database): Process {
    const { clock } = this;
    const wakeRunner = async () => {
      this.#isWoken = true;
    };
    const storeOf = async ({ databaseUrl }: { readonly databaseUrl: string | null }) =>
      databaseUrl === null ? control : store;
    const files = memoryFiles(clock.now);
    const ports = runnerPorts(control, catalogue.all(), clock, {
      connectorsFor: shopConnectors(control, clock, this.paypal.fetch),
      filesFor: (run) => boundFiles(files, prefixesOf(run)),
      storeOf,
      wakeRunner,
    });
    const absent = () => Promise.reject(new Error("No sign-in here"));
    const app = createApp({
      control,
      storeOf,
      files,
      catalogue,
      now: clock.now,
      randomBytes: ports.randomBytes,
      wakeRunner,
      verifyPassword: absent,
      hashPassword: absent,
      devices: {} as Ports["devices"],
      openId: null,
      clientAddress: () => "192.0.2.1",
      reportError: () => undefined,
      reportRefusal: () => undefined,
      payPalRoots: [root],
      remote: { ...testRemote(), http: { fetch: async () => new Response(certificate) } },
      mailbox: null,
    });
    return {
      runner: new Runner(ports, 1),
      request: async (path, init) => app.request(`http://localhost${path}`, init),
    };
  }
}
