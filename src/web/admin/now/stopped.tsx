import type { Stop } from "../../../administration/pauses/stop.ts";
import { useReader } from "../../reader/reader.ts";

/** Says on every page that everything is stopped, so that none of them promises a start. */
export function StoppedNotice(props: { stop: Stop | null }) {
  const { t } = useReader();
  const { stop } = props;
  if (stop === null) return null;
  return (
    <div class="notice warn" role="status">
      <p>
        {t("Everything is stopped: nothing starts until an administrator lets it go on.")} {stop.note}{" "}
        <a href="/admin/pauses">{t("Pauses")}</a>
      </p>
    </div>
  );
}
