import { z } from "zod";
import { lastValue } from "../http/form-post.ts";
import { useReader } from "../reader/reader.ts";
import { type Translate, translators } from "../words/translate.ts";
import {
  CheckField,
  ChecksField,
  type Choice,
  ChoiceField,
  type FieldProblem,
  LinesField,
  TextField,
} from "./fields.tsx";

/** A text that may be longer (characters) is entered in several lines. */
const ONE_LINE = 2000;

/** What one parameter is entered with. */
type Control =
  | { readonly kind: "whole" | "decimal"; readonly minimum: number | null; readonly maximum: number | null }
  | { readonly kind: "check" }
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  | { readonly kind: "text" | "day" | "email" }
  /** A text that may have more than {@link ONE_LINE} characters. */
  | { readonly kind: "long" }
  | { readonly kind: "checks"; readonly choices: readonly string[] }
  /** A list of texts or whole numbers, one a line. */
  | { readonly kind: "lines"; readonly items: "text" | "whole" }
  /** Anything else: as JSON. */
  | { readonly kind: "json" };

/** One parameter of a processor as a form shows it. */
export interface FormField {
  /** Name of the parameter. */
  readonly key: string;
  /** Name of its input: `parameters.<key>`, `policies.<key>`. */
  readonly name: string;
  readonly label: string;
  /** What it means, and what may be entered. */
  readonly hint: string;
  readonly control: Control;
  /** Empty means null. */
  readonly nullable: boolean;
  /** Must be given: it is not nullable and has no default. */
  readonly required: boolean;
  /** Used when nothing is given; undefined: none. */
  readonly fallback: unknown;
}

/** The part of JSON Schema (draft 2020-12) that zod's `toJSONSchema` writes for parameters. */
interface Schema {
  /** Several where zod writes a plain nullable type so: `["string", "null"]`. */
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly default?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** `maxDeactivatePct` as a person would write it: `Max deactivate pct`. */
function labelOf(key: string): string {
  const words = key
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replaceAll("_", " ")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const isText = (values: readonly unknown[]): values is readonly string[] =>
  values.every((one) => typeof one === "string");

/** A bound that the schema's author meant; zod adds those of exact whole numbers by itself. */
function bound(value: number | undefined): number | null {
  return value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? null : value;
}

function controlOf(schema: Schema): Control {
  if (schema.enum && isText(schema.enum)) return { kind: "choice", choices: schema.enum };
  if (typeof schema.const === "string") return { kind: "choice", choices: [schema.const] };
  if (schema.type === "boolean") return { kind: "check" };
  if (schema.type === "integer" || schema.type === "number") {
    const kind = schema.type === "integer" ? "whole" : "decimal";
    return { kind, minimum: bound(schema.minimum), maximum: bound(schema.maximum) };
  }
  if (schema.type === "string") {
    if (schema.format === undefined && (schema.maxLength ?? 0) > ONE_LINE) return { kind: "long" };
    return { kind: schema.format === "date" ? "day" : schema.format === "email" ? "email" : "text" };
  }
  if (schema.type === "array" && schema.items) {
    const item = controlOf(schema.items);
    if (item.kind === "choice") return { kind: "checks", choices: item.choices };
    if (item.kind === "whole") return { kind: "lines", items: "whole" };
    if (schema.items.type === "string") return { kind: "lines", items: "text" };
  }
  return { kind: "json" };
}

/** Bounds as they are entered, without marks for thousands. */
function range(t: Translate, minimum: number | null, maximum: number | null): string {
  const [least, most] = [String(minimum), String(maximum)];
  if (minimum !== null && maximum !== null) return t(" from {least} to {most}", { least, most });
  if (minimum !== null) return t(", {least} or more", { least });
  return maximum === null ? "" : t(", {most} or less", { most });
}

/** What may be entered, as a sentence; '' where the control shows it. */
function expectation(t: Translate, control: Control, nullable: boolean): string {
  const empty = nullable ? t(", or nothing") : "";
  switch (control.kind) {
    case "whole":
      return `${t("A whole number")}${range(t, control.minimum, control.maximum)}${empty}.`;
    case "decimal":
      return `${t("A number")}${range(t, control.minimum, control.maximum)}${empty}.`;
    case "day":
      return `${t("A day as YYYY-MM-DD")}${empty}.`;
    case "email":
      return `${t("An e-mail address")}${empty}.`;
    case "lines":
      return control.items === "whole" ? t("Whole numbers, one a line.") : t("One a line.");
    case "json":
      return `JSON${empty}.`;
    case "long":
    case "text":
      return nullable ? t("May be empty.") : "";
    case "check":
    case "choice":
    case "checks":
      return "";
  }
}

/** What a property may be: itself, or each of its alternatives. */
function alternatives(property: Schema): readonly Schema[] {
  if (property.anyOf) return property.anyOf;
  return typeof property.type === "object" ? property.type.map((type) => ({ ...property, type })) : [property];
}

/**
 * The fields of a parameter schema, in its order. Whole numbers, numbers, yes/no, choices, texts, days, lists of these, and
 * each of them nullable, have a control of their own; anything else is entered as JSON.
 *
 * @param prefix of the inputs' names
 * @param t says labels and hints in the reader's language; fields that are only read or written may do without it
 */
export function formFields(schema: z.ZodObject, prefix = "parameters", t: Translate = translators.en): FormField[] {
  const root = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Schema;
  return Object.entries(root.properties ?? {}).map(([key, property]) => {
    const all = alternatives(property);
    const parts = all.filter(({ type }) => type !== "null");
    const nullable = parts.length !== all.length;
    const only = parts.length === 1 ? parts[0] : undefined;
    const control: Control = only ? controlOf(only) : { kind: "json" };
    const description = t.told(property.description ?? only?.description ?? "");
    const sentence = description === "" || /[.!?]$/.test(description) ? description : `${description}.`;
    return {
      key,
      name: `${prefix}.${key}`,
      label: t.told(labelOf(key)),
      hint: [sentence, expectation(t, control, nullable)].filter(Boolean).join(" "),
      control,
      nullable,
      required: !nullable && (root.required ?? []).includes(key),
      fallback: property.default,
    };
  });
}

function readOne(field: FormField, form: URLSearchParams): unknown {
  const { control } = field;
  if (control.kind === "checks") {
    const chosen = form.getAll(field.name).filter((value) => value !== "");
    return chosen.length === 0 && field.nullable ? null : chosen;
  }
  const text = lastValue(form, field.name);
  const trimmed = text.trim();
  if (control.kind === "check") return trimmed === "true" ? true : trimmed === "false" ? false : trimmed;
  if (control.kind === "lines") {
    const lines = text.split(/\r?\n/).map((line) => line.trim());
    const given = lines.filter((line) => line !== "");
    if (given.length === 0 && field.nullable) return null;
    return control.items === "whole" ? given.map((line) => readNumber(line)) : given;
  }
  if (trimmed === "") return field.nullable ? null : undefined;
  if (control.kind === "whole" || control.kind === "decimal") return readNumber(trimmed);
  // A form posts every line end as CRLF.
  if (control.kind === "long") return trimmed.replace(/\r\n?/g, "\n");
  if (control.kind === "json") {
    try {
      return JSON.parse(trimmed) as unknown;
    } catch {
      return trimmed;
    }
  }
  return trimmed;
}

/** A number as people type it; text that is none stays text, for the schema to refuse. */
function readNumber(text: string): unknown {
  return /^[+-]?\d+([.,]\d+)?$/.test(text) ? Number(text.replace(",", ".")) : text;
}

/**
 * The parameters that a form posted, for the schema to judge. A parameter that the schema does not know is passed on, so that
 * it is refused by name rather than dropped.
 */
export function readParameters(
  fields: readonly FormField[],
  form: URLSearchParams,
  prefix = "parameters",
): Record<string, unknown> {
  const parameters: Record<string, unknown> = {};
  for (const name of new Set(form.keys())) {
    if (!name.startsWith(`${prefix}.`)) continue;
    const field = fields.find((one) => one.name === name);
    const value = field ? readOne(field, form) : lastValue(form, name);
    if (value !== undefined) parameters[name.slice(prefix.length + 1)] = value;
  }
  return parameters;
}

/** Writes parameters into a form's values, the way a browser would post them. Those not given show their default. */
export function writeParameters(
  fields: readonly FormField[],
  parameters: Readonly<Record<string, unknown>>,
  form: URLSearchParams,
): void {
  for (const field of fields) {
    const value = field.key in parameters ? parameters[field.key] : field.fallback;
    if (field.control.kind === "checks" && Array.isArray(value)) {
      for (const one of value) form.append(field.name, String(one));
    } else if (field.control.kind === "lines" && Array.isArray(value)) {
      form.set(field.name, value.join("\n"));
    } else if (value === null || value === undefined) {
      form.set(field.name, "");
    } else {
      form.set(field.name, field.control.kind === "json" ? JSON.stringify(value) : String(value));
    }
  }
}

/** The inputs of a processor's parameters, filled with what `form` holds. */
export function ParameterFields(props: {
  fields: readonly FormField[];
  form: URLSearchParams;
  problems: readonly FieldProblem[];
}) {
  const { t } = useReader();
  return <>{props.fields.map((field) => drawField(t, field, props.form, props.problems))}</>;
}

function choices(t: Translate, values: readonly string[], nullable: boolean): Choice[] {
  const named = values.map((value) => ({ value, label: value }));
  return nullable ? [{ value: "", label: t("(none)") }, ...named] : named;
}

function drawField(t: Translate, field: FormField, form: URLSearchParams, problems: readonly FieldProblem[]) {
  const { name, label, hint, control } = field;
  const shared = { name, label, hint, problems, optional: field.nullable };
  const value = lastValue(form, name);
  switch (control.kind) {
    case "check":
      return <CheckField {...shared} optional={false} checked={value === "true"} />;
    case "choice":
      return <ChoiceField {...shared} value={value} choices={choices(t, control.choices, field.nullable)} />;
    case "checks":
      return <ChecksField {...shared} values={form.getAll(name)} choices={choices(t, control.choices, false)} />;
    case "lines":
    case "long":
    case "json":
      return <LinesField {...shared} value={value} />;
    case "whole":
      return <TextField {...shared} value={value} inputmode="numeric" class="short" />;
    case "decimal":
      return <TextField {...shared} value={value} inputmode="decimal" class="short" />;
    case "day":
      return <TextField {...shared} value={value} type="date" class="short" />;
    case "email":
    case "text":
      return <TextField {...shared} value={value} />;
  }
}
