import type { Day } from "../../time/day.ts";

/** What names a certificate's file. */
export interface CertificateFile {
  /** Value of the attribute that names the person, see setting `certificateExport.personAttribute`. */
  readonly person: string | number | null;
  /** 0: not known. */
  readonly componentId: number;
  readonly certificateId: number;
  readonly majorVersion: number;
  readonly statusNumber: number;
  readonly issuedOn: Day;
}

/** What stands in front of the name of a certificate that was revoked. */
const REVOKED = "rev_";
/** Characters of the person's attribute that the name takes. */
const LONGEST_PERSON = 100;

/** The folder of a client's certificates. */
export function certificateFolder(clientId: number): string {
  return `c/${clientId}/data/certificate/job/`;
}

/** The name without its last part, the instant that makes it unique: `734899_727018_623651_8_12_2025_03_05`. */
export function certificateStem(file: CertificateFile): string {
  const value = String(file.person ?? "").trim();
  const person = value.slice(0, LONGEST_PERSON).replace(/[^A-Za-z0-9-]/g, "-") || "unknown_user";
  const { componentId, certificateId, majorVersion, statusNumber, issuedOn } = file;
  return [person, componentId, certificateId, majorVersion, statusNumber, ...issuedOn.split("-")].join("_");
}

/**
 * The key of a certificate's file.
 *
 * @param stem as {@link certificateStem} makes it
 * @param at instant (ms)
 */
export function certificateKey(clientId: number, stem: string, at: number): string {
  return `${certificateFolder(clientId)}${stem}_${at}.pdf`;
}

/** True for the key of a file that is named as revoked. */
export function isRevokedKey(clientId: number, key: string): boolean {
  return key.startsWith(`${certificateFolder(clientId)}${REVOKED}`);
}

/** The same key for a certificate that is revoked, or that is not. */
export function certificateKeyAs(clientId: number, key: string, revoked: boolean): string {
  const folder = certificateFolder(clientId);
  const name = key.slice(folder.length + (isRevokedKey(clientId, key) ? REVOKED.length : 0));
  return `${folder}${revoked ? REVOKED : ""}${name}`;
}

/**
 * Gives each certificate a key that no file has: that of its instant, else of the first millisecond behind it that is free.
 *
 * @param wanted stem and instant (ms) of each
 * @param taken keys with the same stems, named as revoked or not
 */
export function freeKeys(
  clientId: number,
  wanted: readonly { readonly stem: string; readonly at: number }[],
  taken: Iterable<string>,
): string[] {
  const used = new Set([...taken].map((key) => certificateKeyAs(clientId, key, false)));
  return wanted.map(({ stem, at }) => {
    for (let instant = at; ; instant += 1) {
      const key = certificateKey(clientId, stem, instant);
      if (used.has(key)) continue;
      used.add(key);
      return key;
    }
  });
}
