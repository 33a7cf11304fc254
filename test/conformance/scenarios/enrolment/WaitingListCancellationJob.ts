import { WaitingListCancellationJob as processor } from "../../../../src/processors/enrolment/WaitingListCancellationJob.ts";
import { Suite } from "../../../processors/enrolment/suite.ts";
import { sendingMail } from "../../suite/mail.ts";
import { insertBystanders } from "../../suite/rows.ts";
import { NOW, type Scenario } from "../../suite/scenario.ts";

const HOUR = 3_600_000;

/** A list that is cleared, one that is filled, and those at which nothing is to be done. */
async function lists(suite: Suite): Promise<void> {
  const emails = ["ada@example.com", "not an address", null, "dora@example.com", "emil@example.com"];
  const waiting: number[] = [];
  for (const email of emails) waiting.push(await suite.person({ email }));
  const list = async (values: Parameters<Suite["course"]>[0]) => {
    const course = await suite.course({ waiting_list: 1, max_participants: 1, ...values });
    await suite.meta(course, 11816);
    for (const person of waiting) await suite.registration(course, person, { status: "waiting_list" });
    return course;
  };
  const begun = { start_at: NOW - HOUR };
  await list(begun);
  await list({ start_at: NOW + 8 * HOUR, max_participants: 3 });
  const strict = await list({ ...begun, prerequisites: '{"attr":"username","op":"empty"}', max_participants: null });
  await suite.meta(strict, 11838);
  await suite.meta(strict, 10132, "0");
  await list({ ...begun, prerequisites: "{}" });
  await list({ start_at: null });
  await list({ start_at: NOW + 48 * HOUR });
}

export const WaitingListCancellationJob: Scenario = {
  processor,
  parameters: { chunkSize: 2 },
  badParameters: [
    [{ graceHours: -1 }, "graceHours"],
    [{ graceHours: "1" }, "graceHours"],
    [{ fillPlaces: 1 }, "fillPlaces"],
    [{ notify: "mail" }, "notify"],
    [{ promoteWaitingList: true }, "promoteWaitingList"],
  ],
  // One course's prerequisites cannot be read, and one mail cannot be sent.
  ends: "partial",
  again: "partial",
  async seed({ database }, bystanders) {
    for (const clientId of [1, 2]) await lists(new Suite(database, clientId));
    const suite = new Suite(database);
    const unticked = await suite.course({ start_at: NOW - HOUR });
    await insertBystanders(database, "registrations", bystanders, (id) => ({
      component_id: unticked,
      person_id: id,
      status: id % 2 ? "waiting_list" : "cancelled",
    }));
  },
  ...sendingMail(),
};
