import { describe, expect, it } from "vitest";
import type { ClientFacts } from "../../src/control/clients/clients.ts";
import { startRuns } from "../../src/control/runs/runs.ts";
import { continueMove, startMove } from "../../src/moving/move-client.ts";
import { platformStored } from "../../src/moving/tables.ts";
import { OIDCAuthNonceCleanerJob as processor } from "../../src/processors/people/OIDCAuthNonceCleanerJob.ts";
import { Runner } from "../../src/runner/runner.ts";
import type { Database } from "../../src/store/database.ts";
import { killing, over } from "../conformance/suite/faults.ts";
import { VirtualClock } from "../harness/clock.ts";
import { runnerPorts } from "../harness/runner/runner.ts";
import { moveTo, NORTH, SOUTH, type Suite, setSuite, type Watch } from "./moving.ts";

const NOON = Date.parse("2026-03-02T12:00:00Z");
const OWN = { url: "own", tokenEnc: null };

/** Six nonces of north and one of south in the control tables, all of them old. */
async function setScene() {
  const watch: Watch = { now: NOON };
  const { ports, ...given } = await setSuite(watch);
  const suite: Suite = { ...given, ports: (through) => ports(through, { platformStored: platformStored() }) };
  const { control } = suite;
  await control.batch(
    Array.from({ length: 7 }, (_, index) => ({
      sql: `INSERT INTO oidc_nonces (id, client_id, nonce_hash, issuer, issued_at, used_at, expires_at)
        VALUES (?, ?, ?, 'https://id.example', 0, 1, 2)`,
      args: [index + 1, index < 6 ? NORTH : SOUTH, `hash ${index}`],
    })),
    "write",
  );
  const clock = new VirtualClock(NOON);
  const storeOf =
    (through: Database) =>
    async ({ databaseUrl }: ClientFacts) =>
      databaseUrl === null ? through : suite.at(databaseUrl);
  return {
    suite,
    clock,
    watch,
    work: (through: Database = control) =>
      new Runner(runnerPorts(through, [processor], clock, { storeOf: storeOf(through) }), NORTH).work(),
    async queue(): Promise<number> {
      await clock.advance(1);
      const start = {
        jobId: 1,
        processor: processor.id,
        jobName: "Nonces",
        load: "light",
        clientId: NORTH,
        nodeId: "",
        parameters: { chunkSize: 2 },
        timeZone: "UTC",
        asOf: null,
        dryRun: false,
        requestedBy: "test",
      } as const;
      const [id] = await startRuns(control, [start], clock.now());
      return id ?? 0;
    },
    async run(id: number) {
      const { rows } = await control.execute({
        sql: "SELECT state, reason, counts FROM runs WHERE id = ?",
        args: [id],
      });
      const { state, reason, counts } = { ...rows[0] };
      return { state, reason, used: JSON.parse(String(counts ?? "{}")).used ?? 0 };
    },
    left: () => nonces(suite),
  };
}

async function nonces({ control }: Suite): Promise<number> {
  const { rows } = await control.execute(`SELECT count(*) AS rows FROM oidc_nonces WHERE client_id = ${NORTH}`);
  return Number(rows[0]?.rows);
}

describe("a job of the control tables", () => {
  it("ends for a client whose data has a database of its own, and deletes that client's rows in the control tables", async () => {
    const scene = await setScene();
    await moveTo(scene.suite, "own");
    const id = await scene.queue();
    await scene.work();
    expect(await scene.run(id)).toEqual({ state: "ok", reason: null, used: 6 });
    expect(await scene.left()).toBe(0);
    const { rows } = await scene.suite.control.execute("SELECT client_id FROM oidc_nonces");
    expect(rows.map((row) => row.client_id)).toEqual([SOUTH]);
    const again = await scene.queue();
    await scene.work();
    expect(await scene.run(again)).toMatchObject({ state: "no_action" });
  });

  it("waits, and says so, while its client's data is being moved, and ends behind the move, there and back", async () => {
    const scene = await setScene();
    await startMove(scene.suite.ports(), await scene.suite.client(), OWN);
    const id = await scene.queue();
    await scene.work();
    expect(await scene.run(id)).toMatchObject({ state: "waiting", reason: "moving" });
    expect(await scene.left()).toBe(6);
    await continueMove(scene.suite.ports(), NORTH);
    await scene.work();
    expect(await scene.run(id)).toEqual({ state: "ok", reason: null, used: 6 });
    await moveTo(scene.suite, null);
    const again = await scene.queue();
    await scene.work();
    expect(await scene.run(again)).toMatchObject({ state: "no_action" });
  });

  // At every second of its writes, until one comes that it does not have.
  it("that dies on its way goes on behind the move from where it was, with the same counts", async () => {
    for (let write = 1; ; write += 2) {
      const scene = await setScene();
      const id = await scene.queue();
      const fatal = killing(write, "after");
      let died = false;
      const mortal = over(scene.suite.control, async (call) => {
        died ||= call.write === write;
        return fatal(call);
      });
      await scene.work(mortal).catch((error) => {
        if (!died) throw error;
      });
      if (!died) {
        expect(write).toBeGreaterThan(4);
        expect(await scene.run(id)).toMatchObject({ state: "ok", used: 6 });
        return;
      }
      await moveTo(scene.suite, "own");
      await scene.clock.advanceTo(scene.watch.now + 120_000);
      await scene.work();
      expect([write, await scene.run(id)]).toEqual([write, { state: "ok", reason: null, used: 6 }]);
      expect(await scene.left()).toBe(0);
    }
  });
});
