import { expect, it } from "vitest";
import { ownCsvLines } from "../../../src/learning/erasure/csv-lines.ts";
import { LineOwner } from "../../../src/learning/erasure/line-owner.ts";
import { withoutCuts } from "../../../src/learning/erasure/own-lines.ts";
import type { ErasedPerson } from "../../../src/learning/erasure/person.ts";
import type { ClientRows } from "../../../src/store/rows.ts";

const person: ErasedPerson = {
  ...{ id: 11, username: "boss", usernameKey: "boss", givenName: "Bea", familyName: "Boss", email: null },
  ...{ externalId: "P-1", keys: ["P-1", "boss"], address: null },
};
const nobodyElse = { all: async () => [], first: async () => null, each: async () => [] } as unknown as ClientRows;

it("the lines of a person are told in workerd as elsewhere, in pieces of any size", async () => {
  const list = 'sourcedId;username;x\r\nP-1;boss;"a\r\nb"\r\nP-10;bossy;"P-1"\r\n;BOSS;\r\nP-2;two;boss\r\n';
  const bytes = new TextEncoder().encode(list);
  for (const size of [1, 7, 1000]) {
    const pieces = async function* () {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    };
    const { cuts, people, others } = await ownCsvLines(
      pieces(),
      { delimiter: ";", mapping: {} },
      new LineOwner(nobodyElse, [person]),
    );
    expect([people, others]).toEqual([[11], true]);
    let left = "";
    for await (const piece of withoutCuts(pieces(), cuts)) left += new TextDecoder().decode(piece);
    expect(left).toBe('sourcedId;username;x\r\nP-10;bossy;"P-1"\r\nP-2;two;boss\r\n');
  }
});
