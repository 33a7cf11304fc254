import { z } from "zod";
import { jobFields } from "../../src/administration/jobs/job-input.ts";
import { connectorVariants } from "../../src/connectors/kinds.ts";
import { targetGuard } from "../../src/connectors/outbound/target.ts";
import { settingDefinitions } from "../../src/control/clients/setting-definitions.ts";
import { jobPolicies } from "../../src/control/jobs/policies.ts";
import { csvRows } from "../../src/learning/csv/read.ts";
import { enterpriseItems } from "../../src/learning/imports/xml-enterprise.ts";
import { fillText } from "../../src/learning/messages/wording.ts";
import { catalogue } from "../../src/processors/all.ts";
import { checkCsv } from "../../src/processors/imports/file/csv-file.ts";
import type { ImportFile } from "../../src/processors/imports/file/import-files.ts";
import { QuartzExpression } from "../../src/quartz/index.ts";
import type { Work } from "./growth.ts";

/** Something that reads a text, by name. */
export type Parser = readonly [name: string, work: Work];

/** What a schema is given for a text in one of its fields: the text itself, and as the only entry of a list or an object. */
function fieldsOf(name: string, schema: z.ZodType): Parser[] {
  const keys = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const shapes: ((text: string) => unknown)[] = [
    (text) => text,
    (text) => text.split(","),
    (text) => ({ [text]: text }),
  ];
  return [
    ...shapes.map(
      (shape, at): Parser => [
        `${name} as ${["a text", "a list", "an object"][at]}`,
        (text) => schema.safeParse(shape(text)),
      ],
    ),
    ...keys.flatMap((key) =>
      shapes.map((shape): Parser => [`${name}.${key}`, (text) => schema.safeParse({ [key]: shape(text) })]),
    ),
    // Names of fields are text of the sender's too.
    [`${name}, names`, (text) => schema.safeParse(Object.fromEntries(text.split(/[,;]/).map((key) => [key, key])))],
  ];
}

async function* pieces(text: string): AsyncGenerator<Uint8Array, void> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += 4096) yield bytes.subarray(at, at + 4096);
}

async function readAll(sequence: AsyncIterable<unknown>): Promise<void> {
  for await (const _one of sequence);
}

/** The beginning of a file of groups. */
const XML_START = { offset: 0, line: 1, skip: 0 };

const columns = { required: ["username"], optional: ["email", "lastName"], prefixes: ["attr."] };
const fileOf = (text: string) =>
  ({
    name: "people.csv",
    options: { encoding: "utf-8", delimiter: ",", unknownColumns: "ignore" },
    mapping: new Map(),
    bytes: () => pieces(text),
  }) as unknown as ImportFile;

/** Every schema that judges what an administrator enters, field by field, and everything that reads a file or a header. */
export const parsers: readonly Parser[] = [
  ...catalogue.all().flatMap((one) => fieldsOf(one.id, one.parameters)),
  ...connectorVariants.flatMap(({ id, config, secret }) => [
    ...fieldsOf(`connector ${id}`, config),
    ...(secret ? fieldsOf(`secret of ${id}`, secret) : []),
  ]),
  ...settingDefinitions.flatMap(({ key, schema }) => fieldsOf(`setting ${key}`, schema)),
  ...fieldsOf("job", jobFields),
  ...fieldsOf("policies", jobPolicies),
  ["rows of a CSV file", (text) => readAll(csvRows(pieces(text), { encoding: "utf-8", delimiter: "," }))],
  ["header of a CSV file", (text) => readAll(checkCsv(fileOf(text.replaceAll("\n", "")), columns, null))],
  [
    "columns of a CSV file",
    (text) => {
      const names = Array.from({ length: Math.ceil(text.length / 8) }, (_one, at) => `attr.${at}`);
      return readAll(checkCsv(fileOf(`username,${names.join(",")}`), columns, null));
    },
  ],
  [
    "an XML file",
    (text) => readAll(enterpriseItems(pieces(`<enterprise>${text}</enterprise>`), "utf-8", XML_START, null)),
  ],
  [
    "an XML attribute",
    (text) =>
      readAll(enterpriseItems(pieces(`<enterprise><person a="${text}"/></enterprise>`), "utf-8", XML_START, null)),
  ],
  ["a wording", (text) => fillText(text, { name: "Ada" })],
  ["a list of targets", (text) => targetGuard(text)],
  ["a Quartz expression", (text) => QuartzExpression.parse(text)],
  ["a field of a Quartz expression", (text) => QuartzExpression.parse(`0 0 ${text} * * ?`)],
];
