import type { ClientChoice } from "../../../control/clients/client-records.ts";
import type { Job } from "../../../control/jobs/jobs.ts";
import type { Processor } from "../../../processors/contract.ts";
import { mayStartJob, onlyClient } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { lastValue } from "../../http/form-post.ts";
import { CheckField, type Choice, type FieldProblem } from "../../page/fields.tsx";
import type { Ports } from "../../ports.ts";
import { useReader } from "../../reader/reader.ts";
import { type Offered, offeredClients } from "../parts/named-client.tsx";

const confirmWords = {
  destructive: "This processor deletes or changes things for good. I want to start it.",
  expensive: "This processor is expensive to run. I want to start it.",
} as const;

/** What a dry run of a processor is worth, for `t`. */
export const dryRunWords = {
  exact: "Everything is done, counted and undone. No mail leaves, no other system is told.",
  lower_bound:
    "Everything is done, counted and undone. Later steps of this processor build on earlier ones, so its counts are the least that a real run would do.",
} as const;

/** The clients for which this admin may start a job. */
export function choicesFor(c: PageContext, job: Job, processor: Processor, clients: readonly ClientChoice[]): Choice[] {
  return clients
    .filter(({ id, status }) => status === "active" && (job.clientId === 0 || job.clientId === id))
    .filter(({ id }) => mayStartJob(c.var.admin, { clientId: job.clientId, processor }, id))
    .map(({ id, name }) => ({ value: String(id), label: name }));
}

/** The clients that a form of a job offers to this admin. */
export async function offeredTo(
  c: PageContext,
  ports: Ports,
  job: Job,
  processor: Processor,
  form: URLSearchParams,
): Promise<Offered> {
  if (processor.scope !== "client") return { list: [], chosen: null };
  return offeredClients(ports.control, job.clientId || (onlyClient(c.var.admin) ?? 0), form);
}

interface StartFieldProps {
  readonly processor: Processor;
  readonly form: URLSearchParams;
  readonly problems: readonly FieldProblem[];
}

/** The field `dryRun` of a form that starts a job by hand. */
export function DryRunField({ processor, form, problems }: StartFieldProps) {
  const { t } = useReader();
  return (
    <CheckField
      name="dryRun"
      label={t("Dry run")}
      hint={t(dryRunWords[processor.dryRun])}
      checked={lastValue(form, "dryRun") === "true"}
      problems={problems}
    />
  );
}

/** The field `confirmed`, where a processor wants to be confirmed; {@link unconfirmed} judges it. */
export function ConfirmField({ processor, form, problems }: StartFieldProps) {
  const { t } = useReader();
  if (!processor.confirm) return null;
  return (
    <CheckField
      name="confirmed"
      label={t(confirmWords[processor.confirm])}
      checked={lastValue(form, "confirmed") === "true"}
      problems={problems}
    />
  );
}

/** What is to be mended: the processor wants a confirmation that the form does not give; null: nothing. A dry run needs none. */
export function unconfirmed(processor: Processor, form: URLSearchParams, dryRun: boolean): FieldProblem | null {
  if (!processor.confirm || dryRun || lastValue(form, "confirmed") === "true") return null;
  return { field: "confirmed", message: "Tick the box to confirm that you want this" };
}
