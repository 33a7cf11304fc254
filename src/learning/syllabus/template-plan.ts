import { parseRule, ruleProblems } from "../rules/schema.ts";
import { type CopiedItem, followed } from "./template-reads.ts";

type Followed = Pick<CopiedItem, (typeof followed)[number]>;

/** An item as the course is to have it. */
export interface PlannedItem extends Followed {
  /** The template's item. */
  readonly source: number;
  readonly kind: CopiedItem["kind"];
  /** The template's folder around it; null: at the top. */
  readonly parent: number | null;
  /** JSON; the targets that are to be inserted stand in it as `"new:<template item>"`. */
  readonly unlockRule: string | null;
  /** The template items among the targets that are to be inserted. */
  readonly newTargets: readonly number[];
}

/** What brings a course's syllabus in line with its template's. */
export interface TemplatePlan {
  /** Items to be inserted, by how deep they lie: parents first. */
  readonly added: readonly (readonly PlannedItem[])[];
  /** Items of the course to be changed. */
  readonly updated: readonly (PlannedItem & { readonly id: number })[];
  /** Items of the course to be removed. */
  readonly removed: readonly number[];
  /** Items whose medium stays as it is, since a person has begun it. */
  readonly held: number;
}

/** Why a course cannot follow its template. */
export interface PlanProblem {
  readonly code: "bad_rule" | "media_retired";
  readonly message: string;
}

/** Media whose change would take away what a person has begun. */
const HELD_KINDS = ["scorm12", "scorm2004", "aicc", "qti_test"];

/** A course's items by the template's; kept up to date while a plan is made. */
class Copies {
  readonly #bySource = new Map<number, CopiedItem>();
  readonly #local: CopiedItem[];

  constructor(course: readonly CopiedItem[]) {
    for (const item of course) {
      if (item.sourceItemId === null) continue;
      const known = this.#bySource.get(item.sourceItemId);
      // Of two copies the one that is still there.
      if (!known || known.removedAt !== null) this.#bySource.set(item.sourceItemId, item);
    }
    this.#local = course.filter(({ sourceItemId, removedAt }) => sourceItemId === null && removedAt === null);
  }

  of(source: number): CopiedItem | undefined {
    return this.#bySource.get(source);
  }

  /** Takes an item that the course has already, of itself, for the copy; undefined: there is none such. */
  adopt(item: CopiedItem): CopiedItem | undefined {
    const parent = item.parentId === null ? null : this.of(item.parentId)?.id;
    const at = this.#local.findIndex(
      (one) =>
        one.parentId === parent &&
        one.kind === item.kind &&
        (item.kind === "folder"
          ? word(one.title) === word(item.title)
          : item.kind === "media"
            ? one.mediaId === item.mediaId
            : one.refComponentId === item.refComponentId),
    );
    const adopted = at < 0 ? undefined : this.#local.splice(at, 1)[0];
    if (adopted) this.#bySource.set(item.id, adopted);
    return adopted;
  }
}

const word = (title: string | null) => (title ?? "").trim().toLowerCase();

/**
 * Compares a course's syllabus with its template's (handbook, catalogue: ContentAutoUpdate).
 *
 * @param template all items of the template, removed ones too
 * @param course all items of the course, removed ones too
 */
export function planUpdate(
  template: readonly CopiedItem[],
  course: readonly CopiedItem[],
): { readonly plan: TemplatePlan } | { readonly problem: PlanProblem } {
  const copies = new Copies(course);
  const levels = byDepth(template);
  const absent = new Set<number>();
  const wanted = levels.map((level) =>
    level.filter((item) => {
      const has = hasPlace(copies, absent, item);
      if (!has) absent.add(item.id);
      return has;
    }),
  );
  const inserted = new Set<number>();
  for (const level of wanted) for (const { id } of level) if (!copies.of(id)) inserted.add(id);

  const known = new Set(template.map(({ id }) => id));
  const added: PlannedItem[][] = [];
  const updated: (PlannedItem & { id: number })[] = [];
  let held = 0;
  for (const level of wanted) {
    const additions: PlannedItem[] = [];
    for (const item of level) {
      const copy = copies.of(item.id);
      const rule = rewriteRule(item, known, copies, inserted);
      if ("problem" in rule) return rule;
      const planned = { ...columnsOf(item), source: item.id, kind: item.kind, parent: item.parentId, ...rule };
      if (!copy) {
        if (isRetired(item)) return { problem: retired(item) };
        additions.push(planned);
        continue;
      }
      const mediaDiffers = copy.mediaId !== item.mediaId || copy.mediaVersion !== item.mediaVersion;
      const holds = mediaDiffers && copy.begun === 1 && HELD_KINDS.includes(copy.mediaKind ?? "");
      if (holds) held += 1;
      else if (copy.mediaId !== item.mediaId && isRetired(item)) return { problem: retired(item) };
      const kept = holds ? { mediaId: copy.mediaId, mediaVersion: copy.mediaVersion } : {};
      const target = { ...planned, ...kept };
      if (differs(copy, target, copies)) updated.push({ ...target, id: copy.id });
    }
    if (additions.length > 0) added.push(additions);
  }
  return { plan: { added, updated, removed: gone(levels.flat(), course), held } };
}

/** False for an item that the course itself has removed, and for what lies in such a folder. Items are asked about parents first. */
function hasPlace(copies: Copies, absent: ReadonlySet<number>, item: CopiedItem): boolean {
  if (item.parentId !== null && absent.has(item.parentId)) return false;
  const copy = copies.of(item.id) ?? copies.adopt(item);
  return copy === undefined || copy.removedAt === null;
}

/** The items that are there, by how deep they lie; what lies in a removed folder is not. */
function byDepth(items: readonly CopiedItem[]): CopiedItem[][] {
  const levels: CopiedItem[][] = [];
  let parents: ReadonlySet<number | null> = new Set([null]);
  for (;;) {
    const level = items.filter(({ parentId, removedAt }) => removedAt === null && parents.has(parentId));
    if (level.length === 0) return levels;
    levels.push(level);
    parents = new Set(level.filter(({ kind }) => kind === "folder").map(({ id }) => id));
  }
}

function columnsOf(item: CopiedItem): Followed {
  return Object.fromEntries(followed.map((name) => [name, item[name]])) as Followed;
}

function differs(copy: CopiedItem, target: PlannedItem, copies: Copies): boolean {
  const parent = target.parent === null ? null : (copies.of(target.parent)?.id ?? "to be inserted");
  return (
    copy.sourceItemId !== target.source ||
    copy.parentId !== parent ||
    followed.some((name) => copy[name] !== target[name]) ||
    (copy.unlockRule === null ? null : compact(copy.unlockRule)) !== target.unlockRule
  );
}

function compact(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json));
  } catch {
    return json;
  }
}

function isRetired({ mediaId, mediaStatus }: CopiedItem): boolean {
  return mediaId !== null && mediaStatus !== "active";
}

function retired({ id, mediaId }: CopiedItem): PlanProblem {
  const message = `Item ${id} of the template names medium ${mediaId}, which is retired; choose another in the template`;
  return { code: "media_retired", message };
}

/** The copies whose template items are gone, and are still there; a folder in which items of the course's own lie stays. */
function gone(there: readonly CopiedItem[], course: readonly CopiedItem[]): number[] {
  const sources = new Set(there.map(({ id }) => id));
  const byId = new Map(course.map((item) => [item.id, item]));
  const stays = new Set<number>();
  for (const local of course) {
    if (local.sourceItemId !== null || local.removedAt !== null) continue;
    for (let at = local.parentId; at !== null && !stays.has(at); at = byId.get(at)?.parentId ?? null) stays.add(at);
  }
  return course
    .filter(
      ({ id, sourceItemId, removedAt }) =>
        removedAt === null && sourceItemId !== null && !sources.has(sourceItemId) && !stays.has(id),
    )
    .map(({ id }) => id);
}

/** A template item's unlock rule with the course's items as targets. Items of other components stay as they are. */
function rewriteRule(
  { id, unlockRule }: CopiedItem,
  known: ReadonlySet<number>,
  copies: Copies,
  inserted: ReadonlySet<number>,
): Pick<PlannedItem, "unlockRule" | "newTargets"> | { readonly problem: PlanProblem } {
  if (unlockRule === null) return { unlockRule: null, newTargets: [] };
  const bad = (message: string) => ({ problem: { code: "bad_rule", message } as const });
  const parsed = parseRule(unlockRule);
  if (!parsed.ok) return bad(`The unlock rule of item ${id} of the template: ${ruleProblems(parsed.problems)}`);
  const targets = new Set<number>();
  let missing: number | null = null;
  const rewritten = JSON.stringify(JSON.parse(unlockRule), (key, value: unknown) => {
    if (key !== "item" || typeof value !== "number" || !known.has(value)) return value;
    if (inserted.has(value)) {
      targets.add(value);
      return `new:${value}`;
    }
    const copy = copies.of(value);
    if (!copy || copy.removedAt !== null) missing = value;
    return copy?.id ?? value;
  });
  if (missing !== null)
    return bad(`The unlock rule of item ${id} of the template names item ${missing}, which the course does not have`);
  return { unlockRule: rewritten, newTargets: [...targets] };
}
