import { describe, expect, it } from "vitest";
import { parameterSchema } from "../../../src/processors/parameters.ts";
import { fillBody } from "../../../src/processors/platform/body-template.ts";
import { parseExpectedStatus } from "../../../src/processors/platform/expected-status.ts";
import { HttpRequest } from "../../../src/processors/platform/HttpRequest.ts";

const url = "https://erp.example.com/hooks";
const problems = (parameters: Record<string, unknown>) => {
  const parsed = parameterSchema(HttpRequest).safeParse({ url, ...parameters });
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
};
const header = (line: string) => ({ headers: [line] });

describe("the parameters of a request", () => {
  it.each([
    {},
    { url: "http://erp.example.com:8080/a?b=c" },
    { headers: ["Content-Type: text/plain", "X-Empty:"], body: "at {{scheduledAt}}" },
    { body: '{"run": {{runId}}, "a": {"b": {"c": 1}}}' },
    { headers: ["Content-Type: application/x-www-form-urlencoded"], body: "run={{runId}}" },
    { method: "GET", expect: "200-299,404" },
    { chunkSize: 10, maxRows: 5 },
    { url: "https://erp.example.com/keys/token?keyword=a&author=b&monkey=c&codes=secretary" },
    {
      headers: [
        "X-Author: Ada",
        "X-Keyword: token",
        "Accept-Language: en",
        "X-Tokenized: no",
        "X-Correlation-Id: Basic",
      ],
    },
    {
      body: '{"key": "K-17", "token": 5, "password": "", "basic": "Basic mathematics", "text": "Bearer of certificates"}',
    },
  ])("are taken: %j", (parameters) => {
    expect(problems(parameters)).toEqual([]);
  });

  const refused: readonly (readonly [Record<string, unknown>, RegExp])[] = [
    [{ url: undefined }, /^url: /],
    [{ url: "erp.example.com" }, /^url: Enter an address such as https/],
    [{ url: "ftp://erp.example.com" }, /^url: .*starts with https/],
    [{ url: "https://ada:pw@erp.example.com" }, /^url: Leave user and password out/],
    [{ url: "https://erp.example.com/\nx" }, /^url: Enter an address/],
    [{ url: "https://erp.example.com/#part" }, /^url: .*behind the #/],
    [{ url: "https://erp.example.com/{{runId}}" }, /^url: Only the body has placeholders/],
    [{ method: "TRACE" }, /^method: /],
    [header("no colon"), /^headers\.0: .*no colon; write Name: value/],
    [header("bad name: x"), /^headers\.0: .*no header name/],
    [header("X-A: a\u0000b"), /^headers\.0: .*printable ASCII/],
    [header("X-A: a\r\nX-B: b"), /^headers\.0: .*printable ASCII/],
    [header("X-A: é"), /^headers\.0: .*printable ASCII/],
    [header("X-A: {{runId}}"), /^headers\.0: .*only the body has them/],
    [header("Host: other.example"), /^headers\.0: Host is set by the request/],
    [header("content-length: 5"), /^headers\.0: content-length is set by the request/],
    [header("Connection: close"), /^headers\.0: Connection is set/],
    [header("Transfer-Encoding: chunked"), /^headers\.0: Transfer-Encoding is set/],
    [header("Webhook-Signature: v1,x"), /^headers\.0: Webhook-Signature is set/],
    [header("Idempotency-Key: 5"), /^headers\.0: Idempotency-Key is set/],
    [header("Authorization: Bearer x"), /^headers\.0: Authorization is a secret; .*HTTP connector/],
    [header("Cookie: a=b"), /^headers\.0: Cookie is a secret/],
    [header("Proxy-Authorization: x"), /^headers\.0: Proxy-Authorization is a secret.*HTTP connector/],
    ...[
      "X-Api-Key",
      "x_api_key",
      "ApiKey",
      "X-Auth-Token",
      "X-Access-Token",
      "accesstoken",
      "X-Client-Secret",
      "Ocp-Apim-Subscription-Key",
      "X-Signature",
      "X-Hub-Signature-256",
      "X-Password",
      "Set-Cookie",
      "Authentication",
      "X-Amz-Security-Token",
    ].map((name) => [header(`${name}: x`), /^headers\.0: .* is a secret; .*HTTP connector/] as const),
    ...[
      "Bearer abcdef123456",
      "basic YWRhOnBhc3N3b3Jk",
      "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2ln",
      "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
      "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
      "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
      "xoxb-17653672481-19874698323",
      "AKIAIOSFODNN7EXAMPLE",
    ].map((value) => [header(`X-Extra: ${value}`), /^headers\.0: X-Extra has an? .*HTTP connector/] as const),
    ...[
      "token",
      "key",
      "secret",
      "sig",
      "api_key",
      "apiKey",
      "access_token",
      "X-Amz-Signature",
      "pw",
      "client%5Fsecret",
    ].map(
      (name) =>
        [
          { url: `https://erp.example.com/a?b=c&${name}=x` },
          /^url: .* behind the \? is a secret.*HTTP connector/,
        ] as const,
    ),
    [
      { url: "https://erp.example.com/a?state=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2ln" },
      /^url: state behind the \? is a JSON web token/,
    ],
    [{ body: '{"user": "ada", "login": {"password": "x"}}' }, /^body: This has the secret password; .*HTTP connector/],
    [{ body: '[{"client_secret": "x{{runId}}"}]' }, /^body: This has the secret client_secret/],
    [
      { headers: ["Content-Type: application/x-www-form-urlencoded"], body: "a=b&apiKey=x" },
      /^body: This has the secret apiKey/,
    ],
    [
      { headers: ["Content-Type: text/plain"], body: "use Bearer abcdef123456 for it" },
      /^body: This has a login for HTTP/,
    ],
    [{ headers: ["X-A: 1", "x-a: 2"] }, /^headers: x-a is given twice/],
    [{ method: "GET", body: "{}" }, /^body: GET has no body/],
    [{ body: "{{client.name}}" }, /^body: There is no placeholder \{\{client\.name\}\}; there are \{\{client\.key\}\}/],
    [{ body: '{"a": "{{runId"}' }, /^body: A \{\{ has no \}\}/],
    [{ body: '{"a": {{client.key}}}' }, /^body: This is no JSON; put texts .* in quotes/],
    [{ body: "plain text" }, /^body: This is no JSON/],
    [{ timeoutSeconds: 0 }, /^timeoutSeconds: /],
    [{ timeoutSeconds: 31 }, /^timeoutSeconds: /],
    [{ expect: "ok" }, /^expect: Enter statuses/],
    [{ secret: "x" }, /^: Unrecognized key: "secret"/],
  ];

  it.each(refused)("are refused on save: %j", (parameters, words) => {
    expect(problems(parameters).join("\n")).toMatch(words);
  });
});

describe("expected statuses", () => {
  it.each([
    ["2xx", [200, 299], [199, 300]],
    ["200", [200], [201]],
    ["200-204,409", [200, 202, 204, 409], [205, 408, 410]],
    [" 5XX , 404 ", [500, 599, 404], [200]],
  ])("%j", (text, good, bad) => {
    const expects = parseExpectedStatus(text);
    expect(good.map((status) => expects?.(status))).toEqual(good.map(() => true));
    expect(bad.map((status) => expects?.(status))).toEqual(bad.map(() => false));
  });

  it.each(["", "x", "1xx", "6xx", "20", "2000", "204-200", "200-", "200,,201", "199", "600", "2xx-3xx", "200;201"])(
    "%j are none",
    (text) => {
      expect(parseExpectedStatus(text)).toBeNull();
    },
  );
});

describe("a body's values are written so that they cannot end what they stand in", () => {
  const values = { "client.key": 'a"\\&<b', scheduledAt: "2026-01-01T00:00:00.000Z", runId: "5" };
  it.each([
    ["application/json", '"{{client.key}}"', '"a\\"\\\\&<b"'],
    ["application/cloudevents+json; charset=utf-8", '"{{client.key}}"', '"a\\"\\\\&<b"'],
    ["application/x-www-form-urlencoded", "key={{client.key}}", "key=a%22%5C%26%3Cb"],
    ["text/xml", "<k>{{client.key}}</k>", "<k>a&#34;\\&#38;&#60;b</k>"],
    ["text/plain", "{{ client.key }} {{runId}}", 'a"\\&<b 5'],
  ])("%s", (type, template, expected) => {
    expect(fillBody(template, type, values)).toBe(expected);
  });
});
