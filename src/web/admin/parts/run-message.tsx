import { useReader } from "../../reader/reader.ts";
import { shownMessage } from "../../words/run-messages.ts";

/**
 * What is stored with a run or in its log, in the reader's language; what has no words there is marked as English, for those who hear
 * the page.
 *
 * @param props.longest characters shown, at most. Default: all of it
 */
export function RunMessage(props: { message: string; longest?: number }) {
  const { locale } = useReader();
  const { message, longest = Number.POSITIVE_INFINITY } = props;
  const shown = shownMessage(message, locale);
  const text = shown.text.length > longest ? `${shown.text.slice(0, longest - 1)}…` : shown.text;
  return shown.locale === locale ? text : <span lang={shown.locale}>{text}</span>;
}
