import { z } from "zod";
import type { Failure } from "../../store/step/step.ts";
import { placeholdersOf } from "../messages/wording.ts";
import { defaultTexts } from "./default-texts.ts";

/** What a template's texts can stand for (handbook, certificates: placeholders). */
export const certificatePlaceholders = [
  "name",
  "givenName",
  "familyName",
  "title",
  "issuedOn",
  "score",
  "certificate",
  "client",
  "code",
  "link",
] as const;

/** Characters of a template, at most. */
const LONGEST_TEMPLATE = 64 * 1024;
/** Smallest size (points) to which a text is made smaller so that it fits. */
export const SMALLEST_SIZE = 6;

const colour = z.string().regex(/^#[0-9a-f]{6}$/i, "Use a colour such as #1f4e79");
/** Millimetres from the left or upper edge of the page. */
const millimetres = z.number().min(0).max(1000);
const words = z.string().min(1).max(1000);
const language = z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, "Use a language tag such as de or en-GB");

/** A text and where it stands. */
const text = z.strictObject({
  /** In one language, or by language tag. */
  text: z.union([
    words,
    z
      .record(language, words)
      .refine((texts) => Object.keys(texts).length > 0, "Give the text in one language at least"),
  ]),
  x: millimetres,
  /** Upper edge of the first line. */
  y: millimetres,
  /** Millimetres that a line may have. */
  width: z.number().min(5).max(1000),
  align: z.enum(["left", "center", "right"]).default("center"),
  /** Points. */
  size: z.number().min(SMALLEST_SIZE).max(200).default(12),
  weight: z.enum(["regular", "bold"]).default("regular"),
  colour: colour.default("#222222"),
  /** Lines that it may have; a text that needs more is set smaller. */
  lines: z.int().min(1).max(20).default(1),
});
export type TemplateText = z.output<typeof text>;

/** How a certificate looks (handbook, certificates: the template). What is left out is as in {@link certificateTemplate} of `{}`. */
export const certificateTemplate = z.strictObject({
  page: z
    .strictObject({
      size: z.enum(["A4", "A5", "letter"]).default("A4"),
      orientation: z.enum(["landscape", "portrait"]).default("landscape"),
      background: colour.nullable().default(null),
    })
    .prefault({}),
  /** A frame around the page; null: none. Millimetres. */
  border: z
    .strictObject({
      colour: colour.default("#1f4e79"),
      width: z.number().min(0.1).max(20).default(0.8),
      inset: z.number().min(0).max(100).default(10),
    })
    .nullable()
    .prefault({}),
  /** A picture in PNG or JPEG, as large as its box allows. */
  logo: z
    .strictObject({
      /** Its key behind `data/certificate/` in the client's files. */
      file: z
        .string()
        .max(200)
        .regex(/^[\w-][\w .-]*(\/[\w-][\w .-]*)*\.(png|jpe?g)$/i, "Use a name such as logo.png, without .. and /"),
      x: millimetres,
      y: millimetres,
      width: z.number().min(1).max(1000),
      height: z.number().min(1).max(1000),
    })
    .nullable()
    .default(null),
  texts: z
    .array(text)
    .max(40)
    .default(() => defaultTexts.map((one) => text.parse(one))),
});
export type CertificateTemplate = z.output<typeof certificateTemplate>;

/**
 * Reads a stored template.
 *
 * @param id of the certificate, for the message
 * @returns a failure `bad_template` that names the field and what it must be
 */
export function readTemplate(
  id: number,
  json: string,
): { readonly template: CertificateTemplate } | { readonly failure: Failure } {
  const bad = (problem: string) => ({
    failure: { code: "bad_template", message: `The template of certificate ${id} cannot be used: ${problem}` },
  });
  if (json.length > LONGEST_TEMPLATE) return bad(`it has more than ${LONGEST_TEMPLATE} characters; shorten it`);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return bad("it is no JSON; correct it");
  }
  const parsed = certificateTemplate.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = (issue?.path ?? []).join(".").slice(0, 100);
    return bad(`${path === "" ? "" : `${path}: `}${(issue?.message ?? "").slice(0, 150)}`);
  }
  for (const [index, { text: texts }] of parsed.data.texts.entries()) {
    for (const one of typeof texts === "string" ? [texts] : Object.values(texts)) {
      const unknown = placeholdersOf(one).find(
        (name) => !(certificatePlaceholders as readonly string[]).includes(name),
      );
      if (unknown === undefined) continue;
      const known = certificatePlaceholders.map((name) => `{${name}}`).join(", ");
      return bad(`texts.${index}.text has the unknown placeholder {${unknown.slice(0, 50)}}; known are ${known}`);
    }
  }
  return { template: parsed.data };
}

/**
 * The words of a text in a language: the wanted one, its language without region, or the next of `locales` that there is; else the
 * first.
 */
export function wordsIn(texts: TemplateText["text"], locales: readonly string[]): string {
  if (typeof texts === "string") return texts;
  const byTag = new Map(Object.entries(texts).map(([tag, one]) => [tag.toLowerCase(), one]));
  for (const locale of locales) {
    const tag = locale.trim().replaceAll("_", "-").toLowerCase();
    const found = byTag.get(tag) ?? byTag.get(tag.split("-")[0] ?? "");
    if (found !== undefined) return found;
  }
  return [...byTag.values()][0] ?? "";
}
