import { PrerequisiteCheck as processor } from "../../../../src/processors/enrolment/PrerequisiteCheck.ts";
import { Suite } from "../../../processors/enrolment/suite.ts";
import { insertBystanders } from "../../suite/rows.ts";
import type { Scenario } from "../../suite/scenario.ts";

const inIt = JSON.stringify({ attr: "department", op: "eq", value: "IT" });

export const PrerequisiteCheck: Scenario = {
  processor,
  parameters: { chunkSize: 2 },
  badParameters: [
    [{ recheckOverdue: 1 }, "recheckOverdue"],
    [{ markNew: "no" }, "markNew"],
    [{ promoteWaitingList: true }, "promoteWaitingList"],
  ],
  // One component's prerequisites cannot be read.
  ends: "partial",
  again: "partial",
  counts: { met: 3, overdue: 2 },
  async seed({ database }, bystanders) {
    for (const clientId of [1, 2]) {
      const suite = new Suite(database, clientId);
      const it1 = [];
      for (const department of ["IT", "IT", "Sales", "Sales"])
        it1.push(await suite.person({ attributes: JSON.stringify({ department }) }));
      const [open, past, without, broken] = [
        await suite.course({ prerequisites: inIt }),
        await suite.course({ prerequisites: inIt }),
        await suite.course(),
        await suite.course({ prerequisites: "{}" }),
      ];
      await suite.meta(past, 12703, "2026-03-01");
      for (const [index, person] of it1.entries()) {
        await suite.registration(open, person, { prerequisite_status: index % 2 ? "none" : "not_met" });
        await suite.registration(past, person, { prerequisite_status: index === 0 ? "met" : "not_met" });
        await suite.registration(without, person, { prerequisite_status: index ? "overdue" : "none" });
        await suite.registration(broken, person, { prerequisite_status: "not_met" });
      }
    }
    const done = await new Suite(database).course({ prerequisites: inIt });
    await insertBystanders(database, "registrations", bystanders, (id) => ({
      component_id: done,
      person_id: id,
      status: id % 2 ? "passed" : "booked",
      prerequisite_status: id % 2 ? "not_met" : "met",
    }));
  },
};
