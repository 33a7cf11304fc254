import { type SQL, sql } from "drizzle-orm";
import { leadHit } from "../../store/change.ts";
import type { RowOf } from "../../store/select.ts";
import { thisClient } from "../../store/statement.ts";
import type { Day } from "../../time/day.ts";
import { recipientColumns } from "../messages/recipient-columns.ts";
import { metaRefused, metaTags } from "../meta.ts";
import { personColumns } from "../rules/attributes.ts";
import { personAttributeValue } from "../rules/sql.ts";
import { isGenerated } from "./issue.ts";

/** A certificate that was issued and has no file yet, with what its file and its message say. */
export interface PendingCertificate extends RowOf<typeof recipientColumns> {
  readonly id: number;
  readonly certificateId: number;
  readonly majorVersion: number;
  readonly statusNumber: number;
  readonly componentId: number | null;
  readonly title: string;
  readonly code: string | null;
  readonly issuedOn: Day;
  /** Instant (ms) at which it was issued. */
  readonly createdAt: number;
  /** 1: an earlier version was issued before it. */
  readonly reissued: 0 | 1;
  readonly personId: number;
  /** Value of the attribute that names the person in the file's name. */
  readonly attribute: string | number | null;
  /** 0 to 1; null: none. */
  readonly score: number | null;
  /** 1: nothing about the registration is told. */
  readonly suppressNotifications: 0 | 1 | null;
  /** 1: no mail about the component is wanted (meta 10132). */
  readonly mailRefused: 0 | 1;
  /** Key that was settled for its file; null: none yet. */
  readonly key: string | null;
}

/** SQL of the value of a person's attribute: a column, or a key of `attributes`. */
function attributeOf(name: string): SQL {
  const column = personColumns.get(name);
  return column ? sql`person.${sql.identifier(column.column)}` : personAttributeValue(sql`person.attributes`, name);
}

/**
 * Certificates without a file, behind an id: not those that are revoked, whose file was deleted, whose person is gone, or whose
 * component has certificates that are uploaded.
 *
 * @param attribute names the person in the file's name
 */
export function selectPending(attribute: string, after: number, limit: number): SQL<PendingCertificate> {
  return sql<PendingCertificate>`SELECT issued.id, issued.certificate_id AS "certificateId", issued.major_version AS "majorVersion",
      issued.status_number AS "statusNumber", issued.component_id AS "componentId", issued.title, issued.verification_code AS code,
      issued.issued_on AS "issuedOn", issued.created_at AS "createdAt",
      EXISTS (SELECT 1 FROM issued_certificates AS earlier WHERE earlier.registration_id = issued.registration_id
        AND earlier.certificate_id = issued.certificate_id AND earlier.status_number = issued.status_number
        AND earlier.major_version < issued.major_version) AS reissued,
      person.id AS "personId", ${recipientColumns}, ${attributeOf(attribute)} AS attribute, registration.score_scaled AS score,
      registration.suppress_notifications AS "suppressNotifications",
      ${metaRefused(metaTags.sendEnrolmentMessages, sql`issued.component_id`)} AS "mailRefused",
      (SELECT file.key FROM files AS file WHERE file.client_id = issued.client_id AND file.kind = 'certificate'
        AND file.ref_type = 'issued_certificate' AND file.ref_id = issued.id AND file.state = 'claimed') AS key
    FROM issued_certificates AS issued
    CROSS JOIN certificates AS certificate ON certificate.id = issued.certificate_id AND certificate.kind = 'component'
    CROSS JOIN persons AS person ON person.id = issued.person_id AND +person.client_id = issued.client_id
      AND person.auth_status <> 'deleted'
    LEFT JOIN registrations AS registration ON registration.id = issued.registration_id
      AND +registration.client_id = issued.client_id
    WHERE issued.client_id = ${thisClient} AND issued.file_id IS NULL AND issued.file_deleted_at IS NULL
      AND issued.revoked_at IS NULL AND issued.id > ${after} AND ${isGenerated(sql`issued.component_id`)}
    ORDER BY issued.id LIMIT ${limit}`;
}

/** Which of some certificates are still without a file, and not revoked meanwhile: `id`. */
export function selectStillPending(ids: readonly number[]): SQL<{ readonly id: number }> {
  return sql`SELECT id FROM issued_certificates WHERE +client_id = ${thisClient}
    AND id IN (SELECT value FROM json_each(${JSON.stringify(ids)})) AND file_id IS NULL AND file_deleted_at IS NULL`;
}

/**
 * The keys that begin with one of some texts: `key`. Each is looked up in the index of keys.
 *
 * @param beginnings that end with `_`
 */
export function selectTakenKeys(beginnings: readonly string[]): SQL<{ readonly key: string }> {
  // '`' is the character behind '_'.
  const bounds = beginnings.map((from) => ({ from, until: `${from.slice(0, -1)}\`` }));
  return sql`SELECT file.key FROM json_each(${JSON.stringify(bounds)}) AS bound
    CROSS JOIN files AS file ON file.key >= bound.value ->> 'from' AND file.key < bound.value ->> 'until'
    WHERE +file.client_id = ${thisClient}`;
}

/** A certificate and the key of its file. */
export interface Claim {
  readonly id: number;
  readonly key: string;
}

/** Keeps the keys of certificates' files before there are files. @param now ms */
export function claimFiles(claims: readonly Claim[], now: number): SQL {
  return sql`INSERT INTO files (client_id, key, kind, ref_type, ref_id, size, state, stored_at, created_at, updated_at)
    SELECT ${thisClient}, value ->> 'key', 'certificate', 'issued_certificate', value ->> 'id', 0, 'claimed', ${now}, ${now}, ${now}
    FROM json_each(${JSON.stringify(claims)}) WHERE true ON CONFLICT (key) DO NOTHING`;
}

/** Gives certificates that were issued without a code one. @param codes by id @param now ms */
export function setCodes(codes: readonly { readonly id: number; readonly code: string }[], now: number): SQL {
  const list = JSON.stringify(codes);
  return sql`UPDATE issued_certificates SET updated_at = ${now},
      verification_code = (SELECT value ->> 'code' FROM json_each(${list}) WHERE value ->> 'id' = issued_certificates.id)
    WHERE client_id = ${thisClient} AND verification_code IS NULL AND id IN (SELECT value ->> 'id' FROM json_each(${list}))`;
}

/** A file that was written for a certificate. */
export interface StoredCertificate extends Claim {
  /** Bytes. */
  readonly size: number;
  readonly etag: string;
}

/** Joins a certificate and its file: the first of a unit's writes. Matches nothing when either is gone. @param now ms */
export function attachFile({ id, key }: Claim, now: number): SQL {
  return sql`UPDATE issued_certificates SET updated_at = ${now}, file_id = (SELECT file.id FROM files AS file
      WHERE file.key = ${key} AND file.client_id = ${thisClient} AND file.ref_id = ${id})
    WHERE id = ${id} AND client_id = ${thisClient} AND file_id IS NULL AND file_deleted_at IS NULL
      AND EXISTS (SELECT 1 FROM files AS file WHERE file.key = ${key} AND +file.client_id = ${thisClient}
        AND file.ref_id = ${id} AND file.state = 'claimed')`;
}

/** The file of a certificate is there; behind {@link attachFile}. @param now ms */
export function readyFile({ key, size, etag }: StoredCertificate, now: number): SQL {
  return sql`UPDATE files SET state = 'ready', size = ${size}, etag = ${etag}, stored_at = ${now}, updated_at = ${now}
    WHERE key = ${key} AND client_id = ${thisClient} AND ${leadHit}`;
}
