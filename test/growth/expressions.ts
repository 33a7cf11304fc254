import { type Excess, findExcess } from "./growth.ts";
import { type Grower, growersFor, grown, plainGrowers } from "./inputs.ts";

/** What makes an expression slow. */
export interface Slow extends Excess {
  readonly grower: Grower;
}

/** Looks for a text on which searching with an expression costs more than linear time; null: none was found. */
export async function findSlowText(expression: RegExp): Promise<Slow | null> {
  const everywhere = new RegExp(expression.source, `${expression.flags.replace(/[gy]/g, "")}g`);
  // A sticky expression is tried at one position only; its caller goes on behind what it found.
  const search = (text: string) =>
    expression.sticky ? new RegExp(expression).exec(text) : text.replace(everywhere, "");
  for (const grower of [...plainGrowers, ...growersFor(expression)]) {
    const excess = await findExcess(search, (length) => grown(grower, length));
    if (excess) return { ...excess, grower };
  }
  return null;
}
