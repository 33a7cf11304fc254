const HOME = "/admin/now";

/** A path of ours below `/admin`, else the first page: a link may not lead a fresh sign-in to another site. */
export function returnPath(wanted: string | null | undefined): string {
  const here = "https://minutehand.invalid";
  if (!wanted || !URL.canParse(wanted, here)) return HOME;
  const url = new URL(wanted, here);
  if (url.origin !== here || !/^\/admin(\/|$)/.test(url.pathname)) return HOME;
  return url.pathname + url.search;
}

/** The sign-in page that leads on to a path of ours, and says what went wrong. */
export function signInAddress(next: string, problem?: string): string {
  const query = new URLSearchParams();
  if (next !== HOME) query.set("next", next);
  if (problem !== undefined) query.set("problem", problem);
  return query.size === 0 ? "/sign-in" : `/sign-in?${query}`;
}

/**
 * The page that a request belongs to: itself, or for a change the page with its form, as far as the browser names it. A change
 * that was asked for is not repeated by itself.
 */
export function pageOf(request: Request): string {
  if (request.method === "GET") {
    const { pathname, search } = new URL(request.url);
    return returnPath(pathname + search);
  }
  const referrer = request.headers.get("referer");
  if (!referrer || !URL.canParse(referrer)) return HOME;
  const { origin, pathname, search } = new URL(referrer);
  return origin === new URL(request.url).origin ? returnPath(pathname + search) : HOME;
}

/** The sign-in page that leads back to what was asked for. */
export function signInPath(request: Request): string {
  return signInAddress(pageOf(request));
}
