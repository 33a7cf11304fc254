import * as learning from "../../learning/schema.ts";
import type { Statement } from "../../store/database.ts";
import { insertEach } from "../../store/insert.ts";
import { statement } from "../../store/statement.ts";
import type { NightComponent } from "./world/components.ts";
import type { ClientWorld } from "./world/world.ts";

/** An index of each kind that the night fills. */
const INDEXES = [
  { name: "Catalogue", kind: "search", entity: "catalogue" },
  { name: "Courses", kind: "search", entity: "component" },
  { name: "People", kind: "search", entity: "person" },
  { name: "Registrations", kind: "report", entity: "registration" },
  { name: "Learning paths", kind: "report_learning_path", entity: "learning_path" },
] as const;

/** Ids of a client's rows in `catalogue_items` and `search_indexes` begin at its own times this. */
const IDS = 1000;

/** Courses that everyone may see. */
export function isPublic({ kind, planningStatus }: Pick<NightComponent, "kind" | "planningStatus">): boolean {
  return kind === "course" && (planningStatus === "released" || planningStatus === "fixed");
}

/** A client's catalogue, a folder with everything that everyone may see, and its search indexes. */
export function searchRows({ client, components, midnight }: ClientWorld): Statement[] {
  const made = midnight - 100 * 86_400_000;
  const own = { clientId: client.id, createdAt: made, updatedAt: made };
  const folder = client.id * IDS;
  const offers = components.filter(isPublic);
  return [
    statement(
      insertEach(learning.catalogueItems, [
        { ...own, id: folder, componentId: null, parentId: null, title: "Courses", isPublic: true, addedAt: made },
        ...offers.map(({ id, title }, index) => ({
          ...own,
          id: folder + index + 1,
          componentId: id,
          parentId: folder,
          title,
          isPublic: true,
          addedAt: made,
        })),
      ]),
    ),
    statement(
      insertEach(
        learning.searchIndexes,
        INDEXES.map((index, at) => ({
          ...own,
          ...index,
          id: client.id * IDS + at,
          backend: "fts" as const,
          collection: index.kind === "search" ? "search" : "reports",
        })),
      ),
    ),
  ];
}
