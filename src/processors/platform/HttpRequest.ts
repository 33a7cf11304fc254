import { z } from "zod";
import { TargetRefusedError } from "../../connectors/outbound/remote-error.ts";
import type { WebhookAnswer } from "../../connectors/webhook/transport.ts";
import { defineProcessor, effect, noAction, RunFailure } from "../contract.ts";
import { fillBody } from "./body-template.ts";
import { parseExpectedStatus } from "./expected-status.ts";
import { requestHeaders, requestParameters } from "./request-parameters.ts";

/**
 * Handbook, catalogue: HttpRequest. Calls one address of a client's own system, so that it can hang on the same schedule.
 *
 * - **Signed** by the named connector (kind `http`: signing secrets, headers that are secrets, the origins that they may go to)
 *   after Standard Webhooks. `webhook-id` is `run_<run id>` and `Idempotency-Key` the run id, at each attempt; the timestamp is the
 *   attempt's. Without a connector there is no signature, and the other headers all the same.
 * - **One call an attempt**: another status, a timeout or a broken connection fails the attempt; the job's policy, or a longer
 *   `Retry-After` (at most an hour), says when the next is made. A call whose answer was lost in a crash is made again: the
 *   receiver knows it by its key.
 * - **Targets** that are not public are refused without a further attempt, see `targetGuard`.
 * - **The log** gets status, time and the first 2 KB of the answer, with the connector's secrets starred out; never the address
 *   beyond its host, since paths and queries can hold secrets too.
 * - `timeoutSeconds` is at most 30: a runner that is silent for longer may be taken for dead on hosts without Durable Objects.
 */
export const HttpRequest = defineProcessor({
  id: "HttpRequest",
  group: "platform",
  title: "Send an HTTP request",
  summary: "Sends one signed HTTP request to a system of the client's own.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: null,
  after: [],
  dryRun: "exact",
  parameters: requestParameters,
  cursor: z.null(),
  counts: ["requests"],
  async *run({ run, connectors, configuration, parameters, log }) {
    const { method, connector, timeoutSeconds, expect, headers, body } = parameters;
    const url = new URL(parameters.url);
    const webhook = await connectors.webhook(connector);
    if (!webhook) return noAction(`The client has no active HTTP connector named ${connector}`);
    const refusal = webhook.refusal(url);
    if (refusal !== null) throw new TargetRefusedError(refusal);
    const expects = parseExpectedStatus(expect) ?? (() => false);
    const sent = requestHeaders(headers, body);
    const say = ({ status, tookMs, excerpt }: WebhookAnswer) =>
      log.info(`${url.host} answered ${status} after ${tookMs} ms`, { status, tookMs, answer: excerpt });

    const outcome = yield* effect({
      key: "request",
      description: `${method} to ${url.host}`,
      repeatable: true,
      call: async () => {
        const result = await webhook.send({
          id: `run_${run.id}`,
          idempotencyKey: String(run.id),
          method,
          url,
          headers: sent,
          body:
            body &&
            fillBody(body, sent["content-type"] ?? "", {
              "client.key": configuration.client.key,
              scheduledAt: new Date(run.scheduledAt).toISOString(),
              runId: String(run.id),
            }),
          timeoutMs: timeoutSeconds * 1000,
          expects,
        });
        if (expects(result.status)) return result;
        say(result);
        const wait = result.retryAfterMs === undefined ? {} : { retryAfterMs: result.retryAfterMs };
        const message = `${url.host} answered ${result.status}, not ${expect}`;
        throw new RunFailure("unexpected_status", message, { retry: true, ...wait });
      },
      counts: { scanned: 1, changed: 1, requests: 1 },
    });
    if (outcome.state !== "done") return undefined;
    // Only now: a run that is taken up again behind the call says it too.
    say(outcome.value);
    return { state: "ok", message: `${url.host} answered ${outcome.value.status}` };
  },
});
