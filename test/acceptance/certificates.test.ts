import { expect, it } from "vitest";
import { createJob } from "../../src/administration/jobs/jobs.ts";
import { catalogue } from "../../src/processors/all.ts";
import { edgeSystem } from "../harness/edge/edge.ts";
import { signIn } from "../harness/edge/manager.ts";
import { addClient } from "../harness/runner/runner.ts";
import { insert } from "../learning/rows.ts";

it("on the real edge runtime certificates are made with the Worker's own fonts, stored in the bucket, and can be verified", async () => {
  const system = await edgeSystem();
  const { database } = system;
  await addClient(database, "north", "Europe/Berlin");
  const { host } = new URL(system.url);
  await database.execute({ sql: "UPDATE clients SET host = ?", args: [host] });
  await createJob(
    { control: database, catalogue },
    { name: "Certificates", processor: "GenerateCertificatesJob", clientId: 1 },
    "test",
    Date.now(),
  );
  await insert(database, "certificates", { id: 1 });
  await insert(database, "components", { id: 1, certificate_id: 1 });
  const names = ["Ada", "Αλέξανδρος", "محمد", "王小明", "Nguyễn"];
  await insert(database, "persons", ...names.map((given_name, id) => ({ id: id + 1, given_name })));
  await insert(
    database,
    "registrations",
    ...names.map((_, id) => ({
      id: id + 1,
      component_id: 1,
      person_id: id + 1,
      status: "passed",
      completed_at: Date.now(),
    })),
  );
  await system.start();
  const manager = await signIn(system);
  await manager.post("/admin/jobs/1/start", { clientId: "1" });
  const [started] = (await database.execute("SELECT id FROM runs")).rows;
  await manager.untilEnded(Number(started?.id));
  const [run] = (await database.execute("SELECT state, counts FROM runs")).rows;
  expect([run?.state, JSON.parse(String(run?.counts))]).toMatchObject(["ok", { generated: names.length }]);
  const { rows } = await database.execute("SELECT state, size FROM files WHERE kind = 'certificate'");
  expect(rows).toHaveLength(names.length);
  for (const { state, size } of rows) expect([state, Number(size) > 5000]).toEqual(["ready", true]);

  const [issued] = (await database.execute("SELECT verification_code FROM issued_certificates LIMIT 1")).rows;
  const answer = await fetch(`${system.url}/v/${issued?.verification_code}`);
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining("Fire safety")]);
  // The fonts are for runs only: no address of the Worker is one of theirs.
  const font = await fetch(`${system.url}/noto-sans/latin-400.woff`);
  expect(font.status).toBe(404);
  await font.text();
});
