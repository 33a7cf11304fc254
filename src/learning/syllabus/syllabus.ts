import type { SQL } from "drizzle-orm";
import { among, columns, type RowOf } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { syllabusItems } from "../schema/content.ts";

const itemColumns = columns(
  syllabusItems,
  ["id", "componentId", "parentId", "kind", "mediaId", "refComponentId", "mandatory", "levelNo", "position"],
  "item",
);

/** An item of a component's syllabus, as {@link itemsOf} reads it. */
export type SyllabusItem = RowOf<typeof itemColumns>;

/** What can be finished in a syllabus: an item that is a medium or a component, at any depth. */
export interface Element {
  /** The item's. */
  readonly id: number;
  readonly mandatory: boolean;
  /** Null for a component. */
  readonly mediaId: number | null;
  /** Null for a medium. */
  readonly componentId: number | null;
}

/** The items of some components that are not removed, in their order. */
export function itemsOf(componentIds: Iterable<number>): SQL<SyllabusItem> {
  return sql`SELECT ${itemColumns} FROM syllabus_items AS item
    WHERE item.client_id = ${thisClient} AND item.component_id IN ${among(componentIds)} AND item.removed_at IS NULL
    ORDER BY item.component_id, item.position, item.id`;
}

/** A component's syllabus as a tree. What lies in a removed folder is not in it (handbook, data: content). */
export class Syllabus {
  readonly #children = new Map<number | null, SyllabusItem[]>();
  readonly #folders = new Map<number, SyllabusItem>();

  /** @param items of one component, in their order */
  constructor(items: readonly SyllabusItem[]) {
    for (const item of items) {
      const siblings = this.#children.get(item.parentId) ?? [];
      siblings.push(item);
      this.#children.set(item.parentId, siblings);
    }
    const enter = (parent: number | null) => {
      for (const item of this.#children.get(parent) ?? []) {
        // A folder that contains itself is reached by no way from the top.
        if (item.kind !== "folder") continue;
        this.#folders.set(item.id, item);
        enter(item.id);
      }
    };
    enter(null);
  }

  /** True if there is this folder, and no removed one around it. */
  hasFolder(id: number): boolean {
    return this.#folders.has(id);
  }

  /** The media and components at any depth below a folder; null: below the top. None where the folder is not there. */
  elementsBelow(folder: number | null): Element[] {
    if (folder !== null && !this.hasFolder(folder)) return [];
    return (this.#children.get(folder) ?? []).flatMap((item) => {
      if (item.kind === "folder") return this.elementsBelow(item.id);
      const { id, mediaId, refComponentId } = item;
      const componentId = item.kind === "component" ? refComponentId : null;
      return [{ id, mandatory: item.mandatory === 1, mediaId: item.kind === "media" ? mediaId : null, componentId }];
    });
  }

  /** The levels of a level path: its folders at the top, by their number, else by their order. */
  levels(): readonly { readonly folder: number; readonly elements: readonly Element[] }[] {
    const top = (this.#children.get(null) ?? []).filter(({ kind }) => kind === "folder");
    return top
      .toSorted((one, other) => (one.levelNo ?? one.position) - (other.levelNo ?? other.position))
      .map(({ id }) => ({ folder: id, elements: this.elementsBelow(id) }));
  }
}
