import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";

let nodes = 0;
/** A node that has nothing yet. */
const fresh = () => env.NODE_CACHE.get(env.NODE_CACHE.idFromName(`node ${++nodes}`));

const search = (id: number, version: number, config: string | null, client_id = 1) => ({
  client_id,
  id,
  name: `search ${id}`,
  version,
  config,
});
const push = (node: ReturnType<typeof fresh>, ...items: ReturnType<typeof search>[]) =>
  node.push({ kind: "person_searches", version: Math.max(...items.map(({ version }) => version)), items });
const FAMILY = '{"fields":["family_name"]}';
const EMAIL = '{"fields":["email"]}';

describe("a node keeps person searches", () => {
  const fieldsOf = async (node: ReturnType<typeof fresh>, client = 1) =>
    (await node.personSearches(client)).map(({ id, fields }) => [id, ...fields.map(({ name }) => name)]);

  it("compiled, each client's for itself", async () => {
    const node = fresh();
    await push(node, search(2, 2, EMAIL), search(1, 1, FAMILY), search(3, 3, FAMILY, 2));
    expect(await node.personSearches(1)).toEqual([
      {
        id: 1,
        name: "search 1",
        fields: [{ kind: "column", name: "family_name" }],
        columns: [
          { kind: "column", name: "given_name" },
          { kind: "column", name: "family_name" },
        ],
        filter: null,
      },
      expect.objectContaining({ id: 2, name: "search 2" }),
    ]);
    expect(await fieldsOf(node, 2)).toEqual([[3, "family_name"]]);
  });

  it("in their newest version: an older one that comes late changes nothing, and a repetition is harmless", async () => {
    const node = fresh();
    await push(node, search(1, 2, EMAIL));
    await push(node, search(1, 1, FAMILY));
    await push(node, search(1, 2, EMAIL));
    expect(await fieldsOf(node)).toEqual([[1, "email"]]);
  });

  it("until they are deleted; a deleted one does not come back by an older version", async () => {
    const node = fresh();
    await push(node, search(1, 1, FAMILY));
    await push(node, search(1, 3, null));
    expect(await fieldsOf(node)).toEqual([]);
    await push(node, search(1, 2, FAMILY));
    expect(await fieldsOf(node)).toEqual([]);
    await push(node, search(1, 4, EMAIL));
    expect(await fieldsOf(node)).toEqual([[1, "email"]]);
  });

  it("and drops one that it cannot compile", async () => {
    const node = fresh();
    await push(node, search(1, 1, FAMILY), search(2, 1, FAMILY));
    await push(node, search(1, 2, "{}"));
    expect(await fieldsOf(node)).toEqual([[2, "family_name"]]);
  });

  it("beside its texts", async () => {
    const node = fresh();
    await node.push({
      kind: "texts",
      version: 1,
      items: [{ client_id: 0, key: "hello", locale: "en", value: "Hello", version: 1 }],
    });
    await push(node, search(1, 1, FAMILY));
    expect([await node.text(1, "hello", "en"), (await node.personSearches(1)).length]).toEqual(["Hello", 1]);
  });
});
