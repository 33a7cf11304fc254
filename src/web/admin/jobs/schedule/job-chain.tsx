import type { Job } from "../../../../control/jobs/jobs.ts";
import { useReader } from "../../../reader/reader.ts";

/** What a job follows, and what follows it; nothing where it stands alone. */
export function JobChain(props: { job: Job; before: Job | null; followers: readonly Job[] }) {
  const { t } = useReader();
  const { job, before, followers } = props;
  if (job.after === null && followers.length === 0) return null;
  const link = ({ id, name }: Job) => <a href={`/admin/jobs/${id}`}>{name}</a>;
  const previous = before ? link(before) : t("job {id}", { id: String(job.after?.jobId) });
  return (
    <section class="panel">
      <h2>{t("Chain")}</h2>
      {job.after === null ? null : (
        <p>
          {job.after.condition === "ok"
            ? t.rich("It starts when {job} has ended well, for the same client.", { job: previous })
            : t.rich("It starts when {job} has ended, for the same client.", { job: previous })}
        </p>
      )}
      {followers.length === 0 ? null : (
        <>
          <p>{t("After it start:")}</p>
          <ul>
            {followers.map((follower) => (
              <li>
                {link(follower)}
                {follower.after?.condition === "ok" ? ` (${t("if it ended well")})` : null}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
