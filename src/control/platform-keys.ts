import { Buffer } from "node:buffer";
import type { Database } from "../store/database.ts";
import { insert } from "../store/insert.ts";
import { select } from "../store/select.ts";
import { sql } from "../store/sql.ts";
import { read, statement } from "../store/statement.ts";
import { platformKeys } from "./schema.ts";
import { type SecretBox, type SecretCell, SecretUnreadableError } from "./secret.ts";

/** The keys that the platform makes for itself, and the rows that they have. `erased_people`: marks people who were deleted. */
const rows = { erased_people: 1 } as const;
export type PlatformKeyName = keyof typeof rows;

/** The cell of a key, for which it is sealed. */
const cellOf = (name: PlatformKeyName): SecretCell => ({
  table: "platform_keys",
  column: "key_enc",
  row: rows[name],
});

/**
 * A key of the platform was sealed with another `SECRETS_KEY`. Nothing is made in its place: what was marked with the old key
 * would be forgotten without notice.
 */
export class PlatformKeyUnreadableError extends SecretUnreadableError {
  constructor(name: PlatformKeyName) {
    super(
      `The platform's key ${name} cannot be read with the present SECRETS_KEY; start with the SECRETS_KEY that it was sealed with`,
    );
  }
}

/** What {@link platformKey} works with. */
export interface PlatformKeyPorts {
  readonly control: Database;
  readonly secrets: SecretBox;
  readonly randomBytes: (length: number) => Uint8Array;
  /** Instant in ms. */
  readonly now: () => number;
}

/**
 * A key of the platform, 32 bytes: made at the first call, the same ever after. It is random rather than derived from
 * `SECRETS_KEY`, so that what was hashed with it can still be compared when `SECRETS_KEY` is another one.
 *
 * @throws {PlatformKeyUnreadableError}
 */
export async function platformKey(ports: PlatformKeyPorts, name: PlatformKeyName): Promise<Uint8Array> {
  const sealed = (await readSealed(ports.control, name)) ?? (await makeSealed(ports, name));
  try {
    return Buffer.from(await ports.secrets.open(sealed, cellOf(name)), "base64");
  } catch (error) {
    throw error instanceof SecretUnreadableError ? new PlatformKeyUnreadableError(name) : error;
  }
}

async function readSealed(control: Database, name: PlatformKeyName): Promise<string | null> {
  const [key] = await read(control, select(platformKeys, ["keyEnc"], sql`WHERE name = ${name}`));
  return key?.keyEnc ?? null;
}

/** Of two that make it at the same time, the first one's stays. */
async function makeSealed({ control, secrets, randomBytes, now }: PlatformKeyPorts, name: PlatformKeyName) {
  const sealed = await secrets.seal(Buffer.from(randomBytes(32)).toString("base64"), randomBytes(12), cellOf(name));
  const row = { id: rows[name], name, keyEnc: sealed, createdAt: now() };
  await control.execute(statement(insert(platformKeys, row, sql`ON CONFLICT DO NOTHING`)));
  return (await readSealed(control, name)) ?? sealed;
}
