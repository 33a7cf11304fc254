import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { timestamps } from "../../control/schema/columns.ts";

/** What lies in the file store, by key (handbook, data: content). */
export const files = sqliteTable(
  "files",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    key: text("key").notNull().unique(),
    kind: text("kind", {
      enum: ["temp", "report", "report_export", "certificate", "import", "qti_task", "content", "sitemap", "log"],
    }).notNull(),
    refType: text("ref_type"),
    refId: integer("ref_id"),
    size: integer("size").notNull(),
    etag: text("etag"),
    sha256: text("sha256"),
    /** Of an import: hash of key, size, etag, job parameters and configuration (handbook, rules: import files). */
    fingerprint: text("fingerprint"),
    state: text("state", { enum: ["ready", "claimed", "done", "failed", "deleted"] }).notNull(),
    inUse: integer("in_use", { mode: "boolean" }).notNull().default(false),
    accessTokenHash: text("access_token_hash"),
    expiresAt: integer("expires_at"),
    storedAt: integer("stored_at").notNull(),
    ...timestamps,
  },
  (table) => [
    index("files_ref").on(table.clientId, table.kind, table.refType, table.refId),
    index("files_stored").on(table.clientId, table.kind, table.storedAt),
    index("files_fingerprint").on(table.clientId, table.fingerprint),
    index("files_access_token").on(table.accessTokenHash),
  ],
);
