import type { RecordedChange } from "../../../control/audit-trail.ts";
import { Identifier } from "../../page/identifier.tsx";
import { Table } from "../../page/table.tsx";
import { useReader } from "../../reader/reader.ts";
import { Time } from "../../reader/time.tsx";
import { Difference } from "../parts/difference.tsx";

/** What administrators did to a job, newest first, field by field. */
export function JobChanges(props: { changes: readonly RecordedChange[] }) {
  const { t } = useReader();
  if (props.changes.length === 0) return null;
  return (
    <section>
      <h2>{t("Changes")}</h2>
      <Table
        caption={t("Changes, newest first")}
        columns={[
          { label: t("When"), head: true, cell: ({ at }) => <Time at={at} bare /> },
          {
            label: t("What"),
            cell: ({ action, actor }) => (
              <>
                {t.told(action)}
                <small>
                  <Identifier name={actor} />
                </small>
              </>
            ),
          },
          {
            label: t("Before and after"),
            wide: true,
            cell: ({ before, after }) => <Difference before={before ?? {}} after={after ?? {}} />,
          },
        ]}
        rows={props.changes}
      />
    </section>
  );
}
