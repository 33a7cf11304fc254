import type { Context } from "hono";
import type { Environment } from "../../environment.ts";
import { Brand, htmlDocument } from "../../page/document.tsx";
import { type KeptForm, useReader } from "../../reader/reader.ts";
import { cookiesWith } from "../cookie.ts";
import { type Draft, isDraftOf } from "./draft.ts";

/** What was left out of a draft and must be given again. */
export function DraftGaps(props: { draft: Omit<KeptForm, "fields"> & { readonly tooLarge?: boolean } }) {
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
export function DraftInputs(props: { inputs: readonly (readonly [name: string, value: string])[] }) {
  return (
    <>
      {props.inputs.map(([name, value]) => (
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

/** Whether the intent `preview` only shows what a form would do. Elsewhere it may be taken for the deed. */
const hasPreview = ({ path }: Draft) => path.startsWith("/admin/jobs/");

/** Who gets a form back. */
interface Returned {
  /** Of the session that goes on. */
  readonly token: string;
  readonly adminId: number;
}

/**
 * The page with the form on it, filled in as it was; nothing is done before it is sent again. Where no page shows that form any more,
 * or not to this account, what was entered is listed instead. Another account gets neither.
 *
 * @param said what happened. Default: that the reader is signed in again
 */
export async function keptForm(c: Context<Environment>, draft: Draft, to: Returned, said?: string): Promise<Response> {
  if (!isDraftOf(draft, to.adminId)) return c.html(strangersPage(c));
  const filled = draft.fields.filter(([, value]) => value !== "");
  // All of it must have found its place, or some of it would be lost without a word.
  const marks = [`action="${escaped(draft.path)}"`, ...filled.map(([name]) => `name="${escaped(name)}"`)];
  for (const path of draft.fields.length === 0 ? [] : new Set([draft.page, draft.path])) {
    const answer = await c.var.ownPage(path, cookiesWith(c, to.token), { ...draft, said });
    const html = answer.status === 200 ? await answer.text() : "";
    if (marks.every((mark) => html.includes(mark))) return c.html(html);
  }
  return c.html(draftPage(c, draft, said));
}

/** As an attribute of a page has it. */
const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("'", "&#39;");

/** What another account reads that has signed in where a form was waiting. */
function strangersPage(c: Context<Environment>) {
  const { reader } = c.var;
  const { t } = reader;
  return htmlDocument(reader, {
    title: t("Signed in"),
    children: (
      <main>
        <div class="narrow">
          <Brand />
          <h1>{t("Signed in")}</h1>
          <p>
            {t("Another account had filled in the form that was open here. It was not sent, and is not shown to you.")}
          </p>
          <p>
            <a href="/admin/now">{t("Go on")}</a>
          </p>
        </div>
      </main>
    ),
  });
}

/**
 * The form as it was filled in, for an administrator who has just signed in again. Nothing is done until it is sent; a form with a preview
 * (`intent`) can be opened as it was first.
 *
 * @param lead says why the form waited; default: the session had expired
 */
function draftPage(c: Context<Environment>, draft: Draft, lead?: string) {
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
              {isWhole && intent !== undefined && hasPreview(draft) ? (
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
