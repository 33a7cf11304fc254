/**
 * A remote service did not do what was asked. It says by itself how a run ends that meets it: with this `code`, and whether the job's retry
 * policy tries again. No processor has to convert it.
 */
export class RemoteError extends Error {
  readonly code: string;
  /** Trying again later may help. */
  readonly retry: boolean;
  /** Shortest time to the next attempt in ms (a server's `Retry-After`); undefined: it said nothing. */
  readonly retryAfterMs: number | undefined;
  constructor(code: string, message: string, options: { retry?: boolean; retryAfterMs?: number | undefined } = {}) {
    super(message);
    this.code = code;
    this.retry = options.retry ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** What is known of a service that gave no usable answer. */
export interface Unavailability {
  /** Status of the last answer; null, and by default: there was none. */
  readonly status?: number | null;
  /** What the last answer's `Retry-After` asked for, ms. */
  readonly retryAfterMs?: number | undefined;
  /** See {@link RemoteUnavailableError.isolated}. Default false. */
  readonly isolated?: boolean;
}

/** A remote service did not give a usable answer. Its message names a host or a thing only: paths and queries can hold secrets. */
export class RemoteUnavailableError extends RemoteError {
  readonly status: number | null;
  /**
   * Fewer than five requests in a row failed so far, so it may be the item that was asked for (handbook, rules: remote services):
   * where one row is judged, that row
   * fails and the run goes on. Else the run ends, to be tried again.
   */
  readonly isolated: boolean;
  constructor(message: string, { status = null, retryAfterMs, isolated = false }: Unavailability = {}) {
    super("remote_unavailable", message, { retry: true, retryAfterMs });
    this.status = status;
    this.isolated = isolated;
  }
}

/** A remote service answered no, for a reason that lies in the request. */
export class RemoteRefusedError extends RemoteError {
  readonly status: number;
  /** Its answer, parsed where it is JSON; undefined where not. May hold anything, so it goes into no log. */
  readonly body: unknown;
  /** @param excerpt the beginning of the answer, without secrets */
  constructor(host: string, status: number, body: unknown, excerpt: string) {
    super("remote_refused", `${host} answered ${status}${excerpt === "" ? "" : `: ${excerpt}`}`);
    this.status = status;
    this.body = body;
  }
}

/** An answer is no JSON, or is not of the shape that was expected. Names the field, never a value. */
export class AnswerInvalidError extends RemoteError {
  constructor(host: string, problem: string) {
    super("answer_invalid", `The answer of ${host} cannot be read. ${problem}`);
  }
}

/** An answer was larger than the request allowed. */
export class AnswerTooLargeError extends RemoteError {
  readonly limit: number;
  /** @param limit bytes */
  constructor(host: string, limit: number) {
    super("answer_too_large", `The answer of ${host} is larger than ${limit} bytes`);
    this.limit = limit;
  }
}

/** A request may not go to its address, and did not. */
export class TargetRefusedError extends RemoteError {
  constructor(message: string) {
    super("target_refused", message);
  }
}
