import { storageUpdater } from "../../../../src/processors/platform/StorageUpdater.ts";
import { movingFiles } from "../../../processors/platform/update-steps.ts";
import type { Scenario } from "../../suite/scenario.ts";

/** This release has no steps, so the scenario brings its own; a second processor of the same id is registered nowhere. */
export const StorageUpdater: Scenario = {
  processor: storageUpdater([
    movingFiles("logos", 20, "g/logo/", "g/brand/logo/"),
    movingFiles("fonts", 10, "g/font/", "g/brand/font/"),
    movingFiles("icons", 30, "g/icon/", "g/brand/icon/"),
  ]),
  parameters: {},
  badParameters: [
    [{ stepId: "colours" }, "stepId"],
    [{ step: "logos" }, "step"],
  ],
  async seed({ database, files }, bystanders) {
    await database.execute(
      "INSERT INTO update_steps (id, position, state, attempts, run_id, started_at) VALUES ('fonts', 10, 'running', 2, 999, 0)",
    );
    await database.execute(
      "INSERT INTO update_steps (id, position, state, attempts, run_id, started_at) VALUES ('icons', 30, 'done', 1, 999, 0)",
    );
    for (const key of ["g/font/a", "g/font/b", "g/logo/a", "g/icon/a", "g/other/a"]) await files.write(key, "12345");
    for (let index = 0; index < bystanders; index += 1) {
      await database.execute({
        sql: "INSERT INTO update_steps (id, position, state, attempts) VALUES (?, ?, 'done', 1)",
        args: [`old ${index}`, index],
      });
    }
  },
  counts: { steps: 2, scanned: 2, changed: 2 },
};
