import { consequences } from "../../../src/control/runs/endings.ts";
import { runColumns } from "../../../src/control/runs/runs.ts";
import { claim, finishing } from "../../../src/control/runs/transitions.ts";
import { settings } from "../../../src/control/schema.ts";
import { components } from "../../../src/learning/schema.ts";
import type { Unit } from "../../../src/processors/contract.ts";
import { openRunStatements } from "../../../src/runner/control/open-runs.ts";
import { layOutUnit } from "../../../src/runner/lay-out.ts";
import type { Statement } from "../../../src/store/database.ts";
import { insert } from "../../../src/store/insert.ts";
import { bindFor } from "../../../src/store/rows.ts";
import { select } from "../../../src/store/select.ts";
import { sql } from "../../../src/store/sql.ts";
import { boundStatement, statement, thisClient } from "../../../src/store/statement.ts";
import { stepBatch } from "../../../src/store/step/step.ts";

const CLIENT = 7;
const NOW = Date.UTC(2026, 0, 1);
const run = { id: 5, lease: 3, state: "planned", policies: { maxRunMinutes: 60 } } as const;
const bind = bindFor(CLIENT, run.id);

const unit = (): Unit<string> => ({
  ref: "course 4",
  writes: [
    {
      write: sql`UPDATE components SET planning_status = 'completed' WHERE id = ${4} AND client_id = ${thisClient}
        AND planning_status = 'released'`,
      count: "completed",
      audit: { entity: "component", id: 4, action: "complete", before: { planning_status: "released" } },
      indexed: "component",
    },
  ],
});

const step = (units: readonly Unit<string>[]) =>
  stepBatch(
    { runId: run.id, lease: run.lease, step: 2, units: units.map((one) => layOutUnit(one, bind)), cursor: "{}" },
    new Map(),
  ).statements;

/** What a run that does nothing sends, a step of one row, and the parts that most statements are made of. */
const SUBJECTS: Readonly<Record<string, () => readonly Statement[]>> = {
  "what follows a run's end": () => consequences(finishing(run, "ok"), NOW),
  "a client's open runs": () => openRunStatements(CLIENT, NOW),
  claim: () => [statement(sql`${claim(run, "runner", false, NOW)} RETURNING ${runColumns}`)],
  "step of one row": () => step([unit()]),
  "step of no row": () => step([]),
  select: () => [
    boundStatement(
      select(components, ["id", "endAt"], sql`WHERE client_id = ${thisClient} AND id > ${4} LIMIT 50`),
      7,
      5,
    ),
  ],
  insert: () => [statement(insert(settings, { key: "seats", value: "3", createdAt: NOW, updatedAt: NOW }))],
};
const SAMPLES = 20;
const CALLS = 500;

/** µs for drawing up and compiling statements, without sending them: the best of many samples. */
export default function bench(): void {
  for (let warming = 0; warming < 2; warming += 1) for (const make of Object.values(SUBJECTS)) sample(make);
  console.log(`µs, best of ${SAMPLES} samples\n${line(["", "statements", "all", "each"])}`);
  for (const [name, make] of Object.entries(SUBJECTS)) {
    const [statements, all] = [make().length, sample(make)];
    console.log(line([name, String(statements), all.toFixed(1), (all / statements).toFixed(1)]));
  }
}

function sample(make: () => readonly Statement[]): number {
  let [best, made] = [Number.POSITIVE_INFINITY, 0];
  for (let at = 0; at < SAMPLES; at += 1) {
    const from = performance.now();
    for (let call = 0; call < CALLS; call += 1) made += make().length;
    best = Math.min(best, performance.now() - from);
  }
  if (made === 0) throw new Error("Nothing was drawn up");
  return (best * 1000) / CALLS;
}

const line = ([name = "", ...figures]: readonly string[]) =>
  name.padEnd(26) + figures.map((figure) => figure.padStart(12)).join("");
