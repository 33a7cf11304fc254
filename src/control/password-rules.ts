/** The length of a password in characters: the OWASP authentication cheat sheet's minimum and more, and a maximum that costs nothing to check. */
export const passwordLength = { shortest: 12, longest: 128 } as const;

/** Why a password cannot be taken. */
export type PasswordProblem = "short" | "long" | "email" | "same";

/**
 * What is wrong with a new password; null: nothing. It may hold anything, blanks too (NIST SP 800-63B, 3.1.1.2 asks for no
 * mixture of kinds).
 *
 * @param old the password so far, '' where it is not known
 */
export function passwordProblem(password: string, account: { email: string }, old = ""): PasswordProblem | null {
  const { length } = [...password.normalize("NFKC")];
  if (length < passwordLength.shortest) return "short";
  if (length > passwordLength.longest) return "long";
  if (password.trim().toLowerCase() === account.email) return "email";
  return password === old ? "same" : null;
}

/** Letters and figures that are not mistaken for one another: 32 of them, so five bits of a byte choose one evenly. */
const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";

/** A password that somebody can read out: 20 characters of 5 bits each, in groups. @param random 20 random bytes */
export function madePassword(random: Uint8Array): string {
  if (random.length !== 20) throw new RangeError("A password is made of 20 random bytes");
  const letters = [...random].map((byte) => LETTERS.charAt(byte & 31));
  return [0, 5, 10, 15].map((from) => letters.slice(from, from + 5).join("")).join("-");
}
