import { openConnectors } from "../../../src/connectors/connectors.ts";
import { SecretBox } from "../../../src/control/secret.ts";
import type { Processor } from "../../../src/processors/contract.ts";
import type { RunnerPorts } from "../../../src/runner/ports.ts";
import type { Database } from "../../../src/store/database.ts";
import type { VirtualClock } from "../../harness/clock.ts";
import { sealAsBefore } from "../../harness/old-seal.ts";
import { FakeSolr } from "../../harness/solr/fake-solr.ts";
import { Stage as TestStage } from "../../harness/stage.ts";
import { Stage, type StageRun } from "../stage.ts";

const secrets = new SecretBox(Buffer.alloc(32, 7).toString("base64"));

/** Adds a connector to a Solr server to a client. */
export async function addSolr(
  database: Pick<Database, "execute">,
  url: string,
  { clientId = 1, secret = {} }: { clientId?: number; secret?: unknown } = {},
): Promise<void> {
  await database.execute({
    sql: `INSERT INTO connectors (client_id, kind, name, config, secret_enc, created_at, updated_at) VALUES (?, 'solr', 'Search', ?, ?, 0, 0)`,
    args: [clientId, JSON.stringify({ baseUrl: url }), sealAsBefore(JSON.stringify(secret))],
  });
}

/** A client's connectors with a way out to servers of this machine. */
export function searchConnectors(
  database: Database,
  clock: VirtualClock,
  send: (request: Request) => Promise<Response> = fetch,
): RunnerPorts["connectorsFor"] {
  return (client, spend, attempt) =>
    openConnectors(client.id, {
      control: database,
      secrets,
      connect: () => Promise.reject(new Error("This test opens no sockets")),
      email: null,
      clock: {
        now: clock.now,
        sleepUntil: (instant, wake) =>
          instant - clock.now() >= 20_000 ? new Promise((done) => void wake?.onCall(done)) : Promise.resolve(),
      },
      randomBytes: (length) => new Uint8Array(length),
      spend,
      attempt,
      http: { fetch: send, allowPrivateTargets: "127.0.0.1" },
    });
}

/** A document of an index in the database. */
export interface Shown {
  readonly entity_id: number;
  readonly title: string;
  readonly text: string;
  readonly is_public: number;
}

/** A client whose search indexes are built, in the database or at a {@link FakeSolr}. */
export class SearchStage extends Stage {
  static override async set(processor: Processor, ...others: readonly Processor[]): Promise<SearchStage> {
    const stage = new SearchStage(await TestStage.fresh(), [processor, ...others]);
    stage.ports = { ...stage.ports, connectorsFor: searchConnectors(stage.database, stage.clock), release: "1.0" };
    return stage;
  }

  /** A run from its start to its end, whatever retries that takes, over the client's own connectors. */
  override async play(run: StageRun = {}) {
    const id = await this.begin(run);
    await this.toEnd();
    return this.outcome(id);
  }

  /** Starts a server with the collection `suite` and makes it client 1's. */
  async solr(secret: unknown = {}): Promise<FakeSolr> {
    const server = await FakeSolr.start("suite");
    await addSolr(this.database, server.url, { secret });
    return server;
  }

  /** What an index in the database shows, by row. */
  shown(indexId: number): Promise<Shown[]> {
    return this.rows<Shown>(
      "SELECT entity_id, title, text, is_public FROM search_documents WHERE index_id = ? ORDER BY entity_id",
      indexId,
    );
  }

  /** Rows that the full-text table of all words finds, of an index. */
  async found(indexId: number, match: string): Promise<number[]> {
    const rows = await this.rows<{ id: number }>(
      `SELECT d.entity_id AS id FROM search_words_all w JOIN search_documents d ON d.id = w.rowid
        WHERE search_words_all MATCH ? AND d.index_id = ? ORDER BY 1`,
      match,
      indexId,
    );
    return rows.map(({ id }) => id);
  }

  async index(id: number) {
    const [row] = await this.rows<Record<string, unknown>>("SELECT * FROM search_indexes WHERE id = ?", id);
    return row;
  }
}
