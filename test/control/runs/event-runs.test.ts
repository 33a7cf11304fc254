import { beforeEach, describe, expect, it } from "vitest";
import { askEventRun } from "../../../src/control/runs/event-runs.ts";
import { plansFor } from "../../harness/plans.ts";
import { type Stage, setStage } from "../../web/stage/stage.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await setStage();
});

const ask = (processor = "PlainJob", clientId = stage.berlin) =>
  askEventRun(stage.database, processor, clientId, stage.now);

async function runs(): Promise<Record<string, unknown>[]> {
  const { rows } = await stage.database.execute("SELECT * FROM runs ORDER BY id");
  return rows.map((row) => ({ ...row }));
}

describe("a run for what happened", () => {
  it("is due at once, of the client's job, and is followed by one more if something happens while it is at work", async () => {
    const jobId = await stage.addJob({
      processor: "PlainJob",
      name: "Shop",
      clientId: stage.berlin,
      cron: "0 0 1 * * ?",
    });
    expect(await ask()).toBe(true);
    const [run] = await runs();
    expect(run).toMatchObject({
      job_id: jobId,
      client_id: stage.berlin,
      kind: "event",
      state: "queued",
      due_at: stage.now,
      job_name: "Shop",
      processor: "PlainJob",
      time_zone: "Europe/Berlin",
    });
    expect(JSON.parse(String(run?.policies))).toMatchObject({ overlap: "queue_one" });
  });

  it("is not added while one waits to begin, and is while one is at work", async () => {
    await stage.addJob({ processor: "PlainJob", name: "Shop", clientId: stage.berlin });
    await ask();
    stage.now += 5;
    expect(await ask()).toBe(false);
    await stage.database.execute("UPDATE runs SET state = 'running'");
    expect(await ask()).toBe(true);
    expect(await runs()).toHaveLength(2);
  });

  it("is added for a job of all clients, for the one client", async () => {
    await stage.addJob({ processor: "PlainJob", name: "Shop", clientId: 0 });
    expect(await ask("PlainJob", stage.newYork)).toBe(true);
    expect(await runs()).toMatchObject([{ client_id: stage.newYork, time_zone: "America/New_York" }]);
  });

  it("is added for no other client's job, no other processor's, none that is paused, switched off or deleted", async () => {
    const jobId = await stage.addJob({ processor: "PlainJob", name: "Shop", clientId: stage.newYork });
    expect(await ask()).toBe(false);
    expect(await ask("EveryKind", stage.newYork)).toBe(false);
    for (const change of [
      `UPDATE triggers SET paused_until = ${stage.now + 1}`,
      `UPDATE triggers SET paused_until = NULL; UPDATE jobs SET active = 0`,
      `UPDATE jobs SET active = 1, deleted_at = 1`,
    ]) {
      for (const one of change.split(";")) await stage.database.execute(one);
      expect(await ask("PlainJob", stage.newYork)).toBe(false);
    }
    await stage.database.execute(`UPDATE jobs SET deleted_at = NULL WHERE id = ${jobId}`);
    expect(await ask("PlainJob", stage.newYork)).toBe(true);
  });

  it("is looked for by indexes alone", async () => {
    for (const table of ["r", "j", "t"]) {
      const plans = await plansFor(stage.database, table, () => ask());
      expect(plans.join("\n")).not.toContain("SCAN");
      expect(plans.length).toBeGreaterThan(0);
    }
  });
});
