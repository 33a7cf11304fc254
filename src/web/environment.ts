import type { Context } from "hono";
import type { Admin } from "../control/access.ts";

/** What middleware leaves for the pages. */
export interface Environment {
  Variables: {
    /** Who is signed in. Present behind {@link ../sign-in/session.ts}, that is below `/admin`. */
    admin: Admin;
  };
}

export type PageContext = Context<Environment>;
