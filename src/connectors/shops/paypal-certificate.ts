import { X509Certificate } from "node:crypto";
import { RemoteError } from "../outbound/remote-error.ts";
import { type ConnectorPorts, httpOut } from "../ports.ts";
import { payPalKey } from "./paypal-signature.ts";

/** Hosts of PayPal that serve certificates of its deliveries, by the account's mode. */
const HOSTS: Readonly<Record<string, "live" | "sandbox">> = {
  "api.paypal.com": "live",
  "api-m.paypal.com": "live",
  "api.sandbox.paypal.com": "sandbox",
  "api-m.sandbox.paypal.com": "sandbox",
};

const PATH = "/v1/notifications/certs/";

/** The owner of a certificate for deliveries. */
const OWNER = /(?:^|\n)CN=messageverificationcerts(?:\.sandbox)?\.paypal\.com(?:$|\n)/;

const LARGEST_BYTES = 64 * 1024;
/** Certificates between that of a delivery and a root, at most. */
const LONGEST_CHAIN = 4;
const MOST_KEPT = 50;
/** Time (ms) for which a certificate that could not be had or judged is not asked for again. */
const AGAIN_MS = 60_000;
const FETCH_MS = 4_000;

/** Whose mode the address of a certificate belongs to; null: it is none of PayPal's own, and is not to be fetched. */
export function certificateMode(address: string): "live" | "sandbox" | null {
  const url = URL.parse(address);
  if (url?.protocol !== "https:" || url.port !== "" || url.username !== "" || url.password !== "") return null;
  if (!url.pathname.startsWith(PATH) || url.pathname.length === PATH.length || url.search !== "" || url.hash !== "") {
    return null;
  }
  return HOSTS[url.hostname] ?? null;
}

/** A certificate of a delivery, judged. Instants in ms. */
export type JudgedCertificate =
  | { readonly state: "trusted"; readonly key: CryptoKey; readonly from: number; readonly until: number }
  /** It could not be had, or no root that we know vouches for it; only PayPal itself can say whether it is good. */
  | { readonly state: "unknown"; readonly why: string };

/** Certificates by their address, of one process. Values only: at the edge a request may not wait for another's. */
export class CertificateMemory {
  readonly #known = new Map<string, { readonly at: number; readonly certificate: JudgedCertificate }>();

  get(address: string, now: number): JudgedCertificate | null {
    const known = this.#known.get(address);
    if (!known) return null;
    return known.certificate.state === "trusted" || now - known.at < AGAIN_MS ? known.certificate : null;
  }

  keep(address: string, certificate: JudgedCertificate, now: number): void {
    this.#known.delete(address);
    for (const first of this.#known.keys()) {
      if (this.#known.size < MOST_KEPT) break;
      this.#known.delete(first);
    }
    this.#known.set(address, { at: now, certificate });
  }
}

/**
 * The certificate at an address of PayPal's ({@link certificateMode}), from memory where it is known. Redirects are not followed.
 *
 * @param roots PEM: who may vouch for it
 */
export async function readCertificate(
  address: string,
  ports: Pick<ConnectorPorts, "http" | "clock">,
  roots: readonly string[],
  memory: CertificateMemory,
): Promise<JudgedCertificate> {
  const now = ports.clock.now();
  const known = memory.get(address, now);
  if (known) return known;
  const { http } = httpOut("paypal", { ...ports, spend: () => undefined });
  let judged: JudgedCertificate;
  try {
    const answer = await http.attempt({ url: address, timeoutMs: FETCH_MS, largestAnswer: LARGEST_BYTES });
    judged =
      answer.status === 200 && !answer.cut
        ? await judge(new TextDecoder().decode(answer.body), roots)
        : { state: "unknown", why: `its host answered ${answer.status}` };
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    judged = { state: "unknown", why: "its host does not answer" };
  }
  memory.keep(address, judged, now);
  return judged;
}

async function judge(pem: string, roots: readonly string[]): Promise<JudgedCertificate> {
  const texts = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  try {
    const [leaf, ...others] = texts.slice(0, LONGEST_CHAIN + 1).map((text) => new X509Certificate(text));
    if (!leaf) return { state: "unknown", why: "it is no certificate" };
    if (!OWNER.test(leaf.subject)) return { state: "unknown", why: "it is none for deliveries" };
    const chain = chainOf(
      leaf,
      others,
      roots.map((root) => new X509Certificate(root)),
    );
    if (!chain) return { state: "unknown", why: "no authority that we know vouches for it" };
    const spki = new Uint8Array(leaf.publicKey.export({ type: "spki", format: "der" }));
    return {
      state: "trusted",
      key: await payPalKey(spki),
      // Good as long as everything that vouches for it is.
      from: Math.max(...chain.map(({ validFrom }) => Date.parse(validFrom))),
      until: Math.min(...chain.map(({ validTo }) => Date.parse(validTo))),
    };
  } catch {
    return { state: "unknown", why: "it cannot be read" };
  }
}

/** A certificate and those that vouch for it, up to a root; null: it does not lead to one. */
function chainOf(
  leaf: X509Certificate,
  others: readonly X509Certificate[],
  roots: readonly X509Certificate[],
): X509Certificate[] | null {
  const chain = [leaf];
  for (let one = leaf; chain.length <= LONGEST_CHAIN + 1; ) {
    const root = roots.find((candidate) => vouchesFor(candidate, one));
    if (root) return [...chain, root];
    const next = others.find((candidate) => !chain.includes(candidate) && vouchesFor(candidate, one));
    if (!next) return null;
    chain.push(next);
    one = next;
  }
  return null;
}

/** Whether a certificate is of an authority, and signed the other one. */
function vouchesFor(authority: X509Certificate, one: X509Certificate): boolean {
  return authority.ca && one.checkIssued(authority) && one.verify(authority.publicKey);
}
