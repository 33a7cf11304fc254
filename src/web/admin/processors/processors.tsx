import { type Processor, type ProcessorGroup, processorGroups } from "../../../processors/contract.ts";
import type { PageContext } from "../../environment.ts";
import { TextField } from "../../page/fields.tsx";
import type { Ports } from "../../ports.ts";
import type { Translate } from "../../words/translate.ts";
import { expressionWords } from "../jobs/schedule/schedule.tsx";
import { page } from "../parts/layout.tsx";
import { ProcessorName } from "../parts/processor-name.tsx";
import { groupWords } from "./processor-choice.tsx";

/** Whether a processor is found by a text: in its id, its other names, or its title and summary as the reader sees them. */
function isFound(t: Translate, processor: Processor, text: string): boolean {
  const { id, aliases = [], title, summary } = processor;
  const places = [id, ...aliases, title, t.told(title), summary, t.told(summary)];
  return places.some((place) => place.toLowerCase().includes(text.toLowerCase()));
}

/** `/admin/processors`: the catalogue as documentation, by group. */
export function processorsPage(c: PageContext, ports: Ports) {
  const { t, locale } = c.var.reader;
  const text = c.req.query("find")?.trim().slice(0, 100) ?? "";
  const found = ports.catalogue.all().filter((processor) => isFound(t, processor, text));
  const group = (name: ProcessorGroup) => {
    const processors = found.filter((processor) => processor.group === name);
    if (processors.length === 0) return null;
    return (
      <section>
        <h2>{t(groupWords[name])}</h2>
        <ul class="choices">
          {processors.map((processor) => (
            <li>
              <ProcessorName id={processor.id} processor={processor} path={`/admin/processors/${processor.id}`} />
              {processor.load === "heavy" ? <span class="tag">{t("heavy")}</span> : null}
              {processor.confirm ? <span class="tag">{t(processor.confirm)}</span> : null}
              <p class="small">{t.told(processor.summary)}</p>
              <p class="soft small">
                {processor.suggestedCron === null ? t("Manual") : expressionWords(processor.suggestedCron, locale)}
              </p>
            </li>
          ))}
        </ul>
      </section>
    );
  };
  return c.html(
    page(c, ports, {
      title: t("Processors"),
      section: "processors",
      lead: t("What jobs can do: each processor with its parameters, and what it should run behind."),
      children: (
        <>
          <form class="filters" method="get" action="/admin/processors">
            <TextField name="find" label={t("Contains")} value={text} />
            <button class="button" type="submit">
              {t("Filter")}
            </button>
            {text === "" ? null : (
              <a class="button plain" href="/admin/processors">
                {t("Show all")}
              </a>
            )}
          </form>
          {found.length === 0 ? (
            <div class="empty">
              <p>{t("No processor matches.")}</p>
            </div>
          ) : null}
          {processorGroups.map(group)}
        </>
      ),
    }),
  );
}
