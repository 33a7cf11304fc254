import type { JobLook, QuietRange } from "../../../control/quiet/quiet-ranges.ts";
import { type Column, Table } from "../../page/table.tsx";
import { useReader } from "../../reader/reader.ts";
import { Time } from "../../reader/time.tsx";

/** What the tables of looks and of quiet ranges share. */
type Looked = Pick<JobLook, "first" | "last" | "occurrences" | "timeZone" | "lookedAt">;

/**
 * Planned moments of a job that polls: when they were looked at, and for how many clients something was to do. For who sees one client
 * only, that client's quiet moments.
 */
export function JobLooks(props: { looks: readonly JobLook[]; quiet: readonly QuietRange[]; now: number }) {
  const { t } = useReader();
  const first: Column<Looked> = {
    label: t("From"),
    head: true,
    cell: ({ first: at, timeZone }) => <Time at={at} zone={timeZone} bare />,
  };
  const last: Column<Looked> = {
    label: t("To"),
    cell: ({ last: at, timeZone }) => <Time at={at} zone={timeZone} bare />,
  };
  const number: Column<Looked> = { label: t("Planned moments"), right: true, cell: ({ occurrences }) => occurrences };
  const lookedAt: Column<Looked> = {
    label: t("Looked at last"),
    cell: ({ lookedAt: at }) => <Time at={at} now={props.now} />,
  };
  const named: Column<JobLook> = {
    label: t("Clients with something to do"),
    right: true,
    cell: (look) => look.named,
  };
  return (
    <>
      <h2>{t("Polls")}</h2>
      <p>
        {t(
          "A client gets a run of this job only when there is something to do, or the last run failed or is not over. All other planned moments were looked at.",
        )}
      </p>
      {props.looks.length > 0 ? (
        <Table caption={t("Newest polls")} columns={[first, last, number, lookedAt, named]} rows={props.looks} />
      ) : props.quiet.length > 0 ? (
        <Table caption={t("Newest polls")} columns={[first, last, number, lookedAt]} rows={props.quiet} />
      ) : (
        <p class="soft">{t("Nothing was looked at yet.")}</p>
      )}
    </>
  );
}
