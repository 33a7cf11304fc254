import type { SQL } from "drizzle-orm";
import { z } from "zod";
import { syllabusItems } from "../../learning/schema.ts";
import { columns, type RowOf } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { nowAsOf } from "../as-of.ts";
import { defineProcessor, type Unit } from "../contract.ts";
import { afterId, changeRows } from "../patterns/change-rows.ts";

const itemColumns = columns(syllabusItems, ["id", "componentId", "visible", "displayFromAt", "displayTillAt"], "item");
type DatedItem = RowOf<typeof itemColumns>;

/**
 * Handbook, catalogue: ProgrammeCurriculumScheduling. An item is shown from one instant on and hidden from another on; each is cleared
 * once it has been acted on, so that who shows or hides the item by hand afterwards is not overruled. Where both have come, the later
 * one says how the item ends; at the same instant it is hidden.
 */
export const ProgrammeCurriculumScheduling = defineProcessor({
  id: "ProgrammeCurriculumScheduling",
  group: "paths",
  title: "Show and hide contents of learning paths",
  summary: "Shows and hides the items of learning paths whose day has come.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 5 0 * * ?",
  after: [],
  dryRun: "exact",
  parameters: z.strictObject({}),
  cursor: afterId,
  counts: ["shown", "hidden"],
  run(context) {
    const { now, log } = context;
    const reached = nowAsOf(context);
    return changeRows(context, {
      entity: "item",
      find: (after, limit) => datedItems(reached, after, limit),
      change: (item) => {
        const { id, componentId, displayFromAt, displayTillAt } = item;
        if (displayFromAt !== null && displayTillAt !== null && displayTillAt < displayFromAt)
          log.warn(
            `Item ${id} of learning path ${componentId} is to be hidden before it is to be shown; both dates are followed in their order`,
          );
        return changeDisplay(item, reached, now);
      },
    });
  },
});

/** Items of learning paths behind `after` that are to be shown or hidden at the instant (ms) `reached` at the latest. */
function datedItems(reached: number, after: number, limit: number): SQL<DatedItem> {
  // In the words of the partial index, so that only items with a date are read, path by path.
  return sql`SELECT ${itemColumns}
    FROM components AS path
    CROSS JOIN syllabus_items AS item INDEXED BY syllabus_items_dated
      ON item.client_id = path.client_id AND item.component_id = path.id
    WHERE path.client_id = ${thisClient} AND path.kind = 'learning_path'
      AND (item.display_from_at IS NOT NULL OR item.display_till_at IS NOT NULL)
      AND (item.display_from_at <= ${reached} OR item.display_till_at <= ${reached})
      AND item.removed_at IS NULL AND item.id > ${after}
    ORDER BY item.id LIMIT ${limit}`;
}

function changeDisplay(item: DatedItem, reached: number, now: number): Omit<Unit<"shown" | "hidden">, "ref"> {
  const { id, componentId, displayFromAt: from, displayTillAt: till } = item;
  const shows = from !== null && from <= reached;
  const hides = till !== null && till <= reached;
  const visible = shows && (!hides || from > till) ? 1 : 0;
  const before = { visible: item.visible, display_from_at: from, display_till_at: till };
  const after = { visible, display_from_at: shows ? null : from, display_till_at: hides ? null : till };
  return {
    writes: [
      {
        write: sql`UPDATE syllabus_items SET visible = ${visible}, display_from_at = ${after.display_from_at},
            display_till_at = ${after.display_till_at}, updated_at = ${now}
          WHERE id = ${id} AND client_id = ${thisClient} AND removed_at IS NULL
            AND display_from_at IS ${from} AND display_till_at IS ${till}`,
        audit: {
          entity: "component",
          id: componentId,
          action: visible ? "show_item" : "hide_item",
          before: { item: id, ...before },
          after: { item: id, ...after },
        },
        indexed: "component",
      },
    ],
    counts: { ...(shows ? { shown: 1 } : {}), ...(hides ? { hidden: 1 } : {}) },
  };
}
