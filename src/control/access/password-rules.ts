/** The length of a password in characters: the OWASP authentication cheat sheet's minimum and more, and a maximum that costs nothing to check. */
export const passwordLength = { shortest: 12, longest: 128 } as const;

/** Why a password cannot be taken. */
export type PasswordProblem = "short" | "long" | "email" | "same" | "own" | "common";

/** Words known to all who know the account. */
export interface KnownWords {
  /** In lower case. */
  readonly email: string;
  readonly name: string;
}

/** What this product is called; it must not stand for a password either. */
const PRODUCT = "minutehand";

/** Characters that a password must have, at least, without the words that are commonly known. */
const OWN_LEFT = 8;

/**
 * What is wrong with a new password; null: nothing. It may hold anything, blanks too (NIST SP 800-63B, 3.1.1.2 asks for no
 * mixture of kinds), but it must not be one that is guessed first (the same section): a common one, a word with figures around it, a
 * row of characters, or little more than the account's own words or the product's name.
 *
 * @param old the password so far, '' where it is not known
 */
export async function passwordProblem(
  password: string,
  account: KnownWords,
  old = "",
): Promise<PasswordProblem | null> {
  const { length } = [...password.normalize("NFKC")];
  if (length < passwordLength.shortest) return "short";
  if (length > passwordLength.longest) return "long";
  if (password.trim().toLowerCase() === account.email) return "email";
  if (password === old) return "same";
  const plain = password.normalize("NFKC").toLowerCase().trim();
  if (isOwn(plain, account)) return "own";
  return (await isCommon(plain)) ? "common" : null;
}

let known: Promise<ReadonlySet<string>> | null = null;

/** The 49,000 passwords that are most often found in leaks, in lower case. Loaded when the first password is chosen. */
async function commonPasswords(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import("@zxcvbn-ts/language-common");
  return new Set(dictionary["passwords-common"].map((password) => String(password).toLowerCase()));
}

/** A word shorter than this is in too many good passwords. */
const SHORTEST_WORD = 5;

/** Whether a password is tried by every guesser, or is one with figures and signs around it. @param plain in lower case */
async function isCommon(plain: string): Promise<boolean> {
  if (isRepeated(plain) || isRow(plain)) return true;
  known ??= commonPasswords();
  const common = await known;
  const word = plain.replaceAll(/[^a-z]/g, "");
  return common.has(plain) || (word.length >= SHORTEST_WORD && common.has(word));
}

/** At most six characters again and again: `abcabcabcabc`. The last time may be cut short. */
function isRepeated(plain: string): boolean {
  const characters = [...plain];
  const repeats = (unit: number) => characters.every((character, index) => character === characters[index % unit]);
  return [1, 2, 3, 4, 5, 6].some(repeats);
}

/** Each character is the next one, or the one before: `abcdefghijkl`, `987654321098`. */
function isRow(plain: string): boolean {
  const codes = [...plain].map((character) => character.codePointAt(0) ?? 0);
  const steps = codes.slice(1).map((code, index) => {
    const step = code - (codes[index] ?? 0);
    // 0 follows 9.
    return Math.abs(step) === 9 ? -Math.sign(step) : step;
  });
  return Math.abs(steps[0] ?? 0) === 1 && steps.every((step) => step === steps[0]);
}

/** Whether little is left without the words of the account and the product. @param plain in lower case */
function isOwn(plain: string, { email, name }: KnownWords): boolean {
  const words = [
    ...email.split(/[^\p{L}\p{N}]+/u),
    ...name
      .normalize("NFKC")
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u),
    PRODUCT,
  ];
  const known = words.filter((word) => word.length >= 3).toSorted((a, b) => b.length - a.length);
  const left = known.reduce((rest, word) => rest.replaceAll(word, ""), plain);
  return left !== plain && [...left.replaceAll(/[^\p{L}\p{N}]/gu, "")].length < OWN_LEFT;
}

/** Letters and figures that are not mistaken for one another: 32 of them, so five bits of a byte choose one evenly. */
const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";

/** A password that can be read out: 20 characters of 5 bits each, in groups. @param random 20 random bytes */
export function madePassword(random: Uint8Array): string {
  if (random.length !== 20) throw new RangeError("A password is made of 20 random bytes");
  const letters = [...random].map((byte) => LETTERS.charAt(byte & 31));
  return [0, 5, 10, 15].map((from) => letters.slice(from, from + 5).join("")).join("-");
}
