import type { Context } from "hono";
import type { Admin, AdminSession } from "../control/access.ts";
import type { Stop } from "../scheduler/stop.ts";
import type { NavigationSetting } from "./navigation.ts";
import type { Reader } from "./reader.ts";

/** What middleware leaves for the pages. */
export interface Environment {
  Variables: {
    /** Who reads the answer: language, zone, words. Always present. */
    reader: Reader;
    /** Who is signed in. Present behind {@link ../sign-in/session.ts}, that is below `/admin`. */
    admin: Admin;
    /** In which session. Present below `/admin`. */
    session: AdminSession;
    /** The setting `navigation` (spec 3.1, M13). Present below `/admin`. */
    navigation: NavigationSetting;
    /** Everything is stopped, since when and why; null: nothing is. Present below `/admin`. */
    stop: Stop | null;
    /** Every address below `/admin` that answers a GET, so that the navigation links to nothing else. */
    paths: ReadonlySet<string>;
  };
}

export type PageContext = Context<Environment>;
