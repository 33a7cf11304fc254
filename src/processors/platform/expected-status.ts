/** Whether an answer is what the job waits for. */
export type ExpectedStatus = (status: number) => boolean;

/**
 * Reads statuses as an administrator writes them: `2xx`, `200`, `200-204`, several of these separated by commas; null for
 * anything else, or for statuses that no answer has (below 200, above 599).
 */
export function parseExpectedStatus(text: string): ExpectedStatus | null {
  const spans: { from: number; until: number }[] = [];
  for (const part of text.split(",").map((one) => one.trim())) {
    const [, family, first, last] = /^(?:([2-5])xx|(\d{3})(?:\s*-\s*(\d{3}))?)$/i.exec(part) ?? [];
    const from = family ? Number(family) * 100 : Number(first);
    const until = family ? from + 99 : Number(last ?? first);
    if (!(from >= 200 && from <= until && until <= 599)) return null;
    spans.push({ from, until });
  }
  return (status) => spans.some(({ from, until }) => status >= from && status <= until);
}
