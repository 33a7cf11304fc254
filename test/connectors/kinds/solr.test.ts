import { beforeEach, describe, expect, it } from "vitest";
import type { Api } from "../../../src/connectors/api.ts";
import { openConnectors } from "../../../src/connectors/connectors.ts";
import { solr } from "../../../src/connectors/kinds/solr.ts";
import { RemoteRefusedError, RemoteUnavailableError } from "../../../src/connectors/outbound/remote-error.ts";
import { batchesOf, MOST_BYTES, SolrCollection } from "../../../src/connectors/search/solr-collection.ts";
import { ConnectorInvalidError } from "../../../src/connectors/stored.ts";
import { tryConnector } from "../../../src/connectors/trial.ts";
import { SecretBox } from "../../../src/control/secret.ts";
import type { Database } from "../../../src/store/database.ts";
import { freshFileDatabase } from "../../harness/database/file-database.ts";
import { FakeSolr } from "../../harness/solr/fake-solr.ts";
import { addSolr } from "../../processors/search/stage.ts";
import { JumpingClock } from "../courses-scene.ts";

let database: Database;
let server: FakeSolr;
const clock = new JumpingClock();
const ports = () => ({
  control: database,
  secrets: new SecretBox(Buffer.alloc(32, 7).toString("base64")),
  connect: () => Promise.reject(new Error("no sockets")),
  email: null,
  clock,
  randomBytes: (length: number) => new Uint8Array(length),
  http: { fetch, allowPrivateTargets: "127.0.0.1" },
});
beforeEach(async () => {
  database = await freshFileDatabase(["control"]);
  server = await FakeSolr.start("suite");
});

/** The client's collection `suite`. */
async function collection(secret: unknown = {}, name = "suite"): Promise<SolrCollection> {
  await addSolr(database, server.url, { secret });
  const connectors = openConnectors(1, { ...ports(), spend: () => undefined });
  return new SolrCollection((await connectors.open(solr)) as Api, name);
}

const document = (id: number, more: Readonly<Record<string, unknown>> = {}) => ({
  id: `1:media:${id}`,
  client_id: 1,
  entity: "media",
  entity_id: id,
  title: `Medium ${id}`,
  ...more,
});
const seen = () => server.seen("suite").map(({ entity_id }) => entity_id);

describe("a collection of a Solr server", () => {
  it("shows what was added and deleted behind a commit, and no sooner", async () => {
    const suite = await collection();
    expect(await suite.add([document(1), document(2), document(3)])).toEqual([]);
    expect(seen()).toEqual([]);
    await suite.commit();
    expect(seen()).toEqual([1, 2, 3]);
    await suite.deleteIds(["1:media:1"]);
    await suite.deleteFound("client_id:1 AND entity:media AND entity_id:(2 9)");
    expect(await suite.count("client_id:1 AND entity:media")).toBe(3);
    await suite.commit();
    expect(seen()).toEqual([3]);
    expect(await suite.count("client_id:1 AND -entity:media")).toBe(0);
  });

  it("names the documents that are refused, and adds all others, wherever the bad ones stand", async () => {
    const suite = await collection();
    const documents = Array.from({ length: 33 }, (_, at) =>
      document(at + 1, [1, 17, 33].includes(at + 1) ? { colour: "red" } : {}),
    );
    const refused = await suite.add(documents);
    expect(refused.map(({ id }) => id)).toEqual(["1:media:1", "1:media:17", "1:media:33"]);
    expect(refused[0]?.message).toBe("ERROR: [doc=1:media:1] unknown field 'colour'");
    await suite.commit();
    expect(seen()).toHaveLength(30);
  });

  it("reads refusals in an answer 200 too", async () => {
    server.tolerant = true;
    const suite = await collection();
    expect(await suite.add([document(1, { colour: "red" }), document(2)])).toMatchObject([{ id: "1:media:1" }]);
    await suite.commit();
    expect(seen()).toEqual([2]);
  });

  it("sends a request again that got no answer", async () => {
    const suite = await collection();
    server.faults.push({ status: 503 }, "cut");
    expect(await suite.add([document(1)])).toEqual([]);
    await suite.commit();
    expect(seen()).toEqual([1]);
  });

  it("does not take a server that is out of reach for one that refuses documents", async () => {
    const suite = await collection();
    server.down = true;
    const before = server.asked.length;
    await expect(suite.add([document(1), document(2)])).rejects.toBeInstanceOf(RemoteUnavailableError);
    expect(server.asked.length - before).toBe(4);
  });

  it.each([
    ["OK", true, true, true],
    ["without a ping handler", false, true, true],
    ["without the collection", true, false, false],
  ])("answers: %s", async (_, pings, exists, expected) => {
    server.pings = pings;
    expect(await (await collection({}, exists ? "suite" : "other")).answers()).toBe(expected);
  });

  it("cannot be asked for nonsense without hearing of it", async () => {
    await expect((await collection()).count("((")).rejects.toBeInstanceOf(RemoteRefusedError);
  });
});

describe("the login at a Solr server", () => {
  it.each([
    ["of no search server", {}, null],
    ["a user's", { user: "suite", password: "pa:ss" }, "suite:pa:ss"],
  ])("is %s", async (_, secret, login) => {
    server.login = login;
    expect(await (await collection(secret)).answers()).toBe(true);
  });

  it("that is refused with a page of HTML ends the work and says no secret", async () => {
    server.login = "suite:right";
    const suite = await collection({ user: "suite", password: "s3cret-pass" });
    const error = await suite.answers().catch((one: unknown) => one);
    expect(error).toBeInstanceOf(ConnectorInvalidError);
    expect(String((error as Error).message)).not.toContain("s3cret");
  });

  it("needs user and password, or a token", async () => {
    const suite = await collection({ user: "suite" });
    await expect(suite.answers()).rejects.toThrow("secret.password: enter it too");
  });

  it("can be tried", async () => {
    await addSolr(database, server.url);
    expect(await tryConnector(ports(), 1, null)).toMatchObject({ ok: true });
    server.login = "suite:right";
    expect(await tryConnector(ports(), 1, null)).toMatchObject({ ok: false });
  });
});

describe("documents in one request", () => {
  it("are as many as fit into a megabyte, in their order, none is left out", () => {
    const documents = Array.from({ length: 40 }, (_, at) => ({
      id: `${at}`,
      text: "ä".repeat(at % 3 === 0 ? 90_000 : 10),
    }));
    const batches = batchesOf(documents);
    expect(batches.flat()).toEqual(documents);
    for (const batch of batches)
      expect(new TextEncoder().encode(JSON.stringify(batch)).length).toBeLessThanOrEqual(MOST_BYTES + 2);
    expect(batches.length).toBe(3);
    expect(batchesOf([])).toEqual([]);
    expect(
      batchesOf([
        { id: "1", text: "x".repeat(2 * MOST_BYTES) },
        { id: "2", text: "" },
      ]),
    ).toHaveLength(2);
  });
});
