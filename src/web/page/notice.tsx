import { useReader } from "../reader/reader.ts";
import type { English } from "../words/text.ts";

/** What a page says after something was done. The address carries the key only, so no one else can choose the words. */
const notices = {
  "job-created": "The job was created.",
  "job-saved": "The job was saved. What was planned and had not started was withdrawn and is planned anew.",
  "job-paused": "The job is paused. What was planned was withdrawn.",
  "job-resumed": "The job goes on from now.",
  "backfill-made": "The missed runs are queued, oldest first.",
  "jobs-started": "The runs are queued and start within seconds.",
  "jobs-paused": "The jobs are paused. What was planned was withdrawn.",
  "jobs-resumed": "The jobs go on from now.",
  "job-deleted": "The job was deleted. Its runs are kept.",
  "run-queued": "The run is queued and starts within seconds.",
  "run-exists": "This start is queued already; it was not queued twice.",
  "run-cancelled": "The run was cancelled before it started.",
  "run-cancelling": "The run was asked to stop; it ends after its current step.",
  "run-ended": "The run had already ended, so there was nothing to cancel.",
  "run-retried": "The run is taken up again, from where it stopped.",
  "run-not-retried": "This run has not failed, or another administrator has taken it up again already.",
  "file-stored": "The file was stored. It waits here until the next import of this client.",
  "file-deleted": "The file was deleted.",
  "file-gone": "The file was no longer there, so there was nothing to delete.",
  "client-created": "The client was created. It is not active yet: start it when it is set up.",
  "client-saved": "The client was saved.",
  "client-started": "The client was started. Its jobs go on from now.",
  "client-stopped": "The client was stopped. Runs at work go on to their end.",
  "holidays-saved": "The holidays were saved.",
  stopped: "Everything is stopped. Runs at work set themselves aside within seconds.",
  "stopped-already": "Everything was stopped already; the first note stays.",
  resumed: "Everything goes on from now.",
  "blackout-created": "The blackout was created.",
  "blackout-deleted": "The blackout is gone.",
  "connector-saved": "The connector was saved. Test it before the next run needs it.",
  "connector-deleted": "The connector was deleted.",
  "delivery-replay": "The delivery waits to be processed once more.",
  "delivery-park": "The delivery was put aside.",
  "delivery-close": "The delivery was closed.",
  "order-given": "The order was given to the person. What is parked about it waits to be processed once more.",
  "subscription-saved": "The subscription was saved.",
  "subscription-deleted": "The subscription was deleted.",
  "token-revoked": "The token was revoked. It opens nothing any more.",
  "shop-told": "The demo shop has told of it. The run that follows starts within seconds: reload the page.",
  "settings-saved": "The settings were saved. Runs read them when they start.",
  "setting-reset": "The setting was reset; its default holds.",
  "signed-out": "You are signed out.",
  "session-ended": "The session was ended.",
  "sessions-ended": "All your other sessions were ended.",
  "password-changed": "Your password was changed, and all your other sessions were ended.",
  "admin-saved": "The admin was saved.",
  "admin-on": "The account was switched on.",
  "admin-off": "The account was switched off, and its sessions were ended.",
  "admin-untied": "The account was untied. The next sign-in there with the same e-mail address ties it again.",
} as const satisfies Record<string, English>;

/** What is said instead while everything is stopped: nothing then starts within seconds, or at all. */
const whileStopped: Partial<Record<keyof typeof notices, English>> = {
  "jobs-started": "The runs are queued. Each starts when everything goes on.",
  "run-queued": "The run is queued. It starts when everything goes on.",
  "run-retried": "The run is taken up again when everything goes on, from where it stopped.",
  "job-resumed": "The job is no longer paused. It goes on when everything does.",
  "jobs-resumed": "The jobs are no longer paused. They go on when everything does.",
  "client-started": "The client was started. Its jobs go on when everything does.",
};

export type NoticeKey = keyof typeof notices;

/** The address of a page that will show a notice. */
export function withNotice(path: string, notice: NoticeKey): string {
  return `${path}${path.includes("?") ? "&" : "?"}notice=${notice}`;
}

/** The notice that an address asks for; nothing for an unknown key. @param props.stopped everything is stopped. Default false */
export function Notice(props: { notice: string | undefined; stopped?: boolean }) {
  const { t } = useReader();
  const found = (Object.keys(notices) as NoticeKey[]).find((key) => key === props.notice);
  if (found === undefined) return null;
  const text = (props.stopped ? whileStopped[found] : undefined) ?? notices[found];
  return (
    <div class="notice good" role="status">
      <p>{t.said(text)}</p>
    </div>
  );
}
