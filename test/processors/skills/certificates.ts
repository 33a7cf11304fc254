import type { Processor } from "../../../src/processors/contract.ts";
import { type ReadPdf, readPdf } from "../../learning/certificates/pdf-text.ts";
import { Stage } from "../stage.ts";

type Values = Readonly<Record<string, string | number | null>>;

/** An instant (ms) of the stage's client, whose clock stands at 13:00 on 2 March 2026 in Berlin. */
export const at = (text: string) => Date.parse(text);

/** A stage with a certificate (1), a course (10) that gives it, and a person (100) who has passed it (registration 1000). */
export class CertificateStage {
  readonly stage: Stage;

  constructor(stage: Stage) {
    this.stage = stage;
  }

  static async set(processor: Processor): Promise<CertificateStage> {
    return new CertificateStage(await Stage.set(processor));
  }

  async certificate(values: Values = {}): Promise<void> {
    await this.stage.insert("certificates", { id: 1, ...values });
  }

  async course(values: Values = {}): Promise<void> {
    await this.stage.insert("components", { id: 10, certificate_id: 1, ...values });
  }

  async person(values: Values = {}): Promise<void> {
    await this.stage.insert("persons", { id: 100, email: "ada@example.com", ...values });
  }

  async passed(values: Values = {}): Promise<void> {
    const completed_at = at("2026-02-27T12:00:00Z");
    const row = { id: 1000, component_id: 10, person_id: 100, status: "passed", completed_at, ...values };
    await this.stage.insert("registrations", row);
  }

  /** All of them at once. */
  async everything(values: { readonly passed?: Values; readonly person?: Values; readonly course?: Values } = {}) {
    await this.certificate();
    await this.course(values.course);
    await this.person(values.person);
    await this.passed(values.passed);
  }

  /** What was issued, in the order of the registrations. */
  issued(): Promise<Record<string, unknown>[]> {
    return this.stage.rows(`SELECT registration_id, certificate_id, major_version, status_number, person_id, component_id, title,
      verification_code, issued_on, revoked_at, file_id, file_deleted_at FROM issued_certificates ORDER BY registration_id, major_version`);
  }

  /** Registrations that have a certificate. */
  async registrations(): Promise<unknown[]> {
    return (await this.issued()).map(({ registration_id }) => registration_id);
  }

  /** Keys of all objects below a client's folder of certificates, without the folder. */
  async objects(clientId = 1): Promise<string[]> {
    const folder = `c/${clientId}/data/certificate/job/`;
    const { entries } = await this.stage.files.list(folder);
    return entries.map(({ key }) => key.slice(folder.length));
  }

  /** The rows of `files`: key without the folder, and state. */
  async fileRows(): Promise<string[]> {
    const rows = await this.stage.rows<{ key: string; state: string }>("SELECT key, state FROM files ORDER BY key");
    return rows.map(({ key, state }) => `${key.slice(key.lastIndexOf("/") + 1)} ${state}`);
  }

  /** The content of the file of a registration's certificate. */
  async read(registrationId: number, majorVersion = 1): Promise<ReadPdf> {
    const [row] = await this.stage.rows<{ key: string }>(
      `SELECT file.key FROM issued_certificates AS issued JOIN files AS file ON file.id = issued.file_id
        WHERE issued.registration_id = ? AND issued.major_version = ?`,
      registrationId,
      majorVersion,
    );
    const bytes = row && (await this.stage.file(row.key));
    if (!bytes) throw new Error(`Registration ${registrationId} has no file`);
    return await readPdf(bytes);
  }

  messages(): Promise<Record<string, unknown>[]> {
    return this.stage.rows(
      "SELECT kind, channel, status, person_id, to_address, subject, body, dedupe_key FROM messages ORDER BY id",
    );
  }
}
