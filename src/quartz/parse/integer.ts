/** Quartz reads its numbers as Java's 32-bit integers; larger ones are refused. */
const LARGEST = 2_147_483_647;

/** The number that a text is as a whole, read as Java does (a sign and any script's digits are allowed), or NaN. */
export function wholeInteger(text: string, start: number, end: number): number {
  let position = start;
  let negative = false;
  const sign = text.charCodeAt(start);
  if (start < end && (sign === 0x2b || sign === 0x2d)) {
    negative = sign === 0x2d;
    position++;
  }
  if (position >= end) return Number.NaN;
  let value = 0;
  for (; position < end; position++) {
    const digit = digitAt(text, position);
    if (digit < 0) return Number.NaN;
    value = value * 10 + digit;
    if (value > LARGEST) return Number.NaN;
  }
  return negative ? -value : value;
}

/** The digit (0-9) of any script at a position, or -1. */
export function digitAt(text: string, position: number): number {
  const code = text.charCodeAt(position);
  if (code < 0x80) return code >= 0x30 && code <= 0x39 ? code - 0x30 : -1;
  if (!isDigit(code)) return -1;
  // Every script's ten digits follow each other and begin at a code that ends in 0 or 6.
  const low = code & 15;
  return low < 10 && isDigit(code - low) ? low : low - 6;
}

function isDigit(code: number): boolean {
  return /^\p{Nd}$/u.test(String.fromCharCode(code));
}

/** Whether a value is too large for Quartz's numbers. */
export function isTooLarge(value: number): boolean {
  return value > LARGEST;
}
