import type { Database, Statement } from "../../store/database.ts";

/**
 * The throttle of sign-ins by password, and what it is made against.
 *
 * A password can be guessed by anybody who reaches the sign-in page, so guesses must become slow. Whoever makes them slow by refusing
 * everybody hands strangers a switch that locks the owner out. So a wait belongs to whom it is imposed on, and to nobody else:
 *
 * - **An attacker at one address, one account.** Five wrong passwords of the pair (account, address) cost nothing; each further
 *   one costs a wait, 15 s at first, twice as long each time, 15 minutes at the longest: about a hundred guesses a day. The
 *   account's owner at any other address notices nothing.
 * - **An attacker at very many addresses, one account** (a rented botnet). After twenty wrong passwords of an account from
 *   devices that are not known, its next unknown devices wait before their first guess: 5 s, rising to 2 minutes. They then have
 *   one guess instead of five before the pair's own waits begin. An address counts for at most five of the account's failures, so
 *   nobody brings an account into this state from one address alone. Nobody is refused for good: the wait is reserved for the pair
 *   when it first asks, and what others do meanwhile does not lengthen it.
 * - **An attacker at one address, many accounts.** At most 30 guesses of an address are looked at in a minute.
 * - **The owner with a device that signed in before** (it shows a signed cookie, `web/sign-in/device-cookie.ts`) meets none of
 *   these. The device has its own five guesses and its own waits, so a stolen cookie opens no endless guessing.
 * - **The owner with a new device** signs in at once, unless the account is being guessed at from many addresses: then after
 *   2 minutes at the longest.
 * - **Somebody behind an address that many share** (NAT): the others' wrong passwords are other pairs, so they cost nothing. A
 *   flood from there (more than 30 guesses a minute, right ones not counted) keeps new devices of the same address waiting for
 *   the rest of each minute while it lasts, known ones not.
 *
 * An account that does not exist is counted and answered like one that does: everything here depends on names and addresses
 * only. Keys are hashes; rows that nobody touched for a day are removed by retention.
 *
 * What it does not do: it is no protection from a password that stands in a list (`password-rules.ts` refuses those), and a
 * stranger who shares the owner's address and knows the account can make the owner's *new* device there wait up to 15 minutes.
 */
export const throttleRules = {
  /** Wrong passwords of a pair or a known device that cost nothing. */
  freeFailures: 5,
  /** The first wait (ms) after them; it doubles with each further failure up to the longest. */
  firstWaitMs: 15_000,
  longestWaitMs: 15 * 60_000,
  /** Wrong passwords of an account from unknown devices, after which further unknown devices wait first. */
  accountFreeFailures: 20,
  /** That wait (ms); it doubles with each five further failures up to the longest. */
  firstDelayMs: 5_000,
  longestDelayMs: 2 * 60_000,
  /** Guesses of an address that are looked at within `addressWindowMs`. */
  addressGuesses: 30,
  addressWindowMs: 60_000,
  /** Failures older than this (ms) are forgotten. */
  forgetMs: 86_400_000,
} as const;

/** Whose attempt it is; all are hashes. */
export type AttemptKeys =
  /** A browser that nothing is known of: for the account (whether it exists or not), the address, and both together. */
  | { readonly account: string; readonly address: string; readonly pair: string }
  /** A device that signed in to this very account before. */
  | { readonly device: string };

/** Whether a password may be looked at; if not, from which instant (ms) on. */
export type AttemptVerdict = { readonly allowed: true } | { readonly allowed: false; readonly until: number };

const { freeFailures, firstWaitMs, longestWaitMs, forgetMs, accountFreeFailures, firstDelayMs, longestDelayMs } =
  throttleRules;
const { addressGuesses, addressWindowMs } = throttleRules;

/** The wait (ms) that a number of failures costs, in SQL. */
const waitAfter = (failures: string, free: string) =>
  `CASE WHEN ${failures} < ${free} THEN 0 ELSE min(${longestWaitMs}, ${firstWaitMs} << min(${failures} - ${free}, 20)) END`;

/** Failures of the account `?3` that are not forgotten, in SQL. `?2` is now. */
const ACCOUNT_FAILURES = `coalesce((SELECT failures FROM sign_in_attempts WHERE key = ?3 AND last_at >= ?2 - ${forgetMs}), 0)`;

/** What an unknown device of the account waits for its first guess (ms). */
const DELAY = `(SELECT CASE WHEN of_account < ${accountFreeFailures} THEN 0
  ELSE min(${longestDelayMs}, ${firstDelayMs} << min((of_account - ${accountFreeFailures}) / 5, 10)) END
  FROM (SELECT ${ACCOUNT_FAILURES} AS of_account))`;

/** Free failures of a pair: fewer where the account is guessed at from many addresses. */
const PAIR_FREE = `(CASE WHEN ${ACCOUNT_FAILURES} < ${accountFreeFailures} THEN ${freeFailures} ELSE 1 END)`;

const ADDRESS_FREE = "NOT EXISTS (SELECT 1 FROM sign_in_attempts WHERE key = ?4 AND blocked_until > ?2)";

/** A pair that asks for the first time while its account is guessed at gets its place: it may try when the delay is over. */
const reserve = `INSERT INTO sign_in_attempts (key, failures, blocked_until, last_at)
  SELECT ?1, 0, ?2 + ${DELAY}, ?2 WHERE ${ADDRESS_FREE} AND ${DELAY} > 0
  ON CONFLICT (key) DO UPDATE SET failures = 0, blocked_until = excluded.blocked_until, last_at = ?2
    WHERE last_at < ?2 - ${forgetMs}`;

/** Counts a guess of a pair unless it, or its address, must wait. */
const countPair = `INSERT INTO sign_in_attempts (key, failures, blocked_until, last_at)
  SELECT ?1, 1, 0, ?2 WHERE ${ADDRESS_FREE}
  ON CONFLICT (key) DO UPDATE SET
    failures = CASE WHEN last_at < ?2 - ${forgetMs} THEN 1 ELSE failures + 1 END,
    blocked_until = CASE WHEN last_at < ?2 - ${forgetMs} THEN 0
      ELSE ?2 + max(${DELAY}, ${waitAfter("failures + 1", PAIR_FREE)}) END,
    last_at = ?2
  WHERE blocked_until <= ?2`;

/** Counts for the address what was counted for the pair. `last_at` is where its minute began. */
const countAddress = `INSERT INTO sign_in_attempts (key, failures, blocked_until, last_at)
  SELECT ?1, 1, 0, ?2 WHERE changes() > 0
  ON CONFLICT (key) DO UPDATE SET
    failures = CASE WHEN last_at <= ?2 - ${addressWindowMs} THEN 1 ELSE failures + 1 END,
    blocked_until = CASE WHEN last_at > ?2 - ${addressWindowMs} AND failures + 1 >= ${addressGuesses} THEN last_at + ${addressWindowMs} ELSE 0 END,
    last_at = CASE WHEN last_at <= ?2 - ${addressWindowMs} THEN ?2 ELSE last_at END`;

/** Counts for the account what was counted for the address, as far as the pair's first failures go. */
const countAccount = `INSERT INTO sign_in_attempts (key, failures, blocked_until, last_at)
  SELECT ?1, 1, 0, ?2 WHERE changes() > 0 AND (SELECT failures FROM sign_in_attempts WHERE key = ?3) <= ${freeFailures}
  ON CONFLICT (key) DO UPDATE SET failures = CASE WHEN last_at < ?2 - ${forgetMs} THEN 1 ELSE failures + 1 END, last_at = ?2`;

/** Counts a guess of a known device unless it must wait. */
const countDevice = `INSERT INTO sign_in_attempts (key, failures, blocked_until, last_at) VALUES (?1, 1, 0, ?2)
  ON CONFLICT (key) DO UPDATE SET
    failures = CASE WHEN last_at < ?2 - ${forgetMs} THEN 1 ELSE failures + 1 END,
    blocked_until = CASE WHEN last_at < ?2 - ${forgetMs} THEN 0 ELSE ?2 + ${waitAfter("failures + 1", String(freeFailures))} END,
    last_at = ?2
  WHERE blocked_until <= ?2`;

/**
 * Counts a sign-in as failed before its password is looked at, so that attempts side by side cannot slip through;
 * {@link forgiveAttempt} takes it back when the password was right. An attempt that must wait is not counted: asking again does not
 * lengthen the wait.
 *
 * @param now ms
 */
export async function countSignIn(control: Database, keys: AttemptKeys, now: number): Promise<AttemptVerdict> {
  const [statements, counting, asked] = "device" in keys ? ofDevice(keys.device, now) : ofStranger(keys, now);
  const until: Statement = {
    sql: "SELECT max(blocked_until) AS until FROM sign_in_attempts WHERE key IN (SELECT value FROM json_each(?))",
    args: [JSON.stringify(asked)],
  };
  const results = await control.batch([...statements, until], "write");
  if ((results[counting]?.rowsAffected ?? 0) > 0) return { allowed: true };
  return { allowed: false, until: Number(results.at(-1)?.rows[0]?.until ?? now) };
}

/** The statements, which of them counts the guess itself, and the keys that may make it wait. */
type Counting = readonly [statements: Statement[], counting: number, asked: readonly string[]];

function ofDevice(device: string, now: number): Counting {
  return [[{ sql: countDevice, args: [device, now] }], 0, [device]];
}

function ofStranger(keys: Exclude<AttemptKeys, { device: string }>, now: number): Counting {
  const { account, address, pair } = keys;
  const statements = [
    { sql: reserve, args: [pair, now, account, address] },
    { sql: countPair, args: [pair, now, account, address] },
    { sql: countAddress, args: [address, now] },
    { sql: countAccount, args: [account, now, pair] },
  ];
  return [statements, 1, [pair, address]];
}

/**
 * The password was right: the pair or the device starts afresh, the account gets back what the pair had cost it, and the address
 * this one guess. What others' failures cost the account stays.
 */
export async function forgiveAttempt(control: Database, keys: AttemptKeys): Promise<void> {
  const forget = (key: string): Statement => ({ sql: "DELETE FROM sign_in_attempts WHERE key = ?", args: [key] });
  if ("device" in keys) {
    await control.execute(forget(keys.device));
    return;
  }
  await control.batch(
    [
      {
        sql: `UPDATE sign_in_attempts SET failures = max(failures -
            min(coalesce((SELECT failures FROM sign_in_attempts WHERE key = ?), 0), ${freeFailures}), 0) WHERE key = ?`,
        args: [keys.pair, keys.account],
      },
      forget(keys.pair),
      {
        sql: "UPDATE sign_in_attempts SET failures = max(failures - 1, 0), blocked_until = 0 WHERE key = ?",
        args: [keys.address],
      },
    ],
    "write",
  );
}
