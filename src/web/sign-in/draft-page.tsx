import type { Context } from "hono";
import { Brand, htmlDocument } from "../document.tsx";
import type { Environment } from "../environment.ts";
import { useReader } from "../reader.ts";
import { type Draft, draftInputs } from "./draft.ts";

/** What was left out of a draft and must be given again. */
export function DraftGaps(props: { draft: Draft }) {
  const { t } = useReader();
  const { withoutFiles, withoutSecrets, tooLarge } = props.draft;
  return (
    <>
      {tooLarge ? <p>{t("The form was too large to be kept (64 kB). Please fill it in again.")}</p> : null}
      {withoutFiles ? <p>{t("Files are not kept: choose them again after signing in.")}</p> : null}
      {withoutSecrets ? <p>{t("Passwords and secrets are not kept: enter them again after signing in.")}</p> : null}
    </>
  );
}

/** Carries a draft along in a form. */
export function DraftInputs(props: { draft: Draft }) {
  return (
    <>
      {draftInputs(props.draft).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
    </>
  );
}

/** What a check box posts before its own value (see `CheckField`) says nothing beside it. */
function shownFields(fields: Draft["fields"]): { name: string; values: readonly string[] }[] {
  const names = [...new Set(fields.map(([name]) => name))].filter((name) => name !== "intent");
  return names.map((name) => {
    const all = fields.filter(([one]) => one === name).map(([, value]) => value);
    const isCheck = all.length === 2 && all[0] === "false" && all[1] === "true";
    return { name, values: isCheck ? ["true"] : all.length > 1 ? all.filter((value) => value !== "") : all };
  });
}

/**
 * The form as it was filled in, for whoever has just signed in again. Nothing is done until it is sent; a form with a preview
 * (`intent`) can be opened as it was first.
 *
 * @param lead says why the form waited; default: the session had expired
 */
export function draftPage(c: Context<Environment>, draft: Draft, lead?: string) {
  const { reader } = c.var;
  const { t } = reader;
  const shown = shownFields(draft.fields);
  const intent = draft.fields.findLast(([name]) => name === "intent")?.[1];
  const isWhole = !draft.withoutFiles && !draft.tooLarge;
  return htmlDocument(reader, {
    title: t("Your form was kept"),
    children: (
      <main>
        <div class="narrow">
          <Brand />
          <h1>{t("Your form was kept")}</h1>
          <p>{lead ?? t("You are signed in again. Nothing has been done yet with what you had entered.")}</p>
          <DraftGaps draft={draft} />
          {shown.length === 0 ? null : (
            <dl class="facts">
              {shown.map(({ name, values }) => (
                <>
                  <dt>{name}</dt>
                  <dd>{values.every((value) => value === "") ? <span class="soft">–</span> : values.join(", ")}</dd>
                </>
              ))}
            </dl>
          )}
          <form method="post" action={draft.path}>
            {draft.fields
              .filter(([name]) => name !== "intent")
              .map(([name, value]) => (
                <input type="hidden" name={name} value={value} />
              ))}
            <div class="actions">
              {isWhole && intent !== undefined ? (
                <button class="button primary" type="submit" name="intent" value="preview">
                  {t("Open the form with these values")}
                </button>
              ) : null}
              {isWhole ? (
                <button
                  class={intent === undefined ? "button primary" : "button"}
                  type="submit"
                  name={intent === undefined ? undefined : "intent"}
                  value={intent}
                >
                  {t("Send it now")}
                </button>
              ) : null}
              <a class="button plain" href={draft.page}>
                {isWhole ? t("Discard it") : t("Go to the form")}
              </a>
            </div>
          </form>
        </div>
      </main>
    ),
  });
}
