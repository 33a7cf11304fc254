import type { Context } from "hono";
import type { Stop } from "../administration/pauses/stop.ts";
import type { Admin, AdminSession } from "../control/access/access.ts";
import type { NavigationSetting } from "./navigation.ts";
import type { KeptForm, Reader } from "./reader/reader.ts";

/** What middleware leaves for the pages. */
export interface Environment {
  /** What the application hands to itself when it draws one of its own pages. */
  Bindings: { readonly kept?: KeptForm };
  Variables: {
    /**
     * Draws another page of the application, as this request's browser would get it, with a form on it filled in.
     *
     * @param path an address of ours that answers a GET
     * @param cookie the header to ask with
     */
    ownPage: (path: string, cookie: string, kept: KeptForm) => Response | Promise<Response>;
    /** Who reads the answer: language, zone, words. Always present. */
    reader: Reader;
    /** Who is signed in. Present behind {@link ../sign-in/session.ts}, that is below `/admin`. */
    admin: Admin;
    /** In which session. Present below `/admin`. */
    session: AdminSession;
    /** The setting `navigation` (handbook, manager: navigation). Present below `/admin`. */
    navigation: NavigationSetting;
    /** Everything is stopped, since when and why; null: nothing is. Present below `/admin`. */
    stop: Stop | null;
    /** Every address below `/admin` that answers a GET, so that the navigation links to nothing else. */
    paths: ReadonlySet<string>;
  };
}

export type PageContext = Context<Environment>;
