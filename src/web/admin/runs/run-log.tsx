import type { LogFilter } from "../../../control/runs/run-detail.ts";
import type { StoredLine } from "../../../control/runs/run-logs.ts";
import type { PageContext } from "../../environment.ts";
import { readId } from "../../http/form-post.ts";
import { ChoiceField, TextField } from "../../page/fields.tsx";
import { useReader } from "../../reader/reader.ts";
import { clockTime } from "../../reader/time-words.ts";
import { RunMessage } from "../parts/run-message.tsx";

/** Log lines on one page. */
const LOG_PAGE = 500;

/** What the log of a run's page shows, by its address; one line more than a page has. */
export function readLogFilter(c: PageContext): LogFilter {
  const level = c.req.query("level");
  return {
    level: level === "warn" || level === "error" ? level : undefined,
    text: c.req.query("find")?.trim().slice(0, 200) || undefined,
    after: readId(c.req.query("after")) ?? 0,
    limit: LOG_PAGE + 1,
  };
}

/** Lines of a log, each with its time of day. */
export function LogLines(props: { lines: readonly StoredLine[] }) {
  const { zone } = useReader();
  return (
    <div class="rows">
      <ol class="log">
        {props.lines.map((line) => (
          <li>
            <time
              class="soft number"
              datetime={new Date(line.at).toISOString()}
              title={new Date(line.at).toISOString()}
            >
              {clockTime(line.at, zone)}
            </time>
            <span class={line.level}>{line.level}</span>
            <p>
              <RunMessage message={line.message} />
              {line.data === null || Object.keys(line.data).every((key) => key === "rehearsed") ? null : (
                <>
                  {" "}
                  <code class="soft">{JSON.stringify(line.data)}</code>
                </>
              )}
            </p>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** A run's log: by level, searched, page by page. */
export function RunLog(props: { path: string; filter: LogFilter; log: readonly StoredLine[] }) {
  const { t } = useReader();
  const { path, filter, log } = props;
  const { level, text, after = 0 } = filter;
  const lines = log.slice(0, LOG_PAGE);
  const last = lines.at(-1);
  const isFiltered = level !== undefined || text !== undefined;
  const address = (from?: number) => {
    const query = new URLSearchParams();
    if (level) query.set("level", level);
    if (text) query.set("find", text);
    if (from) query.set("after", String(from));
    return `${path}${query.size === 0 ? "" : `?${query}`}#log`;
  };
  return (
    <section>
      <h2 id="log">{t("Log")}</h2>
      {lines.length === 0 && !isFiltered && after === 0 ? null : (
        <form class="filters" method="get" action={`${path}#log`}>
          <ChoiceField
            name="level"
            label={t("Level")}
            value={level ?? ""}
            choices={[
              { value: "", label: t("All") },
              { value: "warn", label: t("Warnings and errors") },
              { value: "error", label: t("Errors") },
            ]}
          />
          <TextField name="find" label={t("Contains")} value={text ?? ""} />
          <button class="button" type="submit">
            {t("Filter")}
          </button>
          {isFiltered ? (
            <a class="button plain" href={`${path}#log`}>
              {t("Show all")}
            </a>
          ) : null}
        </form>
      )}
      {lines.length === 0 ? (
        <p class="soft">
          {isFiltered ? t("No line matches.") : after === 0 ? t("Nothing was logged.") : t("No more lines.")}
        </p>
      ) : (
        <LogLines lines={lines} />
      )}
      <nav class="pages" aria-label={t("Pages of the log")}>
        {after > 0 ? <a href={address()}>{t("First lines")}</a> : <span />}
        {log.length > LOG_PAGE && last ? <a href={address(last.id)}>{t("More lines")}</a> : null}
      </nav>
    </section>
  );
}
