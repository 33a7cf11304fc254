import { platformKey } from "../control/platform-keys.ts";
import type { SecretBox } from "../control/secret.ts";
import { type ErasedKeySecret, erasedKeySecret } from "../learning/erasure/erased-key.ts";
import type { Database } from "../store/database.ts";

/** The key that marks deleted people: read, or made, at the first call, and once more after a call that failed. */
export function erasedKeySecretOf(
  control: Database,
  secrets: SecretBox,
  bytes: (length: number) => Uint8Array,
  now: () => number,
): () => Promise<ErasedKeySecret> {
  let known: Promise<ErasedKeySecret> | null = null;
  return () => {
    known ??= platformKey({ control, secrets, randomBytes: bytes, now }, "erased_people")
      .then(erasedKeySecret)
      .catch((error: unknown) => {
        known = null;
        throw error;
      });
    return known;
  };
}
