import type { Context } from "hono";
import type { Environment } from "../environment.ts";
import { Brand, DemoNote, htmlDocument } from "../page/document.tsx";
import { TextField } from "../page/fields.tsx";
import { Notice } from "../page/notice.tsx";
import type { Ports } from "../ports.ts";
import type { English, Said } from "../words/text.ts";
import { type Draft, draftInputs } from "./draft/draft.ts";
import { DraftGaps, DraftInputs } from "./draft/draft-page.tsx";
import { signInAddress } from "./return-path.ts";

/** What a sign-in page shows. */
export interface SignInPage {
  readonly email: string;
  /** A path of ours to go on to. */
  readonly next: string;
  readonly notice?: string | undefined;
  readonly problem?: English | Said | undefined;
  /** A form that waits for the sign-in; null: none. */
  readonly draft: Draft | null;
}

/** The sign-in page. The way through the provider stands there only where one is configured. */
export async function signInPage(
  c: Context<Environment>,
  ports: Pick<Ports, "openId" | "isDemo" | "devices">,
  props: SignInPage,
) {
  const { reader } = c.var;
  const { t } = reader;
  const { draft, problem } = props;
  const inputs = draft ? await draftInputs(ports, draft) : [];
  return htmlDocument(reader, {
    title: problem ? `${t("Please mend:")} ${t("Sign in")}` : t("Sign in"),
    children: (
      <main>
        {ports.isDemo ? <DemoNote /> : null}
        <div class="narrow">
          <Brand unlinked />
          <h1>{t("Sign in")}</h1>
          <p class="soft">{t("Scheduled jobs of the learning suite")}</p>
          <Notice notice={props.notice} />
          {problem ? (
            <div class="notice bad" role="alert">
              <p>{t.said(problem)}</p>
            </div>
          ) : null}
          {draft ? (
            <div class="notice" role="status">
              <p>
                {t(
                  draft.owner === 0
                    ? "You are not signed in any more. Sign in, and the form comes back as you had filled it in."
                    : "Your session had expired. Sign in, and the form comes back as you had filled it in.",
                )}
              </p>
              <DraftGaps draft={draft} />
            </div>
          ) : null}
          <form class="panel" method="post" action="/sign-in" novalidate>
            <input type="hidden" name="next" value={props.next} />
            {draft ? <DraftInputs inputs={inputs} /> : null}
            <TextField name="email" label={t("E-mail")} type="email" value={props.email} autocomplete="username" />
            <TextField name="password" label={t("Password")} type="password" value="" autocomplete="current-password" />
            <button class="button primary" type="submit">
              {t("Sign in")}
            </button>
            {ports.openId && draft ? (
              <button class="button" type="submit" name="continue" value="true">
                {t("I have signed in in another tab: go on")}
              </button>
            ) : null}
          </form>
          {ports.openId ? <OpenIdLink {...props} label={ports.openId.label} text={t} /> : null}
        </div>
      </main>
    ),
  });
}

/** The way through the provider. A form that waits here stays here: the provider opens beside it. */
function OpenIdLink(props: SignInPage & { label: string; text: Environment["Variables"]["reader"]["t"] }) {
  const { text: t, label, draft, next } = props;
  const address = signInAddress(next).replace(/^\/sign-in/, "/sign-in/openid");
  return (
    <p>
      <a class="button" href={address} target={draft ? "_blank" : undefined} rel={draft ? "noopener" : undefined}>
        {t("Sign in with {label}", { label })}
        {draft ? ` ${t("(in another tab)")}` : ""}
      </a>
    </p>
  );
}
