/** What one file may hold (sitemaps.org). */
export interface SitemapLimits {
  readonly urls: number;
  /** Uncompressed. */
  readonly bytes: number;
}

/** The limits of the protocol (sitemaps.org, "Sitemap file location" and "Creating a sitemap index"). */
export const sitemapLimits: SitemapLimits = { urls: 50_000, bytes: 52_428_800 };

/** The protocol wants addresses below this number of characters. */
const LONGEST_LOC = 2048;

/** An address of a sitemap, or a sitemap of an index. */
export interface SitemapEntry {
  /** Absolute and percent-encoded, as `URL` writes it. */
  readonly loc: string;
  /** Instant (ms) of its last change. */
  readonly changedAt: number;
}

const NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9";
const KINDS = { urlset: "url", sitemapindex: "sitemap" } as const;
const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/**
 * A file of the sitemap protocol, written an entry at a time until it is full. It is ASCII, so its length is its size.
 *
 * ```ts
 * const file = new SitemapFile("urlset", now);
 * while (file.add(entry)) …
 * files.write(key, file.text());
 * ```
 */
export class SitemapFile {
  readonly #kind: keyof typeof KINDS;
  readonly #now: number;
  readonly #limits: SitemapLimits;
  readonly #entries: string[] = [];
  readonly #end: string;
  #size: number;

  /** @param now ms; no change is said to be later */
  constructor(kind: keyof typeof KINDS, now: number, limits: SitemapLimits = sitemapLimits) {
    this.#kind = kind;
    this.#now = now;
    this.#limits = limits;
    this.#end = `</${kind}>\n`;
    this.#size = this.#start().length + this.#end.length;
  }

  /** How many entries it has. */
  get count(): number {
    return this.#entries.length;
  }

  /** Adds an entry; false: the file is full, and the entry is not in it. @throws {RangeError} when no file may have it */
  add({ loc, changedAt }: SitemapEntry): boolean {
    if (loc.length >= LONGEST_LOC)
      throw new RangeError(`The address is ${loc.length} characters long; a site map takes fewer than ${LONGEST_LOC}`);
    const name = KINDS[this.#kind];
    const lastmod = new Date(Math.min(changedAt, this.#now)).toISOString().replace(/\.\d+Z$/, "Z");
    const entry = `<${name}><loc>${escapeXml(loc)}</loc><lastmod>${lastmod}</lastmod></${name}>\n`;
    if (this.count >= this.#limits.urls || this.#size + entry.length > this.#limits.bytes) return false;
    this.#entries.push(entry);
    this.#size += entry.length;
    return true;
  }

  /** The whole file. */
  text(): string {
    return `${this.#start()}${this.#entries.join("")}${this.#end}`;
  }

  #start(): string {
    return `<?xml version="1.0" encoding="UTF-8"?>\n<${this.#kind} xmlns="${NAMESPACE}">\n`;
  }
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (one) => ENTITIES[one] ?? one);
}
