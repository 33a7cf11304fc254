import { beforeEach, describe, expect, it } from "vitest";
import { type ClientFacts, readClient } from "../../src/control/clients/clients.ts";
import { clientConfiguration } from "../../src/control/clients/configuration.ts";
import { SettingInvalidError } from "../../src/control/clients/setting.ts";
import { settings } from "../../src/control/clients/setting-definitions.ts";
import { countingDatabase, type Database } from "../../src/store/database.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";
import { addClient } from "../harness/runner/runner.ts";

let database: Database;
let client: ClientFacts;

beforeEach(async () => {
  const fresh = await freshFileDatabase(["control"]);
  database = fresh;
  client = (await readClient(database, await addClient(fresh, "north"))) as ClientFacts;
});

const give = (clientId: number, key: string, value: string) =>
  database.execute({
    sql: "INSERT INTO settings (client_id, key, value, created_at, updated_at) VALUES (?, ?, ?, 0, 0)",
    args: [clientId, key, value],
  });
const read = (setting: Parameters<ReturnType<typeof clientConfiguration>["read"]>[0]) =>
  clientConfiguration(database, client).read(setting);

describe("a setting", () => {
  it("is the client's, else the one of all clients, else its default", async () => {
    expect(await read(settings.enrolmentBufferDays)).toBe(7);
    await give(0, "enrolment.bufferDays", "9");
    expect(await read(settings.enrolmentBufferDays)).toBe(9);
    await give(client.id, "enrolment.bufferDays", "0");
    await give(client.id + 1, "enrolment.bufferDays", "5");
    expect(await read(settings.enrolmentBufferDays)).toBe(0);
  });

  it("without a default is undefined where nothing is given, which is not 0", async () => {
    expect(await read(settings.mailMonitorStaggeringAmount)).toBeUndefined();
    await give(0, "mailMonitorStaggeringAmount", "0");
    expect(await read(settings.mailMonitorStaggeringAmount)).toBe(0);
  });

  it("is asked for once", async () => {
    const tally = { roundTrips: 0, statements: 0 };
    const configuration = clientConfiguration(countingDatabase(database, tally), client);
    await configuration.read(settings.pushEnabled);
    await configuration.read(settings.pushEnabled);
    expect(tally.roundTrips).toBe(1);
  });

  it.each([
    [settings.enrolmentBufferDays, '"7"', 'is "7"; it must be a whole number from 0 to 3650'],
    [settings.enrolmentBufferDays, "3651", "is 3651; it must be a whole number from 0 to 3650"],
    [settings.enrolmentBufferDays, "null", "is null; it must be a whole number from 0 to 3650"],
    [settings.enrolmentBufferDays, "seven", "is seven; it must be a whole number from 0 to 3650"],
    [settings.equivalencesEnabled, "1", "is 1; it must be true or false"],
    [settings.systemTimeZone, '"Berlin"', 'is "Berlin"; Use an IANA name such as Europe/Berlin'],
    [settings.navigation, '[{"identifier":5}]', "0: identifier: "],
  ])("$key that is stored as %s is an error that names it and what it must be", async (setting, stored, words) => {
    await give(0, setting.key, stored);
    const error = await read(setting).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(SettingInvalidError);
    expect(error).toMatchObject({ code: "invalid_configuration", key: setting.key });
    expect(String(error)).toContain(`The setting ${setting.key} is `);
    expect(String(error)).toContain(words);
  });

  it("that is wrong for the client does not give way to the one of all clients", async () => {
    await give(client.id, "enrolment.bufferDays", "-1");
    await give(0, "enrolment.bufferDays", "3");
    await expect(read(settings.enrolmentBufferDays)).rejects.toThrow("is -1");
  });
});
