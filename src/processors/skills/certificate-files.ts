import { RemoteUnavailableError } from "../../connectors/outbound/remote-error.ts";
import { settings } from "../../control/clients/setting-definitions.ts";
import { CODE_BYTES, verificationCode } from "../../learning/certificates/code.ts";
import { FaceTable } from "../../learning/certificates/faces.ts";
import { certificateFolder, certificateStem, freeKeys } from "../../learning/certificates/file-name.ts";
import { CertificatePrinter } from "../../learning/certificates/pdf.ts";
import {
  attachFile,
  type Claim,
  claimFiles,
  type PendingCertificate,
  readyFile,
  type StoredCertificate,
  selectPending,
  selectStillPending,
  selectTakenKeys,
  setCodes,
} from "../../learning/certificates/pending.ts";
import {
  certificateMail,
  certificateMailKeys,
  certificateMailPlaceholders,
} from "../../learning/certificates/wording.ts";
import { type NewMessage, queueMessage } from "../../learning/messages/messages.ts";
import { fillWording, type PlaceholderValues, readWordingOr, type Wording } from "../../learning/messages/wording.ts";
import type { Failure } from "../../store/step/step.ts";
import { addDays } from "../../time/day.ts";
import { dayInWords } from "../../time/day-words.ts";
import { effect, type RunContext, type Unit, type Yielded } from "../contract.ts";
import { CertificateTemplates, type UsableCertificate } from "./certificate-templates.ts";

/** Documents that are made in one call: what a kill in it makes again, and what is in memory. */
const AT_ONCE = 25;
/** A person is told of a completion that is at most this many days old. */
const TOLD_DAYS = 31;

/** What the phase needs to know beyond its context. */
export interface FileRules {
  /** How the learner is told. */
  readonly notify: "internal" | "mail" | "none";
}

type Context = Omit<RunContext, "parameters" | "cursor"> & {
  readonly parameters: { readonly chunkSize: number };
};
type Count = "generated";

/** A certificate whose document can be made. */
interface Printable {
  readonly row: PendingCertificate;
  readonly key: string;
  readonly code: string;
  readonly certificate: UsableCertificate;
}

/** What came of a page: files that were written. */
type Made = readonly StoredCertificate[];

/**
 * Makes the documents of all certificates that have none. Their keys are kept in `files` as claimed before anything is written, so
 * a page that is made again after a kill writes the same objects again; then the files are ready, joined to their certificates, and
 * the learners told, in one step.
 *
 * @param after id of the last certificate that was dealt with
 */
export async function* makeFiles(
  context: Context,
  rules: FileRules,
  after: number,
): AsyncGenerator<Yielded<number, Count>, undefined> {
  const { configuration, rows, parameters } = context;
  const attribute = await configuration.read(settings.certificateExportPersonAttribute);
  const templates = new CertificateTemplates(context);
  const limit = Math.min(AT_ONCE, parameters.chunkSize);
  let printer: CertificatePrinter | null = null;
  for (let from = after; ; ) {
    const page = await rows.all(selectPending(attribute, from, limit));
    const last = page.at(-1);
    if (!last) return undefined;
    await templates.load(page.map(({ certificateId }) => certificateId));
    const { printable, failed } = await prepare(context, templates, page);
    const claims = printable.filter(({ row }) => row.key === null).map(({ row, key }) => ({ id: row.id, key }));
    const codes = printable.filter(({ row }) => row.code === null).map(({ row, code }) => ({ id: row.id, code }));
    const writes = [
      ...(claims.length > 0 ? [claimFiles(claims, context.now)] : []),
      ...(codes.length > 0 ? [setCodes(codes, context.now)] : []),
    ];
    if (failed.length + writes.length > 0) yield { units: failed, followUp: writes, cursor: from };
    if (printable.length > 0) {
      printer ??= new CertificatePrinter(context.fonts, await FaceTable.read(context.fonts));
      yield* makePage(context, rules, printer, printable, { from, last: last.id });
    } else yield { cursor: last.id };
    from = last.id;
  }
}

/** Settles key and code of each certificate of a page; a template that cannot be used is the failure of each that has it. */
async function prepare(
  { run, rows, randomBytes }: Context,
  templates: CertificateTemplates,
  page: readonly PendingCertificate[],
): Promise<{ readonly printable: readonly Printable[]; readonly failed: readonly Unit<Count>[] }> {
  const failed: Unit<Count>[] = [];
  const usable: { readonly row: PendingCertificate; readonly certificate: UsableCertificate }[] = [];
  for (const row of page) {
    const certificate = templates.of(row.certificateId);
    if ("failure" in certificate) failed.push({ ref: refOf(row), writes: [], failure: certificate.failure });
    else usable.push({ row, certificate });
  }
  const open = usable.filter(({ row }) => row.key === null);
  const wanted = open.map(({ row }) => ({
    stem: certificateStem({ ...row, person: row.attribute, componentId: row.componentId ?? 0 }),
    at: row.createdAt,
  }));
  const folder = certificateFolder(run.clientId);
  const beginnings = new Set(wanted.flatMap(({ stem }) => [`${folder}${stem}_`, `${folder}rev_${stem}_`]));
  const taken = beginnings.size > 0 ? await rows.all(selectTakenKeys([...beginnings])) : [];
  const keys = freeKeys(
    run.clientId,
    wanted,
    taken.map(({ key }) => key),
  );
  const settled = new Map(open.map(({ row }, index) => [row.id, keys[index] ?? ""]));
  const printable = usable.map(({ row, certificate }) => ({
    row,
    certificate,
    key: row.key ?? settled.get(row.id) ?? "",
    code: row.code ?? verificationCode(randomBytes(CODE_BYTES)),
  }));
  return { printable, failed };
}

async function* makePage(
  context: Context,
  { notify }: FileRules,
  printer: CertificatePrinter,
  printable: readonly Printable[],
  { from, last }: { readonly from: number; readonly last: number },
): AsyncGenerator<Yielded<number, Count>, void> {
  const { files, now, log, rows } = context;
  const told = new Map(
    await Promise.all(printable.map(async (one) => [one.row.id, await messageOf(context, one, notify)] as const)),
  );
  const byId = new Map(printable.map((one) => [one.row.id, one]));
  const settled = (made: StoredCertificate): Unit<Count>[] => {
    const one = byId.get(made.id);
    if (!one) return [];
    const message = told.get(made.id) ?? null;
    const queued = message && !("failure" in message) ? [queueMessage(message, now, { ifLed: true })] : [];
    return [
      {
        ref: refOf(one.row),
        // One that this run issued was counted when it was.
        rows: one.row.createdAt === now ? 0 : 1,
        writes: [{ write: attachFile(made, now), count: "generated" }, readyFile(made, now), ...queued],
      },
      ...(message && "failure" in message ? [{ ref: refOf(one.row), writes: [], failure: message.failure }] : []),
    ];
  };

  yield* effect<Made, number, Count>({
    key: `certificates:${from}`,
    description: `${printable.length} certificates: ${printable.map(({ key }) => key.slice(key.lastIndexOf("/") + 1)).join(", ")}`,
    // The keys are settled, so a page that is written again replaces its own objects.
    repeatable: true,
    call: async () => {
      const written: Promise<StoredCertificate>[] = [];
      const missing = new Set<number>();
      try {
        for (const one of printable) {
          const drawn = await printer.draw(contentOf(context, one));
          for (const point of drawn.missing) missing.add(point);
          const writing = store(context, { id: one.row.id, key: one.key }, drawn.bytes);
          writing.catch(() => undefined);
          written.push(writing);
        }
      } finally {
        await Promise.allSettled(written);
      }
      if (missing.size > 0) {
        const points = [...missing].map((point) => `U+${point.toString(16).toUpperCase().padStart(4, "0")}`);
        log.warn(`No font has ${points.slice(0, 20).join(", ")}; � stands for each in the certificates`);
      }
      const made = await Promise.all(written);
      // A person may have been erased meanwhile, and the files with them: nothing of it may come back.
      const still = new Set((await rows.all(selectStillPending(made.map(({ id }) => id)))).map(({ id }) => id));
      const gone = made.filter(({ id }) => !still.has(id)).map(({ key }) => key);
      if (gone.length > 0) await files.delete(gone);
      return made.filter(({ id }) => still.has(id));
    },
    settle: (outcome) => {
      // A dry run keeps no claims, so claims of other names stand for the files that would be made.
      if (outcome.state === "rehearsed") {
        return printable.map(({ row, key }) => ({
          ref: refOf(row),
          writes: [{ write: claimFiles([{ id: row.id, key: `${key}.` }], now), count: "generated" }],
        }));
      }
      return outcome.state === "done" ? outcome.value.flatMap(settled) : [];
    },
    cursor: last,
  });
}

async function store({ files }: Context, { id, key }: Claim, bytes: Uint8Array): Promise<StoredCertificate> {
  try {
    const { size, etag } = await files.write(key, bytes, { contentType: "application/pdf" });
    return { id, key, size, etag };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RemoteUnavailableError(`The file store did not take certificate ${id}: ${reason}`);
  }
}

function contentOf(context: Context, { row, code, certificate }: Printable) {
  const { configuration } = context;
  const locales = [row.locale?.trim() ?? "", configuration.client.defaultLocale].filter((locale) => locale !== "");
  return {
    template: certificate.template,
    logo: certificate.logo,
    locales,
    madeAt: row.createdAt,
    values: {
      ...placeholders(context, row, code, locales[0] ?? "en"),
      name: `${row.givenName} ${row.familyName}`.trim(),
      title: row.title,
      score: row.score === null ? "" : `${Math.round(row.score * 100)} %`,
      certificate: certificate.name,
    },
  };
}

/** What documents and messages have in common. */
function placeholders(
  { configuration }: Pick<Context, "configuration">,
  { givenName, familyName, issuedOn }: PendingCertificate,
  code: string,
  locale: string,
): PlaceholderValues {
  const { host, name } = configuration.client;
  return {
    givenName,
    familyName,
    issuedOn: dayInWords(issuedOn, locale),
    code,
    link: host?.trim() ? `https://${host.trim()}/v/${code}` : "",
    client: name,
  };
}

/** The one message to the learner, or why there is none: null, or a failure where the client's own text cannot be used. */
async function messageOf(
  context: Context,
  { row, code }: Printable,
  notify: FileRules["notify"],
): Promise<NewMessage | { readonly failure: Failure } | null> {
  const { configuration, today } = context;
  if (notify === "none" || row.reissued || row.suppressNotifications || row.authStatus !== "active") return null;
  if (row.issuedOn < addDays(today, -TOLD_DAYS)) return null;
  const address = notify === "mail" ? row.email?.trim() || null : null;
  if (address !== null && row.mailRefused) return null;
  const wording = await readWordingOr(
    certificateMail,
    configuration,
    certificateMailKeys,
    row.locale,
    certificateMailPlaceholders,
  );
  if ("failure" in wording) return wording;
  return {
    kind: "logic",
    channel: address === null ? "internal" : "mail",
    personId: row.personId,
    toAddress: address,
    dedupeKey: `certificate|${row.id}`,
    ...filled(context, row, code, wording),
  };
}

function filled(context: Context, row: PendingCertificate, code: string, wording: Wording) {
  return fillWording(wording, { ...placeholders(context, row, code, wording.locale), course: row.title });
}

function refOf({ id }: PendingCertificate): string {
  return `certificate:${id}`;
}
