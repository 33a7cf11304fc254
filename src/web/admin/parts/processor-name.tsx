import type { Processor } from "../../../processors/contract.ts";
import { Identifier } from "../../page/identifier.tsx";
import { useReader } from "../../reader/reader.ts";

/**
 * A processor by its title in the reader's language, with its id beside it, as API, logs and audit name it.
 *
 * @param props.id the id as it is stored; may be an alias
 * @param props.processor null: this release does not have it, and only its id can be said
 * @param props.path where the title links to. Default: no link
 */
export function ProcessorName(props: { id: string; processor: Processor | null; path?: string }) {
  const { t } = useReader();
  const { id, processor, path } = props;
  if (processor === null) return <Identifier name={id} />;
  const title = t.told(processor.title);
  return (
    <>
      {path === undefined ? title : <a href={path}>{title}</a>}{" "}
      <span class="soft small">
        <Identifier name={id} />
      </span>
    </>
  );
}
