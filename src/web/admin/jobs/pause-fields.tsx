import { lastValue } from "../../http/form-post.ts";
import { type FieldProblem, LinesField, TextField } from "../../page/fields.tsx";
import { useReader } from "../../reader/reader.ts";

/**
 * Until when jobs are paused, and why: the fields `until` and `note` of a form.
 *
 * @param props.zone in which `until` is meant; default the reader's
 */
export function PauseFields(props: { form: URLSearchParams; problems: readonly FieldProblem[]; zone?: string }) {
  const reader = useReader();
  const { t } = reader;
  const { form, problems, zone = reader.zone } = props;
  return (
    <>
      <TextField
        name="until"
        label={t("Until")}
        hint={t("Local time in {zone}. Empty: until an administrator resumes it.", { zone })}
        type="datetime-local"
        class="short"
        value={lastValue(form, "until")}
        problems={problems}
        optional
      />
      <LinesField
        name="note"
        label={t("Note")}
        hint={t("Why. It stands with the job and with every skipped run.")}
        value={lastValue(form, "note")}
        problems={problems}
        rows={2}
        optional
      />
    </>
  );
}
