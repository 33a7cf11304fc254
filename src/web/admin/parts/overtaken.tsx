import type { Child } from "hono/jsx";
import { lastValue } from "../../http/form-post.ts";
import { useReader } from "../../reader/reader.ts";

/**
 * Says that another administrator was faster, and what stands there now where it differs from what was sent.
 *
 * @param props.labels of the fields that are compared, by name; leave out what must not be seen
 * @param props.stored the form as it would be drawn now
 * @param props.sent the form that came too late
 */
export function Overtaken(props: {
  labels: ReadonlyMap<string, string>;
  stored: URLSearchParams;
  sent: URLSearchParams;
  children: Child;
}) {
  const { t } = useReader();
  const { labels, stored, sent } = props;
  const unlike = [...labels].filter(([name]) => lastValue(stored, name).trim() !== lastValue(sent, name).trim());
  return (
    <div class="notice warn" role="alert">
      <p>{props.children}</p>
      {unlike.length === 0 ? null : (
        <ul>
          {unlike.map(([name, label]) => (
            <li>{t("{field} is now: {value}", { field: label, value: lastValue(stored, name) || t("(empty)") })}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
