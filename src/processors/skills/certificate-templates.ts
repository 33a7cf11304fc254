import type { Files } from "../../files/files.ts";
import { readRanges } from "../../files/ranges.ts";
import { LARGEST_LOGO, type Logo, readLogo } from "../../learning/certificates/logo.ts";
import { type CertificateTemplate, readTemplate } from "../../learning/certificates/template.ts";
import { certificates } from "../../learning/schema.ts";
import { among, select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import type { Failure } from "../../store/step/step.ts";
import type { RunContext } from "../contract.ts";

/** A certificate whose template can be used. */
export interface UsableCertificate {
  readonly name: string;
  readonly template: CertificateTemplate;
  readonly logo: Logo | null;
}

type Read = UsableCertificate | { readonly failure: Failure };

/** The certificates of a client, each read once with its picture, and for as long as the run's slice lasts. */
export class CertificateTemplates {
  readonly #context: Pick<RunContext, "rows" | "files" | "run">;
  readonly #read = new Map<number, Read>();

  constructor(context: Pick<RunContext, "rows" | "files" | "run">) {
    this.#context = context;
  }

  /** Reads some certificates that were not read yet. */
  async load(ids: Iterable<number>): Promise<void> {
    const wanted = [...new Set(ids)].filter((id) => !this.#read.has(id));
    if (wanted.length === 0) return;
    const { rows, files, run } = this.#context;
    const found = await rows.all(
      select(
        certificates,
        ["id", "name", "template"],
        sql`WHERE +client_id = ${thisClient} AND id IN ${among(wanted)}`,
      ),
    );
    for (const { id, name, template } of found) {
      const read = readTemplate(id, template);
      this.#read.set(id, "failure" in read ? read : await withLogo(files, run.clientId, id, name, read.template));
    }
  }

  /** One that was loaded. */
  of(id: number): Read {
    const message = `The certificate ${id} is gone; choose another one for the course`;
    return this.#read.get(id) ?? { failure: { code: "bad_template", message } };
  }
}

async function withLogo(
  files: Files,
  clientId: number,
  id: number,
  name: string,
  template: CertificateTemplate,
): Promise<Read> {
  if (template.logo === null) return { name, template, logo: null };
  const { file } = template.logo;
  const logo = await logoOf(files, `c/${clientId}/data/certificate/${file}`);
  if (!("problem" in logo)) return { name, template, logo };
  const message = `The template of certificate ${id} cannot be used: logo.file ${file}: ${logo.problem}`;
  return { failure: { code: "bad_template", message } };
}

async function logoOf(files: Files, key: string): Promise<Logo | { readonly problem: string }> {
  const entry = await files.head(key);
  if (!entry) return { problem: `there is no file ${key}` };
  if (entry.size > LARGEST_LOGO) {
    return { problem: `it has ${entry.size} bytes; at most ${LARGEST_LOGO} are taken` };
  }
  for await (const bytes of readRanges(files, entry)) return readLogo(bytes);
  return { problem: "it is empty" };
}
