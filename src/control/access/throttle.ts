import type { SQL } from "drizzle-orm";
import type { Database, Statement } from "../../store/database.ts";
import { among } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { statement } from "../../store/statement.ts";

/**
 * The throttle of sign-ins by password, and what it is made against.
 *
 * The sign-in page lets every visitor guess a password, so guesses must become slow. A throttle that makes them slow by refusing
 * all attempts hands strangers a switch that locks the owner out. So a wait belongs to the pair it is imposed on, and to no other:
 *
 * - **An attacker at one address, one account.** Five wrong passwords of the pair (account, address) cost nothing; each further
 *   one costs a wait, 15 s at first, twice as long each time, 15 minutes at the longest: about a hundred guesses a day. The
 *   account's owner at any other address notices nothing.
 * - **An attacker at very many addresses, one account** (a rented botnet). After twenty wrong passwords of an account from
 *   devices that are not known, its next unknown devices wait before their first guess: 5 s, rising to 2 minutes. They then have
 *   one guess instead of five before the pair's own waits begin. An address counts for at most five of the account's failures, so
 *   no attacker brings an account into this state from one address alone. No one is refused for good: the wait is reserved for the pair
 *   when it first asks, and what others do meanwhile does not lengthen it.
 * - **An attacker at one address, many accounts.** At most 30 guesses of an address are looked at in a minute.
 * - **The owner with a device that signed in before** (it shows a signed cookie, `web/sign-in/device-cookie.ts`) meets none of
 *   these. The device has its own five guesses and its own waits, so a stolen cookie opens no endless guessing.
 * - **The owner with a new device** signs in at once, unless the account is being guessed at from many addresses: then after
 *   2 minutes at the longest.
 * - **A person behind an address that many share** (NAT): the others' wrong passwords are other pairs, so they cost nothing. A
 *   flood from there (more than 30 guesses a minute, right ones not counted) keeps new devices of the same address waiting for
 *   the rest of each minute while it lasts, known ones not.
 *
 * An account that does not exist is counted and answered like one that does: everything here depends on names and addresses
 * only. Keys are hashes; rows that were not touched for a day are removed by retention.
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

/** A browser that nothing is known of: for the account (whether it exists or not), the address, and both together. */
interface StrangerKeys {
  readonly account: string;
  readonly address: string;
  readonly pair: string;
}

/** Whose attempt it is; all are hashes. `device`: one that signed in to this very account before. */
export type AttemptKeys = StrangerKeys | { readonly device: string };

/** Whether a password may be looked at; if not, from which instant (ms) on. */
export type AttemptVerdict = { readonly allowed: true } | { readonly allowed: false; readonly until: number };

/** The rules as SQL: numbers in the statement's text, since they never change and the arithmetic is that of integers. */
const rule = Object.fromEntries(
  Object.entries(throttleRules).map(([name, value]) => [name, sql.raw(String(value))]),
) as Record<keyof typeof throttleRules, SQL>;

/** The wait (ms) that a number of failures costs. */
const waitAfter = (failures: SQL, free: SQL) =>
  sql`CASE WHEN ${failures} < ${free} THEN 0
    ELSE min(${rule.longestWaitMs}, ${rule.firstWaitMs} << min(${failures} - ${free}, 20)) END`;

/** Failures of an account that are not forgotten. @param now ms */
const failuresOf = (account: string, now: number) =>
  sql`coalesce((SELECT failures FROM sign_in_attempts WHERE key = ${account} AND last_at >= ${now} - ${rule.forgetMs}), 0)`;

/** What an unknown device of the account waits for its first guess (ms). @param now ms */
const delayOf = (account: string, now: number) =>
  sql`(SELECT CASE WHEN of_account < ${rule.accountFreeFailures} THEN 0
    ELSE min(${rule.longestDelayMs}, ${rule.firstDelayMs} << min((of_account - ${rule.accountFreeFailures}) / 5, 10)) END
    FROM (SELECT ${failuresOf(account, now)} AS of_account))`;

/** Free failures of a pair: fewer where the account is guessed at from many addresses. @param now ms */
const freeOfPair = (account: string, now: number) =>
  sql`(CASE WHEN ${failuresOf(account, now)} < ${rule.accountFreeFailures} THEN ${rule.freeFailures} ELSE 1 END)`;

/** The address need not wait. @param now ms */
const isFree = (address: string, now: number) =>
  sql`NOT EXISTS (SELECT 1 FROM sign_in_attempts WHERE key = ${address} AND blocked_until > ${now})`;

const nextFailure = sql`failures + 1`;
/** The row's failures with the new one; those that are forgotten do not count. @param now ms */
const counted = (now: number) => sql`CASE WHEN last_at < ${now} - ${rule.forgetMs} THEN 1 ELSE ${nextFailure} END`;

/** A pair that asks for the first time while its account is guessed at gets its place: it may try when the delay is over. @param now ms */
function reserve({ account, address, pair }: StrangerKeys, now: number): Statement {
  const delay = delayOf(account, now);
  return statement(sql`INSERT INTO sign_in_attempts (key, failures, blocked_until, last_at)
    SELECT ${pair}, 0, ${now} + ${delay}, ${now} WHERE ${isFree(address, now)} AND ${delay} > 0
    ON CONFLICT (key) DO UPDATE SET failures = 0, blocked_until = excluded.blocked_until, last_at = ${now}
      WHERE last_at < ${now} - ${rule.forgetMs}`);
}

/** Counts a guess of a pair unless it, or its address, must wait. @param now ms */
function countPair({ account, address, pair }: StrangerKeys, now: number): Statement {
  return statement(sql`INSERT INTO sign_in_attempts (key, failures, blocked_until, last_at)
    SELECT ${pair}, 1, 0, ${now} WHERE ${isFree(address, now)}
    ON CONFLICT (key) DO UPDATE SET
      failures = ${counted(now)},
      blocked_until = CASE WHEN last_at < ${now} - ${rule.forgetMs} THEN 0
        ELSE ${now} + max(${delayOf(account, now)}, ${waitAfter(nextFailure, freeOfPair(account, now))}) END,
      last_at = ${now}
    WHERE blocked_until <= ${now}`);
}

/** Counts for the address what was counted for the pair. `last_at` is where its minute began. @param now ms */
function countAddress({ address }: StrangerKeys, now: number): Statement {
  const over = sql`last_at <= ${now} - ${rule.addressWindowMs}`;
  return statement(sql`INSERT INTO sign_in_attempts (key, failures, blocked_until, last_at)
    SELECT ${address}, 1, 0, ${now} WHERE changes() > 0
    ON CONFLICT (key) DO UPDATE SET
      failures = CASE WHEN ${over} THEN 1 ELSE ${nextFailure} END,
      blocked_until = CASE WHEN NOT (${over}) AND ${nextFailure} >= ${rule.addressGuesses} THEN last_at + ${rule.addressWindowMs} ELSE 0 END,
      last_at = CASE WHEN ${over} THEN ${now} ELSE last_at END`);
}

/** Counts for the account what was counted for the address, as far as the pair's first failures go. @param now ms */
function countAccount({ account, pair }: StrangerKeys, now: number): Statement {
  return statement(sql`INSERT INTO sign_in_attempts (key, failures, blocked_until, last_at)
    SELECT ${account}, 1, 0, ${now}
    WHERE changes() > 0 AND (SELECT failures FROM sign_in_attempts WHERE key = ${pair}) <= ${rule.freeFailures}
    ON CONFLICT (key) DO UPDATE SET failures = ${counted(now)}, last_at = ${now}`);
}

/** Counts a guess of a known device unless it must wait. @param now ms */
function countDevice(device: string, now: number): Statement {
  return statement(sql`INSERT INTO sign_in_attempts (key, failures, blocked_until, last_at) VALUES (${device}, 1, 0, ${now})
    ON CONFLICT (key) DO UPDATE SET
      failures = ${counted(now)},
      blocked_until = CASE WHEN last_at < ${now} - ${rule.forgetMs} THEN 0 ELSE ${now} + ${waitAfter(nextFailure, rule.freeFailures)} END,
      last_at = ${now}
    WHERE blocked_until <= ${now}`);
}

/**
 * Counts a sign-in as failed before its password is looked at, so that attempts side by side cannot slip through;
 * {@link forgiveAttempt} takes it back when the password was right. An attempt that must wait is not counted: asking again does not
 * lengthen the wait.
 *
 * @param now ms
 */
export async function countSignIn(control: Database, keys: AttemptKeys, now: number): Promise<AttemptVerdict> {
  const [statements, counting, asked] = "device" in keys ? ofDevice(keys.device, now) : ofStranger(keys, now);
  const until = statement(sql`SELECT max(blocked_until) AS until FROM sign_in_attempts WHERE key IN ${among(asked)}`);
  const results = await control.batch([...statements, until], "write");
  if ((results[counting]?.rowsAffected ?? 0) > 0) return { allowed: true };
  return { allowed: false, until: Number(results.at(-1)?.rows[0]?.until ?? now) };
}

/** The statements, which of them counts the guess itself, and the keys that may make it wait. */
type Counting = readonly [statements: Statement[], counting: number, asked: readonly string[]];

function ofDevice(device: string, now: number): Counting {
  return [[countDevice(device, now)], 0, [device]];
}

function ofStranger(keys: StrangerKeys, now: number): Counting {
  const statements = [reserve(keys, now), countPair(keys, now), countAddress(keys, now), countAccount(keys, now)];
  return [statements, 1, [keys.pair, keys.address]];
}

/**
 * The password was right: the pair or the device starts afresh, the account gets back what the pair had cost it, and the address
 * this one guess. What others' failures cost the account stays.
 */
export async function forgiveAttempt(control: Database, keys: AttemptKeys): Promise<void> {
  const statements =
    "device" in keys
      ? [forget(keys.device)]
      : [giveBack(keys.account, keys.pair), forget(keys.pair), takeBackGuess(keys.address)];
  await control.batch(statements, "write");
}

const forget = (key: string) => statement(sql`DELETE FROM sign_in_attempts WHERE key = ${key}`);

const giveBack = (account: string, pair: string) =>
  statement(sql`UPDATE sign_in_attempts SET failures = max(failures -
    min(coalesce((SELECT failures FROM sign_in_attempts WHERE key = ${pair}), 0), ${rule.freeFailures}), 0) WHERE key = ${account}`);

const takeBackGuess = (address: string) =>
  statement(sql`UPDATE sign_in_attempts SET failures = max(failures - 1, 0), blocked_until = 0 WHERE key = ${address}`);
