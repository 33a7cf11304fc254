import { withJsxModule } from "../crowd/jsx-loader.ts";

/**
 * What each page of the manager costs with 2,000 clients, 20,000 jobs and 1,000,000 runs: the time until the server has the whole
 * page, the statements and the round trips to the database.
 */
export default async function bench(): Promise<void> {
  type Measuring = typeof import("../crowd/measure-pages.ts");
  await withJsxModule<Measuring, void>("/test/bench/crowd/measure-pages.ts", ({ measurePages }, folder) =>
    measurePages(folder),
  );
}
