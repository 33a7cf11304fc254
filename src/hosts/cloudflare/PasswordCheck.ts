import { DurableObject } from "cloudflare:workers";
import { hashPassword, verifyPassword } from "../../control/access/password.ts";
import type { Environment } from "./environment.ts";

/**
 * Checks and hashes passwords where there are 30 s of CPU time, not the Worker's 10 ms of the free plan (handbook, runner: where
 * it runs).
 */
export class PasswordCheck extends DurableObject<Environment> {
  /** True if the password belongs to the hash. */
  async verify(password: string, hash: string): Promise<boolean> {
    return await verifyPassword(password, hash);
  }

  /** Hashes a new password. @param salt 16 random bytes */
  async hash(password: string, salt: Uint8Array): Promise<string> {
    return await hashPassword(password, salt);
  }
}
