/**
 * Something that is configured cannot be used: unparsable, out of range, refused (handbook, rules: configuration). A run that
 * meets it ends as failed with this
 * code, without a further attempt. The message names what to mend and what it must be, never a secret.
 */
export class InvalidConfigurationError extends Error {
  readonly code = "invalid_configuration";
}
