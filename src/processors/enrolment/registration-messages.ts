import {
  type Recipient,
  type RegisteredComponent,
  type RegisteredPerson,
  registrationMessage,
} from "../../learning/enrolment/registration-message.ts";
import type { RegistrationEvent } from "../../learning/enrolment/words.ts";
import { queueMessage } from "../../learning/messages/messages.ts";
import type { Query } from "../../store/statement.ts";
import type { Failure } from "../../store/step/step.ts";
import type { RunContext } from "../contract.ts";

/** The messages about a page of registrations, behind the first write of each one's unit. */
export class RegistrationMessages {
  readonly #context: Pick<RunContext, "configuration" | "now">;
  /** Event and locale of texts that cannot be used: the first registration of a page whose message they would be says so. */
  readonly #unusable = new Set<string>();

  constructor(context: Pick<RunContext, "configuration" | "now">) {
    this.#context = context;
  }

  /**
   * What queues the message if the unit's first write changed the registration; nothing where nobody is to be told. A text that cannot
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
