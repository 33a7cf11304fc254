import { z } from "zod";
import type { Admin } from "../control/access/access.ts";
import { mayAudit, mayBuyInDemo, mayConfigure, mayManageAdmins, mayReadMailbox, maySeeHealth } from "./access.ts";
import type { English } from "./words/text.ts";

/** A section of the manager and its entry in the navigation. */
interface SectionEntry {
  readonly key: string;
  /** Name in the setting `navigation`. */
  readonly identifier: string;
  readonly label: English;
  /** Linked only where `adminRoutes` answers it. */
  readonly path: string;
  /** Stands in the bar itself; the others are behind "More". */
  readonly first?: true;
  /** Whose it is; left out: everybody's. Pages decide for themselves too, in access.ts. */
  readonly visible?: (admin: Admin) => boolean;
}

/** The sections in their order. A new page appears here by itself once its route stands in `adminRoutes`. */
export const sections = [
  { key: "now", identifier: "m_now", label: "Now", path: "/admin/now", first: true },
  { key: "jobs", identifier: "m_jobs", label: "Jobs", path: "/admin/jobs", first: true },
  { key: "runs", identifier: "m_runs", label: "Runs", path: "/admin/runs", first: true },
  { key: "plan", identifier: "m_plan", label: "Plan", path: "/admin/plan", first: true },
  { key: "files", identifier: "m_files", label: "Files", path: "/admin/files", first: true },
  { key: "mail", identifier: "m_mail", label: "Mail monitor", path: "/admin/mail" },
  { key: "inbox", identifier: "m_inbox", label: "Inbox of shops", path: "/admin/inbox" },
  { key: "reports", identifier: "m_reports", label: "Reports", path: "/admin/reports" },
  { key: "clients", identifier: "m_clients", label: "Clients", path: "/admin/clients" },
  { key: "pauses", identifier: "m_pauses", label: "Pauses", path: "/admin/pauses" },
  {
    key: "connectors",
    identifier: "m_connectors",
    label: "Connectors",
    path: "/admin/connectors",
    visible: mayConfigure,
  },
  { key: "settings", identifier: "m_settings", label: "Settings", path: "/admin/settings", visible: mayConfigure },
  { key: "processors", identifier: "m_processors", label: "Processors", path: "/admin/processors" },
  { key: "health", identifier: "m_health", label: "Health", path: "/admin/health", visible: maySeeHealth },
  { key: "audit", identifier: "m_audit", label: "Audit", path: "/admin/audit", visible: mayAudit },
  { key: "admins", identifier: "m_admins", label: "Admins", path: "/admin/admins", visible: mayManageAdmins },
  { key: "mailbox", identifier: "m_mailbox", label: "Mailbox", path: "/admin/mailbox", visible: mayReadMailbox },
  { key: "shop", identifier: "m_shop", label: "Demo shop", path: "/admin/shop", visible: mayBuyInDemo },
  { key: "handbook", identifier: "m_handbook", label: "Handbook", path: "/handbook" },
] as const satisfies readonly SectionEntry[];

export type Section = (typeof sections)[number]["key"];

/** Sections that a demo has, or none. */
export type DemoSection = Extract<Section, "mailbox" | "shop">;
const isOfDemo = (key: Section): key is DemoSection => key === "mailbox" || key === "shop";

const navigationList = z.array(
  z.object({
    identifier: z.string(),
    parent: z.string().nullable().default(null),
    label: z.string().default(""),
    visible: z.boolean().default(true),
  }),
);

/**
 * The global setting `navigation`, a list of menu entries of the learning suite (handbook, manager: navigation); null: not set,
 * or not readable.
 */
export type NavigationSetting = z.output<typeof navigationList> | null;

/** Reads the setting. What is no such list counts as not set, so that a slip there locks no account out. @param json as stored */
export function readNavigation(json: string | null): NavigationSetting {
  if (json === null) return null;
  try {
    return navigationList.safeParse(JSON.parse(json)).data ?? null;
  } catch {
    return null;
  }
}

/** A link of the navigation. */
export interface NavigationLink {
  readonly key: Section;
  /** An administrator's own label, which is shown as it stands; else a text of ours. */
  readonly ownLabel: string | null;
  readonly label: English;
  readonly path: string;
}

/**
 * The links that an administrator sees, the bar's first.
 *
 * A section is shown when a route answers its path, the admin's role includes it, and the setting does not hide it: an entry with
 * `visible: false` hides it, an entry with a label renames it. `m_jobs` must be in the list once there is one ("if the menu entry
 * is missing it can be added in Navigation"). Hiding takes the link away, never the page.
 *
 * @param paths that answer a GET
 * @param demo which of the demo's own sections there are
 */
export function linksFor(
  admin: Admin,
  setting: NavigationSetting,
  paths: ReadonlySet<string>,
  demo: Readonly<Record<DemoSection, boolean>>,
): { readonly first: readonly NavigationLink[]; readonly more: readonly NavigationLink[] } {
  const first: NavigationLink[] = [];
  const more: NavigationLink[] = [];
  for (const section of sections as readonly (SectionEntry & { key: Section })[]) {
    const entry = setting?.find(({ identifier }) => identifier === section.identifier);
    const hidden = entry ? !entry.visible : section.key === "jobs" && setting !== null;
    if (hidden || !paths.has(section.path) || section.visible?.(admin) === false) continue;
    if (isOfDemo(section.key) && !demo[section.key]) continue;
    const link = { key: section.key, ownLabel: entry?.label.trim() || null, label: section.label, path: section.path };
    (section.first ? first : more).push(link);
  }
  // One entry is not worth a fold.
  return more.length === 1 ? { first: [...first, ...more], more: [] } : { first, more };
}
