/** A token for a batch: 53 random bits, so that no two of those that may still be on their way are alike. */
export function batchToken(): number {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2)) as Uint32Array & { 0: number; 1: number };
  return (high >>> 11) * 0x1_0000_0000 + low;
}
