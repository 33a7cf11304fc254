/** An amount as shops write it: digits, perhaps a point and more digits. */
const AMOUNT = /^(\d{1,15})(?:\.(\d{1,10}))?$/;

/** Decimal places of a currency (ISO 4217): 2 for EUR, 0 for JPY, 3 for KWD; null: it is no currency code. */
function exponentOf(currency: string): number | null {
  if (!/^[A-Z]{3}$/.test(currency)) return null;
  return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? null;
}

/**
 * An amount in a currency's smallest unit: `"199.00"` EUR is 19900, `"500"` JPY is 500. Amounts are compared in this form, since one
 * shop writes `"500"` and another `"500.00"`.
 *
 * @param currency ISO 4217
 * @returns null for what is no amount of this currency: a sign, a comma, a tenth of a cent, or more than a number holds exactly
 */
export function minorUnits(amount: string, currency: string): number | null {
  const exponent = exponentOf(currency);
  const [, whole, fraction = ""] = AMOUNT.exec(amount) ?? [];
  if (exponent === null || whole === undefined || /[1-9]/.test(fraction.slice(exponent))) return null;
  const minor = Number(`${whole}${fraction.slice(0, exponent).padEnd(exponent, "0")}`);
  return Number.isSafeInteger(minor) ? minor : null;
}

/** The amount of {@link minorUnits} as shops write it: 19900 EUR is `"199.00"`; null: the currency is none. */
export function majorUnits(minor: number, currency: string): string | null {
  const exponent = exponentOf(currency);
  if (exponent === null) return null;
  const digits = String(minor).padStart(exponent + 1, "0");
  const at = digits.length - exponent;
  return exponent === 0 ? digits : `${digits.slice(0, at)}.${digits.slice(at)}`;
}
