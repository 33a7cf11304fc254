/** What a request's body can say of its run. */
export interface BodyValues {
  readonly "client.key": string;
  /** Planned instant, ISO 8601 in UTC. */
  readonly scheduledAt: string;
  readonly runId: string;
}

const NAMES = ["client.key", "scheduledAt", "runId"] as const satisfies readonly (keyof BodyValues)[];
// Spaces around the name are cut off afterwards: a group for them would share them with the name, which takes cubic time.
const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;

/** How a value is written so that it cannot end what it stands in. */
type Escape = (value: string) => string;

function escapeFor(contentType: string): Escape {
  const type = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  if (isJson(type)) return (value) => JSON.stringify(value).slice(1, -1);
  if (type === "application/x-www-form-urlencoded") return encodeURIComponent;
  if (/[/+](xml|html)$/.test(type)) {
    return (value) => value.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
  }
  return (value) => value;
}

const isJson = (type: string) => /[/+]json$/.test(type);
const isName = (name: string): name is keyof BodyValues => NAMES.some((one) => one === name);

/**
 * Fills a template. Values are escaped for the content type: within the quotes of JSON, in a form's value, in XML.
 * @param template one that {@link templateProblem} has nothing against
 */
export function fillBody(template: string, contentType: string, values: BodyValues): string {
  const escaped = escapeFor(contentType);
  return template.replace(PLACEHOLDER, (whole, inside: string) => {
    const name = inside.trim();
    return isName(name) ? escaped(values[name]) : whole;
  });
}

/** What is wrong with a template, and how to mend it; null: nothing. */
export function templateProblem(template: string, contentType: string): string | null {
  const known = NAMES.map((name) => `{{${name}}}`).join(", ");
  for (const [whole, inside = ""] of template.matchAll(PLACEHOLDER)) {
    if (!isName(inside.trim())) return `There is no placeholder ${whole}; there are ${known}`;
  }
  if (template.replace(PLACEHOLDER, "").includes("{{")) return `A {{ has no }}; placeholders are ${known}`;
  if (!isJson(contentType.split(";")[0]?.trim().toLowerCase() ?? "")) return null;
  try {
    JSON.parse(
      fillBody(template, contentType, { "client.key": '"\\', scheduledAt: "2026-01-01T00:00:00.000Z", runId: "1" }),
    );
    return null;
  } catch {
    return "This is no JSON; put texts and their placeholders in quotes, or add a header such as Content-Type: text/plain";
  }
}
