import { useReader } from "../reader/reader.ts";

/** The last line of a form: the button that sends it, and the way back without. */
export function SheetActions(props: {
  /** Words of the button. */
  submit: string;
  /** Address to which the second link leads. */
  back: string;
  /** Words of that link; default: Cancel. */
  leave?: string;
  /** What the button does cannot be undone. */
  danger?: boolean;
}) {
  const { t } = useReader();
  return (
    <div class="actions">
      <button class={props.danger ? "button danger" : "button primary"} type="submit">
        {props.submit}
      </button>
      <a class="button plain" href={props.back}>
        {props.leave ?? t("Cancel")}
      </a>
    </div>
  );
}
