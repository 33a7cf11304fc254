import { type Client, createClient } from "@libsql/client/web";
import { inject, onTestFinished } from "vitest";
import { bundles } from "../../../drizzle/bundles.ts";
import type { Database } from "../../../src/store/database.ts";
import { type MigrationSet, type MigrationTarget, migrate, migrationSets } from "../../../src/store/migrations.ts";
import type { SqldAddress } from "../vitest/global-setup.ts";

/** A database of one test on the run's libSQL server. */
export interface TestDatabase extends Database, MigrationTarget {
  /** Name of its sqld namespace. */
  readonly name: string;
  /** Another connection to the same database, as another process would have. */
  connect(): Client;
  /** Deletes it. */
  drop(): Promise<void>;
}

/** A connection to one namespace of a libSQL server. Works in Node and in workerd. */
export function connectNamespace(url: string, name: string): Client {
  const header = btoa(name).replace(/=+$/, "");
  return createClient({
    url,
    intMode: "number",
    fetch: (request: Request) => {
      const addressed = new Request(request);
      addressed.headers.set("x-namespace-bin", header);
      return fetch(addressed);
    },
  });
}

/** An empty database of its own: a namespace of the run's sqld. It is not deleted by itself. Works in Node and in workerd. */
export async function emptyDatabase(server: SqldAddress = inject("sqld")): Promise<TestDatabase> {
  const name = newName();
  await administer(server, `${name}/create`, { method: "POST", body: "{}" });
  return openNamespace(server, name);
}

const newName = () => `t${crypto.randomUUID().replaceAll("-", "")}`;

function openNamespace(server: SqldAddress, name: string): TestDatabase {
  const connect = () => connectNamespace(server.url, name);
  const first = connect();
  return {
    execute: first.execute.bind(first),
    batch: first.batch.bind(first),
    transaction: first.transaction.bind(first),
    migrate: first.migrate.bind(first),
    name,
    connect,
    drop: () => administer(server, name, { method: "DELETE" }),
  };
}

async function administer(server: SqldAddress, path: string, init: RequestInit): Promise<void> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${server.adminUrl}/v1/namespaces/${path}`, { ...init, headers });
  const answer = await response.text();
  if (!response.ok) throw new Error(`sqld answered ${response.status} to ${init.method} ${path}: ${answer}`);
}

/** Migrated namespaces by their sets: they are made once, and each test gets a fork. */
const migrated = new Map<string, Promise<string>>();

async function migratedNamespace(server: SqldAddress, sets: readonly MigrationSet[]): Promise<string> {
  const database = await emptyDatabase(server);
  await migrateAll(database, sets);
  return database.name;
}

/**
 * A migrated database of one test on the real libSQL server; deleted when the test has ended. Call it inside a test or a
 * `beforeEach`. Works in Node and in workerd.
 *
 * @param sets which migrations it gets; default all three, as the control database has them
 */
export async function freshDatabase(sets: readonly MigrationSet[] = migrationSets): Promise<TestDatabase> {
  const server = inject("sqld");
  const key = sets.join();
  const template = migrated.get(key) ?? migratedNamespace(server, sets);
  migrated.set(key, template);
  const name = newName();
  await administer(server, `${await template}/fork/${name}`, { method: "POST", body: "{}" });
  const database = openNamespace(server, name);
  onTestFinished(() => database.drop());
  return database;
}

/** Applies whole sets to a database. */
export async function migrateAll(
  database: MigrationTarget,
  sets: readonly MigrationSet[] = migrationSets,
): Promise<void> {
  for (const set of sets) await migrate(database, set, bundles[set], 0);
}
