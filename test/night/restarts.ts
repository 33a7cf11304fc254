import type { Lives } from "../../src/demo/night/play.ts";
import { ProcessGone } from "../conformance/suite/faults.ts";

/** What restarts have come to. */
export interface Restarts {
  count: number;
}

/**
 * Runners that end after every single step: the batch that commits a step still gets in, everything after it fails. A
 * mail's intent alone does not end one, since its runner then holds the mail in its hands: whether that is lost is not the
 * same night any more, and the mailings' own tests kill there.
 */
export function endingAfterEachStep(restarts: Restarts): Lives {
  return (database) => {
    let gone = false;
    const check = () => {
      if (gone) throw new ProcessGone("the process is gone");
    };
    return {
      ended: () => gone,
      database: {
        execute: (async (...args: Parameters<typeof database.execute>) => {
          check();
          return database.execute(...args);
        }) as typeof database.execute,
        transaction: (async (mode?: "write") => {
          check();
          return database.transaction(mode ?? "write");
        }) as typeof database.transaction,
        async batch(statements, mode) {
          check();
          const answer = await database.batch(statements, mode);
          const texts = statements.map((statement) =>
            typeof statement === "object" && "sql" in statement ? statement.sql : "",
          );
          const commits = texts.some((sql) => sql.startsWith("UPDATE checkpoints SET step = step + 1"));
          const sends =
            texts.some((sql) => sql.startsWith("INSERT INTO effects")) &&
            texts.some((sql) => sql.includes("'sending'"));
          if (commits && !sends) {
            gone = true;
            restarts.count += 1;
          }
          return answer;
        },
      },
    };
  };
}
