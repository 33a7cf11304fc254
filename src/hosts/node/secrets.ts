import { randomBytes, randomInt } from "node:crypto";
import { link, readFile, rm, writeFile } from "node:fs/promises";

/** What this installation made up for itself at its first start. */
export interface Secrets {
  /** 32 bytes, base64; the Worker's `SECRETS_KEY`. */
  readonly secretsKey: string;
  /** Of the demo's mail server. */
  readonly mailPassword: string;
  /** Name of the bucket of files, which cannot be guessed; null: that of wrangler.toml, in installations from before there was one. */
  readonly bucket: string | null;
}

/** `secrets.json` is there and cannot be used. Made-up secrets are not replaced silently: sealed ones would be lost. */
export class SecretsFileError extends Error {
  readonly code = "secrets_unreadable";
  constructor(path: string) {
    super(`${path} cannot be read; put it back, or remove the whole folder to start afresh`);
  }
}

/**
 * Reads `<folder>/secrets.json`, or makes it, readable by its owner only. Of processes that make it at the same moment one
 * does, and all get the same.
 *
 * @throws {SecretsFileError}
 */
export async function openSecrets(folder: string): Promise<Secrets> {
  const path = `${folder}/secrets.json`;
  const found = await readSecrets(path);
  if (found) return found;
  const secrets = {
    secretsKey: randomBytes(32).toString("base64"),
    mailPassword: randomBytes(18).toString("base64url"),
    bucket: `files-${randomBytes(16).toString("hex")}`,
  };
  const whole = `${path}.${process.pid}`;
  await writeFile(whole, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  try {
    // The name appears with the whole content behind it, or is another's already.
    await link(whole, path);
    return secrets;
  } catch (error) {
    const theirs = (error as NodeJS.ErrnoException).code === "EEXIST" ? await readSecrets(path) : null;
    if (theirs) return theirs;
    throw error;
  } finally {
    await rm(whole, { force: true });
  }
}

async function readSecrets(path: string): Promise<Secrets | null> {
  try {
    return parse(path, await readFile(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

function parse(path: string, text: string): Secrets {
  try {
    const found = JSON.parse(text) as Partial<Secrets>;
    if (typeof found.secretsKey === "string" && typeof found.mailPassword === "string") {
      const { secretsKey, mailPassword, bucket } = found;
      return { secretsKey, mailPassword, bucket: typeof bucket === "string" ? bucket : null };
    }
  } catch {
    // Said below, without the text.
  }
  throw new SecretsFileError(path);
}

/** Letters and digits that are not mistaken for one another. */
const ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";

/** A new password: five groups of four, 99 bits. */
export function makePassword(): string {
  const group = () => Array.from({ length: 4 }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
  return Array.from({ length: 5 }, group).join("-");
}
