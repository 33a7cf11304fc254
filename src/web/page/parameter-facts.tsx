import { useReader } from "../reader/reader.ts";

/** The parameters of a job or a run as names and values; one that is neither text nor yes or no is shown as JSON. */
export function ParameterFacts(props: { parameters: Readonly<Record<string, unknown>> }) {
  const { t } = useReader();
  return (
    <dl class="facts">
      {Object.entries(props.parameters).map(([name, value]) => (
        <>
          <dt>
            <code>{name}</code>
          </dt>
          <dd>
            {value === null ? (
              <span class="soft">{t("none")}</span>
            ) : typeof value === "boolean" ? (
              t(value ? "yes" : "no")
            ) : typeof value === "string" ? (
              value
            ) : (
              JSON.stringify(value)
            )}
          </dd>
        </>
      ))}
    </dl>
  );
}
