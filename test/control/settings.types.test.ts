import { expectTypeOf, it } from "vitest";
import { z } from "zod";
import type { ClientConfiguration } from "../../src/control/clients/configuration.ts";
import { defineSetting } from "../../src/control/clients/setting.ts";
import { settings } from "../../src/control/clients/setting-definitions.ts";

// Checked by the compiler (`npm run check`): each line below `@ts-expect-error` must be refused by it.

const whole = { key: "x", label: "X", meaning: "For tests", scope: "client", readBy: [] } as const;
declare const configuration: ClientConfiguration;
const read = () => ({
  bufferDays: configuration.read(settings.enrolmentBufferDays),
  amount: configuration.read(settings.mailMonitorStaggeringAmount),
  zone: configuration.read(settings.systemTimeZone),
  equivalences: configuration.read(settings.equivalencesEnabled),
});

it("A setting is read with the type of its schema; without a default it may be undefined", () => {
  expectTypeOf<Awaited<ReturnType<typeof read>["bufferDays"]>>().toEqualTypeOf<number>();
  expectTypeOf<Awaited<ReturnType<typeof read>["amount"]>>().toEqualTypeOf<number | undefined>();
  expectTypeOf<Awaited<ReturnType<typeof read>["zone"]>>().toEqualTypeOf<string>();
  expectTypeOf<Awaited<ReturnType<typeof read>["equivalences"]>>().toEqualTypeOf<boolean>();
});

it("A wrong type, and a setting by its mere name, do not compile", () => {
  const wrong = () => [
    // @ts-expect-error: a number of days is no text
    configuration.read(settings.enrolmentBufferDays) satisfies Promise<string>,
    // @ts-expect-error: nothing may be set, which is not 0
    configuration.read(settings.mailMonitorStaggeringAmount) satisfies Promise<number>,
    // @ts-expect-error: a key is no definition
    configuration.read("enrolment.bufferDays"),
    // @ts-expect-error: there is no such setting
    settings.enrolmentBufferDaze,
  ];
  expectTypeOf(wrong).toBeFunction();
});

it("A default that the schema does not give does not compile", () => {
  // @ts-expect-error: a text for a number
  defineSetting({ ...whole, schema: z.int(), fallback: "7" });
  expectTypeOf(defineSetting({ ...whole, schema: z.int(), fallback: undefined }).fallback).toEqualTypeOf<undefined>();
});
