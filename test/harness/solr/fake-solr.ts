import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { BadQueryError, queryOf, type Stored } from "./solr-query.ts";

/** What the server does to one request instead of answering it. */
export type SolrFault = { readonly status: number; readonly body?: string } | "cut";

/** One request as the server got it; its login is not kept. */
export interface SolrAsked {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** Fields of the collections' schema; another one is refused, with the document that has it. */
const FIELDS = new Set(
  `id client_id entity entity_id build_id person_id title text locale groups is_public updated_at
  external_id username family_name given_name email auth_status role enrolled_on termination_on last_login_at supervisor
  component_id component_external_id component component_kind cycle_no status source booked_at due_on started_at completed_at cancelled_at
  cancel_reason progress_pct score_scaled prerequisite_status next_due_on learning_path_id learning_path current_level skill_id skill
  max_level valid_until_on display_state certification_id certification format period_no start_on end_on amount required_amount is_current`.split(
    /\s+/,
  ),
);

/** An instant as Solr's date fields take it. */
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const DATES = new Set(["updated_at", "last_login_at", "booked_at", "started_at", "completed_at", "cancelled_at"]);

/** What was sent to a collection, and what of it is seen. */
class Collection {
  pending = new Map<string, Stored>();
  seen = new Map<string, Stored>();
}

/**
 * An Apache Solr server that refuses what the real one refuses: another content type, an unknown field (the documents before it are in, those
 * after it are not), a query that it cannot parse, a wrong login (with an HTML page). Nothing is seen before a commit, and a `commitWithin`
 * does not reach what is deleted by a query. Real HTTP on 127.0.0.1.
 */
export class FakeSolr {
  readonly asked: SolrAsked[] = [];
  /** What becomes of the next requests, in order. */
  readonly faults: SolrFault[] = [];
  readonly collections = new Map<string, Collection>();
  /** Titles of documents that it refuses. */
  readonly refusedTitles = new Set<string>();
  /** Refused documents are listed in an answer 200, as a TolerantUpdateProcessor does. */
  tolerant = false;
  /** Every request gets status 503. */
  down = false;
  /** Newer servers have no ping handler. */
  pings = true;
  /** `user:password`; null: anybody may. */
  login: string | null = null;
  url = "";

  static async start(...collections: readonly string[]): Promise<FakeSolr> {
    const fake = new FakeSolr();
    for (const name of collections) fake.collections.set(name, new Collection());
    const server = createServer(async (request, response) => {
      const body = await text(request);
      const url = new URL(request.url ?? "", "http://fake");
      fake.asked.push({ method: request.method ?? "", path: `${url.pathname}${url.search}`, body });
      fake.#answer(request, url, body, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    const address = server.address();
    fake.url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
    return fake;
  }

  /** Documents of a collection that are seen, by id. */
  seen(collection: string): Stored[] {
    const documents = [...(this.collections.get(collection)?.seen.values() ?? [])];
    return documents.sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  /** Everything of a collection is lost, as with a disk that was exchanged. */
  lose(collection: string): void {
    this.collections.set(collection, new Collection());
  }

  #answer(request: IncomingMessage, url: URL, body: string, response: ServerResponse): ServerResponse | null {
    const fault = this.faults.shift();
    if (fault === "cut") {
      request.socket.destroy();
      return null;
    }
    const html = (status: number, title: string) =>
      response
        .writeHead(status, { "content-type": "text/html" })
        .end(`<html><h2>HTTP ERROR ${status} ${title}</h2></html>`);
    if (fault || this.down) return html(fault?.status ?? 503, "Service Unavailable");
    const expected = this.login && `Basic ${Buffer.from(this.login).toString("base64")}`;
    if (expected && request.headers.authorization !== expected) {
      response.setHeader("www-authenticate", 'Basic realm="solr"');
      return html(401, "require authentication");
    }
    const json = (status: number, answer: object) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
    const refuse = (status: number, msg: string) =>
      json(status, {
        responseHeader: { status, QTime: 1 },
        error: { metadata: { "error-class": "org.apache.solr.common.SolrException" }, msg, code: status },
      });
    if (url.pathname === "/solr/admin/info/system") return json(200, { responseHeader: { status: 0 }, mode: "std" });
    const [, name = "", path] = /^\/solr\/([^/]+)\/(.+)$/.exec(url.pathname) ?? [];
    const collection = this.collections.get(decodeURIComponent(name));
    if (!collection) return html(404, "Not Found");
    if (url.searchParams.get("wt") !== "json") return refuse(400, "This fake answers JSON only");
    try {
      if (path === "admin/ping" && request.method === "GET" && this.pings)
        return json(200, { responseHeader: { zkConnected: null, status: 0, QTime: 1 }, status: "OK" });
      if (path === "select" && request.method === "GET") {
        const filters = url.searchParams.getAll("fq").map(queryOf);
        const found = [...collection.seen.values()].filter((one) => filters.every((filter) => filter(one)));
        return json(200, {
          responseHeader: { status: 0 },
          response: { numFound: found.length, start: 0, numFoundExact: true, docs: [] },
        });
      }
      if (path !== "update" || request.method !== "POST") return html(404, "Not Found");
      if (request.headers["content-type"] !== "application/json") return refuse(415, "Unsupported ContentType");
      if (body.length > 2_000_000) return refuse(413, "Request too large");
      const errors = this.#update(collection, JSON.parse(body) as object);
      if (errors.length > 0 && !this.tolerant) return refuse(400, errors[0]?.message ?? "");
      return json(200, { responseHeader: { status: 0, QTime: 5, ...(errors.length > 0 ? { errors } : {}) } });
    } catch (error) {
      if (error instanceof BadQueryError || error instanceof SyntaxError) return refuse(400, error.message);
      throw error;
    }
  }

  /** Does what an update asks for. Returns the documents that it refuses; without tolerance nothing comes behind the first. */
  #update(collection: Collection, update: object): { type: string; id: string; message: string }[] {
    const errors: { type: string; id: string; message: string }[] = [];
    if (Array.isArray(update)) {
      for (const document of update as Stored[]) {
        const problem = this.#problemOf(document);
        if (problem === null) collection.pending.set(document.id, document);
        else errors.push({ type: "ADD", id: document.id, message: `ERROR: [doc=${document.id}] ${problem}` });
        if (problem !== null && !this.tolerant) return errors;
      }
      return errors;
    }
    for (const [command, given] of Object.entries(update as Record<string, unknown>)) {
      if (command === "commit") collection.seen = new Map(collection.pending);
      else if (command === "delete" && Array.isArray(given))
        for (const id of given) collection.pending.delete(String(id));
      else if (command === "delete") {
        const matches = queryOf(String((given as { query?: string }).query ?? ""));
        for (const document of collection.pending.values())
          if (matches(document)) collection.pending.delete(document.id);
      } else throw new BadQueryError(`Unknown command '${command}'`);
    }
    return errors;
  }

  #problemOf(document: Stored): string | null {
    if (this.refusedTitles.has(String(document.title))) return "the title is refused";
    const unknown = Object.keys(document).find((field) => !FIELDS.has(field));
    if (unknown) return `unknown field '${unknown}'`;
    const empty = Object.entries(document).find(([, value]) => value === null);
    if (empty) return `field '${empty[0]}' is null`;
    const wrong = Object.entries(document).find(([field, value]) => DATES.has(field) && !DATE.test(String(value)));
    return wrong ? `Invalid Date String:'${String(wrong[1])}' in field '${wrong[0]}'` : null;
  }
}
