import * as learning from "../learning/schema.ts";
import { catalogue } from "../processors/all.ts";
import { auditLog, checkpoints, effects, failures, processorState } from "../store/schema.ts";
import { type StoredTable, storedTables } from "./table.ts";

/** Every table whose rows go with a client when its data moves to another database: the learning set, and its runs' store. */
export function clientTables(): readonly StoredTable[] {
  return storedTables({ ...learning, auditLog, checkpoints, effects, failures, processorState });
}

/** Names of the processors that commit their steps in the control database. */
export function platformStored(): readonly string[] {
  return catalogue
    .all()
    .filter(({ store }) => store === "control")
    .flatMap(({ id, aliases }) => [id, ...(aliases ?? [])]);
}
