import { beforeEach, describe, expect, it } from "vitest";
import { type Browser, type Stage, setStage } from "../../stage/stage.ts";

let stage: Stage;
let admin: Browser;
let job: number;
let run: number;
beforeEach(async () => {
  stage = await setStage();
  admin = await stage.signedIn("system_admin");
  job = await stage.addJob({ name: "Texts", processor: "NodeJob", executeOnEachNode: true });
  run = await stage.addRun({ jobId: job, clientId: stage.berlin, state: "ok" });
  await stage.database.execute("UPDATE runs SET processor = 'NodeJob'");
});

const pages = () => ({
  "the list of processors": "/admin/processors",
  "the choice for a new job": "/admin/jobs/new",
  "the form of a new job": "/admin/jobs/new/NodeJob",
  "the form of a job": `/admin/jobs/${job}/edit`,
  "the list of jobs": "/admin/jobs",
  "the page of a job": `/admin/jobs/${job}`,
  "the page of a run": `/admin/runs/${run}`,
});

describe("a processor is shown by its title, with its id beside it", () => {
  it.each(Object.keys(pages()) as (keyof ReturnType<typeof pages>)[])("in %s", async (name) => {
    expect((await admin.get(pages()[name])).text).toContain("Bring system texts to all nodes NodeJob");
    await admin.post("/language", { locale: "de" });
    const { text } = await admin.get(pages()[name]);
    expect(text).toContain("Systemtexte auf alle Knoten bringen NodeJob");
    expect(text).not.toContain("Bring system texts");
  });

  it("on its own page: the title as the heading, the id among the details", async () => {
    await admin.post("/language", { locale: "de" });
    const { body, text } = await admin.get("/admin/processors/NodeJob");
    expect(body).toContain("<h1>Systemtexte auf alle Knoten bringen</h1>");
    expect(text).toContain("ID NodeJob");
  });

  it("in the filter of the jobs", async () => {
    expect((await admin.get("/admin/jobs")).text).toContain("Bring system texts to all nodes (NodeJob)");
  });

  it("and is found by it, in the reader's language", async () => {
    await admin.post("/language", { locale: "de" });
    for (const path of ["/admin/processors?find=systemtexte+auf", "/admin/jobs/new?q=knoten+systemtexte"]) {
      const { text } = await admin.get(path);
      expect(text).toContain("NodeJob");
      expect(text).not.toContain("PlainJob");
    }
  });

  it("where this release does not have it, only its id is said", async () => {
    await stage.database.execute("UPDATE jobs SET processor = 'GoneJob'");
    expect((await admin.get(`/admin/jobs/${job}`)).text).toContain("Processor GoneJob Client");
    expect((await admin.get("/admin/jobs")).text).toContain("Texts GoneJob ·");
  });
});
