import type { Child } from "hono/jsx";
import { useReader } from "../reader/reader.ts";
import type { Translate } from "../words/translate.ts";

/**
 * What is wrong with one field, and how to mend it. `field` is the name of an input, or a path below it. The message may be a
 * lower room's English: it is looked up where it is drawn (`t.told`), unless it is `said`: in the reader's language already, with
 * something in it that a person typed.
 */
export interface FieldProblem {
  readonly field: string;
  readonly message: string;
  readonly said?: boolean;
}

/** The words of a problem in the reader's language. */
const wordsOf = (t: Translate, { message, said }: FieldProblem) => (said ? message : t.told(message));

/** The problems that belong to an input: its own and those of its parts (`parameters.days.2`). */
export function problemsOf(problems: readonly FieldProblem[], name: string): readonly FieldProblem[] {
  return problems.filter(({ field }) => field === name || field.startsWith(`${name}.`));
}

const idOf = (name: string) => `field-${name}`;

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly hint?: Child;
  readonly problems?: readonly FieldProblem[];
  /** Says so beside the label; the server is the judge. */
  readonly optional?: boolean;
}

function describedBy(props: FieldProps, wrong: boolean): string | undefined {
  const ids = [props.hint ? `${idOf(props.name)}-hint` : "", wrong ? `${idOf(props.name)}-problem` : ""].filter(
    Boolean,
  );
  return ids.length > 0 ? ids.join(" ") : undefined;
}

/** What ties an input to its label, hint and problem. */
function ties(props: FieldProps) {
  const wrong = problemsOf(props.problems ?? [], props.name).length > 0;
  return {
    id: idOf(props.name),
    name: props.name,
    "aria-describedby": describedBy(props, wrong),
    "aria-invalid": wrong ? ("true" as const) : undefined,
  };
}

function Notes(props: FieldProps) {
  const { t } = useReader();
  const wrong = problemsOf(props.problems ?? [], props.name);
  return (
    <>
      {props.hint ? (
        <p class="hint" id={`${idOf(props.name)}-hint`}>
          {props.hint}
        </p>
      ) : null}
      {wrong.length > 0 ? (
        <p class="problem" id={`${idOf(props.name)}-problem`}>
          <span class="unseen">{t("Error:")} </span>
          {wrong.map((problem) => wordsOf(t, problem)).join(" ")}
        </p>
      ) : null}
    </>
  );
}

/** What a form that waited for a sign-in had in an input; undefined: there is none, or it had no such input. */
function useKept(name: string): readonly string[] | undefined {
  const kept = useReader().kept?.fields.filter(([one]) => one === name);
  return kept === undefined || kept.length === 0 ? undefined : kept.map(([, value]) => value);
}

/** A value that a form carries unseen: the revision that it was drawn from, or what else the deed depends on. */
export function HiddenField(props: { name: string; value: string }) {
  return <input type="hidden" name={props.name} value={useKept(props.name)?.at(-1) ?? props.value} />;
}

function Field(props: FieldProps & { children: Child; labelled?: boolean }) {
  const { t } = useReader();
  const wrong = problemsOf(props.problems ?? [], props.name).length > 0;
  return (
    <div class={wrong ? "field wrong" : "field"}>
      <label for={idOf(props.name)}>
        {props.label}
        {props.optional ? <span class="soft"> {t("(optional)")}</span> : null}
      </label>
      <Notes {...props} />
      {props.children}
    </div>
  );
}

/** One line of text. `list` offers values to choose from without limiting to them. */
export function TextField(
  props: FieldProps & {
    value: string;
    type?: "text" | "email" | "password" | "date" | "datetime-local" | "url";
    inputmode?: "numeric" | "decimal";
    autocomplete?: string;
    list?: readonly (string | Choice)[];
    class?: string;
    spellcheck?: boolean;
  },
) {
  const kept = useKept(props.name)?.at(-1);
  const listId = props.list ? `${idOf(props.name)}-list` : undefined;
  return (
    <Field {...props}>
      <input
        {...ties(props)}
        type={props.type ?? "text"}
        value={props.type === "password" ? props.value : (kept ?? props.value)}
        inputmode={props.inputmode}
        autocomplete={props.autocomplete ?? "off"}
        spellcheck={props.spellcheck}
        list={listId}
        class={props.class}
      />
      {listId ? (
        <datalist id={listId}>
          {props.list?.map((one) => (typeof one === "string" ? <option value={one} /> : <option {...one} />))}
        </datalist>
      ) : null}
    </Field>
  );
}

/** Several lines of text. */
export function LinesField(props: FieldProps & { value: string; rows?: number }) {
  return (
    <Field {...props}>
      <textarea {...ties(props)} rows={props.rows ?? 3}>
        {useKept(props.name)?.at(-1) ?? props.value}
      </textarea>
    </Field>
  );
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** One of several. A value that is none of them stays selected and visible, so that its message has something to point at. */
export function ChoiceField(props: FieldProps & { value: string; choices: readonly Choice[] }) {
  const { t } = useReader();
  const kept = useKept(props.name)?.at(-1) ?? props.value;
  const known = props.choices.some(({ value }) => value === kept);
  return (
    <Field {...props}>
      <select {...ties(props)}>
        {known ? null : (
          <option value={kept} selected>
            {kept === "" ? t("Choose…") : t("{value} (not available)", { value: kept })}
          </option>
        )}
        {props.choices.map(({ value, label }) => (
          <option value={value} selected={value === kept}>
            {label}
          </option>
        ))}
      </select>
    </Field>
  );
}

/** Yes or no. A form without it (posted by hand) says nothing about it; a form with it says `false` or `true`. */
export function CheckField(props: FieldProps & { checked: boolean }) {
  const kept = useKept(props.name)?.at(-1);
  const wrong = problemsOf(props.problems ?? [], props.name).length > 0;
  return (
    <div class={wrong ? "field wrong" : "field"}>
      <input type="hidden" name={props.name} value="false" />
      <div class="check">
        <input
          {...ties(props)}
          type="checkbox"
          value="true"
          checked={kept === undefined ? props.checked : kept === "true"}
        />
        <div>
          <label for={idOf(props.name)}>{props.label}</label>
          <Notes {...props} />
        </div>
      </div>
    </div>
  );
}

/** Any number of several. */
export function ChecksField(props: FieldProps & { values: readonly string[]; choices: readonly Choice[] }) {
  const values = useKept(props.name) ?? props.values;
  const wrong = problemsOf(props.problems ?? [], props.name).length > 0;
  return (
    <fieldset
      class={wrong ? "field wrong" : "field"}
      id={idOf(props.name)}
      aria-describedby={describedBy(props, wrong)}
    >
      <legend class="label">{props.label}</legend>
      <Notes {...props} />
      <input type="hidden" name={props.name} value="" />
      {props.choices.map(({ value, label }) => (
        <div class="check">
          <input
            type="checkbox"
            id={`${idOf(props.name)}-${value}`}
            name={props.name}
            value={value}
            checked={values.includes(value)}
          />
          <label for={`${idOf(props.name)}-${value}`}>{label}</label>
        </div>
      ))}
    </fieldset>
  );
}

/**
 * What has to be mended, at the head of a form that was sent back, each with a link to its field.
 *
 * @param labels names of the inputs in the order of the form; a problem of anything else is named by its path
 */
export function ProblemSummary(props: {
  problems: readonly FieldProblem[];
  labels: ReadonlyMap<string, string>;
  title?: string;
}) {
  const { t } = useReader();
  if (props.problems.length === 0) return null;
  const names = [...props.labels.keys()];
  const ranked = props.problems.map((problem) => {
    const index = names.findIndex((one) => problemsOf([problem], one).length > 0);
    return { problem, name: names[index], rank: index === -1 ? names.length : index };
  });
  return (
    <div class="notice bad" role="alert">
      <h2>{props.title ?? t("Nothing was saved yet. Please mend this:")}</h2>
      <ul>
        {ranked
          .toSorted((a, b) => a.rank - b.rank)
          .map(({ problem, name }) => (
            <li>
              {name === undefined ? (
                <code>{problem.field.replace(/^parameters\./, "")}</code>
              ) : (
                <a href={`#${idOf(name)}`}>{props.labels.get(name)}</a>
              )}
              : {wordsOf(t, problem)}
            </li>
          ))}
      </ul>
    </div>
  );
}
