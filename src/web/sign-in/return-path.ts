const HOME = "/admin/jobs";

/** A path of ours below `/admin`, else the first page: a link may not lead a fresh sign-in to another site. */
export function returnPath(wanted: string | null | undefined): string {
  const here = "https://minutehand.invalid";
  if (!wanted || !URL.canParse(wanted, here)) return HOME;
  const url = new URL(wanted, here);
  if (url.origin !== here || !/^\/admin(\/|$)/.test(url.pathname)) return HOME;
  return url.pathname + url.search;
}

/** The sign-in page that leads back to what was asked for. A change that was asked for is not repeated by itself. */
export function signInPath(request: Request): string {
  const { pathname, search } = new URL(request.url);
  const asked = request.method === "GET" ? returnPath(pathname + search) : HOME;
  return asked === HOME ? "/sign-in" : `/sign-in?next=${encodeURIComponent(asked)}`;
}
