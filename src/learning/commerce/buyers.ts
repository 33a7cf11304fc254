import { type SQL, sql } from "drizzle-orm";
import type { Change } from "../../store/change.ts";
import { among, select } from "../../store/select.ts";
import { thisClient } from "../../store/statement.ts";
import type { Day } from "../../time/day.ts";
import { persons } from "../schema/people.ts";
import { usernameKey } from "../username.ts";
import { NEEDS_PERSON } from "./deliveries.ts";

/** A person with the address that was asked for. */
export interface WithAddress {
  readonly address: string;
  readonly id: number;
  readonly authStatus: string;
}

/** The people with these addresses, whatever their case; those that were deleted are left out. */
export function peopleWithAddress(addresses: Iterable<string>): SQL<WithAddress> {
  return sql`SELECT asked.value AS address, person.id, person.auth_status AS authStatus FROM ${among(addresses)} AS asked
    CROSS JOIN persons AS person ON person.client_id = ${thisClient} AND lower(person.email) = lower(asked.value)
    WHERE person.auth_status <> 'deleted'`;
}

const personColumns = (rest: SQL) => select(persons, ["id", "authStatus"], rest);

/** The people with these ids, and those that are named in orders of a provider. */
export function givenPeople(ids: Iterable<number>, provider: string, remoteIds: Iterable<string>) {
  return personColumns(sql`WHERE +client_id = ${thisClient} AND id IN (SELECT value FROM ${among(ids)} UNION
    SELECT person_id FROM orders WHERE client_id = ${thisClient} AND provider = ${provider} AND remote_id IN ${among(remoteIds)})`);
}

/**
 * Parked deliveries behind id `after` whose buyer is known by now: exactly one active person has the order's address. As rows of `id`.
 */
export function findBuyersFound({
  after,
  limit,
}: {
  readonly after: number;
  readonly limit: number;
}): SQL<{ readonly id: number }> {
  return sql`SELECT event.id FROM webhook_events AS event WHERE event.client_id = ${thisClient} AND ${isFound}
    AND event.id > ${after} ORDER BY event.id LIMIT ${limit}`;
}

const isFound = sql`event.provider = 'shopify' AND event.state = 'parked' AND event.error = ${NEEDS_PERSON}
  AND event.person_id IS NULL AND event.payload <> '{}'
  AND 1 = (SELECT count(*) FROM orders AS purchase
    CROSS JOIN persons AS person ON person.client_id = purchase.client_id AND lower(person.email) = lower(purchase.email)
    WHERE purchase.client_id = event.client_id AND purchase.provider = event.provider AND purchase.remote_id = event.subject
      AND purchase.person_id IS NULL AND purchase.email <> '' AND person.auth_status = 'active')`;

/** In SQL for the question who has something to do: a buyer of this client is known by now. */
export function hasBuyersFound(clientId: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM webhook_events AS event WHERE event.client_id = ${clientId} AND ${isFound})`;
}

/** A person who is to be made from what a shop knows of a customer. */
export interface Customer {
  readonly address: string;
  readonly givenName: string;
  readonly familyName: string;
}

/** Creates a person who signs in with the address and has to choose a password, unless a username or an address is taken. */
export function createBuyer({ address, givenName, familyName }: Customer, today: Day, now: number): Change {
  const key = usernameKey(address);
  const columns = { username: address, given_name: givenName, family_name: familyName, email: address };
  return {
    write: sql`INSERT INTO persons (client_id, username, username_key, given_name, family_name, email, enrolled_on,
        must_change_password, created_at, updated_at)
      SELECT ${thisClient}, ${address}, ${key}, ${givenName}, ${familyName}, ${address}, ${today}, 1, ${now}, ${now}
      WHERE NOT EXISTS (SELECT 1 FROM persons AS other WHERE other.client_id = ${thisClient} AND other.username_key = ${key})
        AND NOT EXISTS (SELECT 1 FROM persons AS other WHERE other.client_id = ${thisClient}
          AND lower(other.email) = lower(${address}) AND other.auth_status <> 'deleted')`,
    audit: { entity: "person", action: "create", after: { ...columns, auth_status: "active", enrolled_on: today } },
    indexed: "person",
  };
}

/** Those of some usernames that a person has, as rows of `key`. */
export function takenUsernames(keys: Iterable<string>): SQL<{ readonly key: string }> {
  return sql`SELECT person.username_key AS key FROM ${among(keys)} AS asked
    CROSS JOIN persons AS person ON person.client_id = ${thisClient} AND person.username_key = asked.value`;
}
