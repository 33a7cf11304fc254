import { z } from "zod";
import { InvalidConfigurationError } from "../invalid-configuration.ts";

/**
 * A setting that administrators may give (handbook, data: clients and configuration): looked up for the client, then for all,
 * else its default holds.
 *
 * @typeParam S what may be given
 * @typeParam F its default: `undefined` where there is none
 */
export interface SettingDefinition<S extends z.ZodType = z.ZodType, F = unknown> {
  readonly key: string;
  /** What it is called on the page. */
  readonly label: string;
  /** What it does, and what the default means where there is none. */
  readonly meaning: string;
  /** `all`: it holds for all clients and cannot be given for one. */
  readonly scope: "all" | "client";
  /** What may be given. */
  readonly schema: S;
  /** What holds when nothing is given; undefined: nothing, which is not 0. */
  readonly fallback: F;
  /** Processors that read it; none: Minutehand itself. */
  readonly readBy: readonly string[];
}

/** Declares a setting. A default that its schema would not give is a compile error. */
export function defineSetting<S extends z.ZodType, F extends z.output<S> | undefined>(
  definition: SettingDefinition<S, F>,
): SettingDefinition<S, F> {
  return definition;
}

/** The value that is stored for a setting cannot be used. Names the setting, the value and what it must be. */
export class SettingInvalidError extends InvalidConfigurationError {
  readonly key: string;
  constructor(key: string, stored: string, rule: string) {
    super(`The setting ${key} is ${stored.slice(0, LONGEST_VALUE)}; ${rule}`);
    this.key = key;
  }
}

const LONGEST_VALUE = 100;

/**
 * What a stored value means.
 *
 * @param stored JSON, as `settings.value` has it; null: nothing is given
 * @throws {SettingInvalidError} for a value that its schema refuses; the default does not stand in for it
 */
export function settingValue<S extends z.ZodType, F>(
  { key, schema, fallback }: SettingDefinition<S, F>,
  stored: string | null,
): z.output<S> | F {
  if (stored === null) return fallback;
  const found = schema.safeParse(parsed(stored));
  if (found.success) return found.data;
  throw new SettingInvalidError(key, stored, rule(schema, found.error.issues));
}

/** Undefined for what is no JSON: every schema of a setting refuses that. */
function parsed(stored: string): unknown {
  try {
    return JSON.parse(stored) as unknown;
  } catch {
    return undefined;
  }
}

/** What a value must be, where the schema says it in one sentence; else what is wrong with it. */
function rule(schema: z.ZodType, issues: readonly z.core.$ZodIssue[]): string {
  const { type, minimum, maximum } = z.toJSONSchema(schema, { unrepresentable: "any", io: "input" });
  if (type === "integer") return `it must be a whole number from ${minimum} to ${maximum}`;
  if (type === "boolean") return "it must be true or false";
  return issues.map(({ path, message }) => [...path, message].join(": ")).join("; ");
}
