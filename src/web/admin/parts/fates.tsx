import { raw } from "hono/html";
import type { Fate } from "../../../control/jobs/job-figures.ts";
import { useReader } from "../../reader/reader.ts";
import { stateWords } from "./run-state.tsx";

/** Width of one fate (px), its gap included. */
const STEP = 6;

/** Height of the line (of the width that the style sheet gives it) on which a fate is drawn. */
const level: Readonly<Record<Fate, number>> = {
  ok: 8,
  no_action: 12,
  partial: 10,
  cancelled: 8,
  failed: 8,
  skipped: 12,
};

/**
 * A stretch of equal fates as a path. Each has a shape of its own: ok a tall bar, partial one of two thirds, no action a low one,
 * failed a cross, cancelled a dash, skipped a hollow box.
 */
function stretch(fate: Fate, index: number, length: number): string {
  const x = index * STEP;
  const each = (path: (left: number) => string) =>
    Array.from({ length }, (_, index) => path(x + index * STEP)).join("");
  if (fate === "failed") return each((left) => `M${left} 5l5 6m0-6l-5 6`);
  if (fate === "skipped") return each((left) => `M${left}.5 10.5h4v3h-4z`);
  return `M${x} ${level[fate]}h${length * STEP - 1}`;
}

/** The newest fates of a job, oldest first, as a small bar; the same in words is its name. */
export function FateBar(props: { fates: readonly Fate[] }) {
  const { t, number } = useReader();
  const { fates } = props;
  const paths = new Map<Fate, string>();
  const counts = new Map<Fate, number>();
  for (let start = 0; start < fates.length; ) {
    const fate = fates[start];
    if (fate === undefined) break;
    let end = start + 1;
    while (fates[end] === fate) end += 1;
    paths.set(fate, (paths.get(fate) ?? "") + stretch(fate, start, end - start));
    counts.set(fate, (counts.get(fate) ?? 0) + end - start);
    start = end;
  }
  const words = [...counts].map(([fate, count]) => `${number(count)} ${t(stateWords(fate))}`).join(", ");
  return (
    <svg class="fates" role="img">
      <title>{t("last {count}: {fates}", { count: fates.length, fates: words })}</title>
      {raw([...paths].map(([fate, path]) => `<path class="${fate}" d="${path}"/>`).join(""))}
    </svg>
  );
}
