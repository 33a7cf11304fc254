import type { Run } from "../../../control/runs/runs.ts";
import type { RunTraces } from "../../../store/step/run-traces.ts";
import { Table } from "../../page/table.tsx";
import { useReader } from "../../reader/reader.ts";
import { RunMessage } from "../parts/run-message.tsx";
import { failureWords } from "./failure-words.ts";

/** Failures on one page. */
export const FAILURE_PAGE = 100;

/**
 * The units that failed: as the run's store knows them, page by page. Where it holds none (any more), those that its row keeps.
 *
 * @param props.traces up to one failure more than a page has; null: the store does not answer
 */
export function Failures(props: { run: Run; traces: RunTraces | null; after: number; path: string }) {
  const { t } = useReader();
  const { run, traces, after, path } = props;
  const stored = traces?.failures ?? [];
  const shown = stored.length > 0 || after > 0 ? stored.slice(0, FAILURE_PAGE) : run.errors;
  const last = stored.length > FAILURE_PAGE ? stored[FAILURE_PAGE - 1] : undefined;
  const more = stored.length > 0 || after > 0 ? 0 : (run.counts.failed ?? 0) - run.errors.length;
  if (shown.length === 0 && after === 0) return null;
  return (
    <section>
      <h2 id="failures">{run.dryRun ? t("What would fail") : t("Failures")}</h2>
      {traces === null ? (
        <p>{t("The client's database does not answer, so only the first failures are shown.")}</p>
      ) : null}
      {shown.length === 0 ? <p class="soft">{t("No more failures.")}</p> : null}
      {shown.length === 0 ? null : (
        <Table
          caption={t("Failures")}
          columns={[
            { label: t("What"), head: true, cell: (failure) => failure.ref },
            { label: t("Code"), cell: (failure) => <Code code={failure.code} /> },
            { label: t("Message"), cell: (failure) => <RunMessage message={failure.message} /> },
          ]}
          rows={shown}
        />
      )}
      {more > 0 ? <p class="soft">{t("{count} more are not shown here.", { count: more })}</p> : null}
      <nav class="pages" aria-label={t("Pages of the failures")}>
        {after > 0 ? <a href={`${path}#failures`}>{t("First failures")}</a> : <span />}
        {last ? <a href={`${path}?failures=${last.id}#failures`}>{t("More failures")}</a> : null}
      </nav>
    </section>
  );
}

/** What a code means, in words where it has some. */
function Code(props: { code: string }) {
  const { t } = useReader();
  const words = failureWords(props.code);
  return (
    <>
      {words === null ? null : t.said(words)}
      <small>
        <code>{props.code}</code>
      </small>
    </>
  );
}
