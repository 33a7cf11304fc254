import { OIDCAuthNonceCleanerJob as processor } from "../../../../src/processors/people/OIDCAuthNonceCleanerJob.ts";
import { NOW, type Scenario } from "../../suite/scenario.ts";

const HOUR = 3_600_000;

export const OIDCAuthNonceCleanerJob: Scenario = {
  processor,
  parameters: { chunkSize: 2 },
  badParameters: [
    [{ retainMinutes: 9 }, "retainMinutes"],
    [{ deleteUnused: "yes" }, "deleteUnused"],
    [{ minutes: 60 }, "minutes"],
  ],
  counts: { used: 3, stale: 2 },
  async seed({ database }, bystanders) {
    const nonce = (client: number, number: number, used: number | null, expires: number) => ({
      sql: "INSERT INTO oidc_nonces (client_id, nonce_hash, issuer, issued_at, used_at, expires_at) VALUES (?, ?, 'https://id.example', 0, ?, ?)",
      args: [client, `${client} ${number}`, used, expires],
    });
    const own = (client: number) => [
      ...[1, 2, 3].map((number) => nonce(client, number, NOW - (1 + number) * HOUR, NOW)),
      ...[4, 5].map((number) => nonce(client, number, null, NOW - 25 * HOUR)),
      nonce(client, 6, NOW - HOUR / 2, NOW - HOUR),
      nonce(client, 7, null, NOW - 23 * HOUR),
    ];
    await database.batch(
      [
        ...[1, 2].flatMap(own),
        ...Array.from({ length: bystanders }, (_, index) => nonce(1, 100 + index, index % 2 ? NOW : null, NOW)),
      ],
      "write",
    );
  },
};
