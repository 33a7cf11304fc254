import type { ClientConfiguration } from "../../control/clients/configuration.ts";
import type { Failure } from "../../store/step/step.ts";
import { dayInWords } from "../../time/day-words.ts";
import type { NewMessage } from "../messages/messages.ts";
import { fillWording, readWordingOr } from "../messages/wording.ts";
import type { OverPeriodRow } from "./over-periods.ts";
import type { ResetPeriod } from "./period-reset.ts";
import { certificationPlaceholders, certificationWordings } from "./words.ts";

/** Decimals of an amount in a text, at most. */
const DECIMALS = 2;

/**
 * The message that tells a person how a period of a certification has ended: a mail, or one within the suite for a person without an
 * address. Null for a person who is not active.
 *
 * @param ended a period that is closed
 * @returns a failure `bad_text` where the client's own text cannot be used
 */
export async function periodMessage(
  configuration: Pick<ClientConfiguration, "wording" | "client">,
  row: OverPeriodRow,
  ended: ResetPeriod,
): Promise<NewMessage | { readonly failure: Failure } | null> {
  if (row.authStatus !== "active") return null;
  const result = ended.status === "fulfilled" ? "fulfilled" : "not_fulfilled";
  const what = `message.certification_${result}`;
  const keys = { subject: `${what}.subject`, body: `${what}.body` };
  const shipped = certificationWordings[result];
  const wording = await readWordingOr(shipped, configuration, keys, row.locale, certificationPlaceholders);
  if ("failure" in wording) return wording;
  const amountInWords = (amount: number) => String(Number(amount.toFixed(DECIMALS)));
  const text = fillWording(wording, {
    givenName: row.givenName,
    familyName: row.familyName,
    certification: row.name,
    start: dayInWords(ended.startOn, wording.locale),
    end: dayInWords(ended.endOn, wording.locale),
    amount: amountInWords(ended.amount),
    required: amountInWords(row.requiredAmount),
    client: configuration.client.name,
  });
  const address = row.email?.trim() || null;
  const channel = address === null ? "internal" : "mail";
  const dedupeKey = `cert|${row.id}|end`;
  return { kind: "notification", channel, personId: row.personId, toAddress: address, dedupeKey, ...text };
}
