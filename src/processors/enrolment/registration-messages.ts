import { type ClosableRegistration, cancelRegistration } from "../../learning/enrolment/close.ts";
import {
  type Recipient,
  type RegisteredComponent,
  type RegisteredPerson,
  registrationMessage,
} from "../../learning/enrolment/registration-message.ts";
import type { RegistrationEvent } from "../../learning/enrolment/words.ts";
import { queueMessage } from "../../learning/messages/messages.ts";
import type { Query } from "../../store/statement.ts";
import type { Ending, Failure } from "../../store/step/step.ts";
import type { RunContext, Unit, Yielded } from "../contract.ts";
import { type DeliveryContext, type DeliveryCount, type MailingCursor, mailing, ownCursor } from "../delivery.ts";

/** The messages about a page of registrations, behind the first write of each one's unit. */
export class RegistrationMessages {
  readonly #context: Pick<RunContext, "configuration" | "now">;
  /** Event and locale of texts that cannot be used: the first registration of a page whose message they would be says so. */
  readonly #unusable = new Set<string>();

  constructor(context: Pick<RunContext, "configuration" | "now">) {
    this.#context = context;
  }

  /**
   * What queues the message if the unit's first write changed the registration; nothing where no person is to be told. A text that cannot
   * be used keeps the registration from nothing: it is the unit's failure.
   *
   * @param zone the component's, in which its start is told
   * @param recipient who is told of the participant. Default: the participant
   */
  async queue(
    event: RegistrationEvent,
    person: RegisteredPerson,
    component: RegisteredComponent,
    zone: string,
    recipient: Recipient = person,
  ): Promise<{ readonly writes: readonly Query[]; readonly failure?: Failure }> {
    const { configuration, now } = this.#context;
    const message = await registrationMessage(configuration, event, person, component, zone, recipient);
    if (message === null) return { writes: [] };
    if (!("failure" in message)) return { writes: [queueMessage(message, now, { ifLed: true })] };
    const text = `${event} ${recipient.locale ?? ""}`;
    if (this.#unusable.has(text)) return { writes: [] };
    this.#unusable.add(text);
    return { writes: [], failure: message.failure };
  }
}

/**
 * The unit that cancels a registration, counted as `cancelled`, and tells its person where the parameter `notify` says so.
 *
 * @param reason a word, as {@link cancelRegistration} takes it
 * @param zone the component's, in which its start is told
 */
export async function cancelAndTell(
  { now, today, parameters }: Pick<RunContext<{ readonly notify: boolean }>, "now" | "today" | "parameters">,
  messages: RegistrationMessages,
  registration: ClosableRegistration & RegisteredPerson,
  {
    reason,
    event,
    component,
    zone,
  }: {
    readonly reason: string;
    readonly event: RegistrationEvent;
    readonly component: RegisteredComponent;
    readonly zone: string;
  },
): Promise<Omit<Unit<"cancelled">, "ref">> {
  const cancelled = { ...cancelRegistration(registration, reason, { now, today }), count: "cancelled" } as const;
  if (!parameters.notify) return { writes: [cancelled] };
  const told = await messages.queue(event, registration, component, zone);
  return { ...told, writes: [cancelled, ...told.writes] };
}

/** What a processor with a parameter `notify` needs of a run. */
type NotifyingContext<C> = DeliveryContext & {
  readonly cursor: MailingCursor<C> | null;
  readonly parameters: { readonly notify: boolean };
};

/**
 * A processor that tells people what happened to their registrations where its parameter `notify` says so: it sends mail then, as
 * {@link mailing} does, and none otherwise.
 *
 * @param own the processor's own phases, from their cursor on (null: from their start)
 */
export function notifying<C, N extends string>(
  context: NotifyingContext<C>,
  own: (from: C | null) => AsyncGenerator<Yielded<C, N>, Ending | undefined, unknown>,
): AsyncGenerator<Yielded<MailingCursor<C>, N | DeliveryCount>, Ending | undefined, unknown> {
  if (context.parameters.notify) return mailing<C, N>(context, ["registration"], own);
  const steps = own(ownCursor(context.cursor));
  return steps as AsyncGenerator<Yielded<C, N | DeliveryCount>, Ending | undefined, unknown>;
}
