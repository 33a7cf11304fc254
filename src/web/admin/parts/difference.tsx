import { type AuditNames, noNames } from "../../../control/audit-names.ts";
import { useReader } from "../../reader/reader.ts";
import { valueWords } from "../watch/audit-value.tsx";

type Values = Readonly<Record<string, unknown>>;

/** More changed fields than this are folded away. */
const UNFOLDED = 4;

/** Values as they are stored; what is no text as JSON. */
const shown = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

function Shown(props: { name: string; value: unknown; names: AuditNames }) {
  const reader = useReader();
  const words = valueWords(reader, props.names, props.name, props.value);
  return words === null ? <code>{shown(props.value)}</code> : words;
}

const isEmpty = (value: unknown) => value === undefined || value === null || value === "";

/** The fields of an object stand for themselves (`policies.attempts`), so that one of many is seen. */
function flat(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.entries(value).map(([part, inner]) => [`${name}.${part}`, inner])
        : [[name, value]],
    ),
  );
}

/**
 * What changed, field by field. Removed and inserted are said by their elements, not by colour alone.
 *
 * @param props.names of what the values name by ids; default: ids are shown
 */
export function Difference(props: { before: Values; after: Values; names?: AuditNames }) {
  const { t } = useReader();
  const known = props.names ?? noNames;
  const [before, after] = [flat(props.before), flat(props.after)];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = names.filter(
    (name) => shown(before[name]) !== shown(after[name]) && !(isEmpty(before[name]) && isEmpty(after[name])),
  );
  if (changed.length === 0) return null;
  const list = (
    <dl class="diff">
      {changed.map((name) => (
        <>
          <dt>
            <code>{name}</code>
          </dt>
          <dd>
            {isEmpty(before[name]) ? null : (
              <del>
                <Shown name={name} value={before[name]} names={known} />
              </del>
            )}{" "}
            {isEmpty(after[name]) ? null : (
              <ins>
                <Shown name={name} value={after[name]} names={known} />
              </ins>
            )}
          </dd>
        </>
      ))}
    </dl>
  );
  if (changed.length <= UNFOLDED) return list;
  return (
    <details>
      <summary>{t("{count} fields", { count: changed.length })}</summary>
      {list}
    </details>
  );
}
