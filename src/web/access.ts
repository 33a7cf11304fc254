import type { Admin } from "../control/access/access.ts";
import type { Processor } from "../processors/contract.ts";

/**
 * Who may do what (handbook, manager: roles). Every page asks here and nowhere else.
 *
 * - A system admin sees and does everything.
 * - A client admin sees jobs of the own client and, read-only, those for all; starts either for the own client; edits jobs of
 *   the own client. Processors marked `confirm` and platform work are not theirs to start or edit.
 * - A read-only account sees what a client admin of the same client sees, and changes nothing. Import files hold passwords, so it
 *   gets result files only.
 *
 * `clientId` 0 of a client admin or a read-only account means every client; of a job all clients or the platform; of a run the platform.
 */

/** What a job's rights depend on. */
export interface JobSubject {
  readonly clientId: number;
  /** Null: the catalogue does not know it (any more). */
  readonly processor: Processor | null;
}

/** Whether things of this client (0: the platform's) may be seen. */
export function maySeeClient(admin: Admin, clientId: number): boolean {
  return admin.role === "system_admin" || admin.clientId === 0 || admin.clientId === clientId;
}

/** Whether a job may be seen: those for all are everybody's. */
export function maySeeJob(admin: Admin, clientId: number): boolean {
  return clientId === 0 || maySeeClient(admin, clientId);
}

/** Whether a client admin may act for a client; client 0 is a system admin's alone. */
function actsFor(admin: Admin, clientId: number): boolean {
  if (admin.role === "system_admin") return true;
  return admin.role === "client_admin" && clientId !== 0 && maySeeClient(admin, clientId);
}

/** Processors that a client admin may work with. */
function mayUse(admin: Admin, processor: Processor | null): boolean {
  if (admin.role === "system_admin") return true;
  return processor !== null && processor.scope === "client" && processor.confirm === undefined;
}

/** Whether a job may be created, changed or deleted. A change asks for the job as it was and as it will be. */
export function mayEditJob(admin: Admin, job: JobSubject): boolean {
  return actsFor(admin, job.clientId) && mayUse(admin, job.processor);
}

/** Whether this admin could create any job of this processor. */
export function mayCreateJob(admin: Admin, processor: Processor): boolean {
  return admin.role !== "read_only" && mayUse(admin, processor);
}

/** Whether a job may be started by hand for a client. */
export function mayStartJob(admin: Admin, job: JobSubject, clientId: number): boolean {
  return maySeeJob(admin, job.clientId) && actsFor(admin, clientId) && mayUse(admin, job.processor);
}

/** Whether a job could be started for any client at all, so that the page offers it. */
export function mayStartSomewhere(admin: Admin, job: JobSubject): boolean {
  return admin.role !== "read_only" && maySeeJob(admin, job.clientId) && mayUse(admin, job.processor);
}

/** Whether a run of a client may be cancelled. */
export function mayCancelRun(admin: Admin, clientId: number): boolean {
  return actsFor(admin, clientId);
}

/** Whether a failed run may be taken up again: by those who may start its processor for its client. */
export function mayRetryRun(admin: Admin, run: JobSubject): boolean {
  return actsFor(admin, run.clientId) && mayUse(admin, run.processor);
}

/** Whether the clock's health may be seen: problems of the whole installation and how to mend them. */
export function maySeeHealth(admin: Admin): boolean {
  return admin.role === "system_admin";
}

/** Whether changes by administrators may be looked up; of which clients, {@link maySeeClient} says. */
export function mayAudit(admin: Admin): boolean {
  return admin.role !== "read_only";
}

/** What only system admins see among the changes: accounts. */
export function hiddenFromAudit(admin: Admin): readonly "admin"[] {
  return admin.role === "system_admin" ? [] : ["admin"];
}

/** Whether files may be put in for a client. */
export function mayUpload(admin: Admin, clientId: number): boolean {
  return clientId !== 0 && actsFor(admin, clientId);
}

/** Whether a file may be taken away from a client's imports. */
export function mayDeleteFile(admin: Admin, clientId: number): boolean {
  return mayUpload(admin, clientId);
}

/** Whether a file of a client may be fetched. */
export function mayDownload(admin: Admin, clientId: number, isResult: boolean): boolean {
  return isResult ? maySeeClient(admin, clientId) : mayUpload(admin, clientId);
}

/** Whether what a shop sent may be read as it came, processed again, put aside, closed or given to a person. */
export function maySettle(admin: Admin, clientId: number): boolean {
  return clientId !== 0 && actsFor(admin, clientId);
}

/** Whether report subscriptions of a client may be made, changed and deleted. */
export function mayChangeSubscriptions(admin: Admin, clientId: number): boolean {
  return clientId !== 0 && actsFor(admin, clientId);
}

/**
 * Whether tokens may be made and revoked with which other systems call a client's reports. A token opens as long as this holds for its
 * maker: `control/access/api-tokens.ts` says the same in SQL.
 */
export function mayCallReports(admin: Admin, clientId: number): boolean {
  return clientId !== 0 && actsFor(admin, clientId);
}

/** Whether the demo's mailbox, which holds the mails of all clients, may be read. */
export function mayReadMailbox(admin: Admin): boolean {
  return maySeeClient(admin, 0);
}

/** Whether one may look into the demo's shop, and buy there: those who look after the whole installation. */
export function mayBuyInDemo(admin: Admin): boolean {
  return admin.role === "system_admin";
}

/**
 * Whether the platform's configuration may be changed: clients, blackouts, the switch that stops everything. Connectors and
 * settings are not even seen by others.
 */
export function mayConfigure(admin: Admin): boolean {
  return admin.role === "system_admin";
}

/** Whether administrators may be looked after: accounts, roles, passwords. */
export function mayManageAdmins(admin: Admin): boolean {
  return admin.role === "system_admin";
}

/** The one client that this admin is limited to; undefined: none. Lists are filtered by it in SQL. */
export function onlyClient(admin: Admin): number | undefined {
  return admin.role === "system_admin" || admin.clientId === 0 ? undefined : admin.clientId;
}
