/** `fetch` for a server of the demo, which asks for a token. */
export function withBearer(token: string | undefined): (url: string, init?: RequestInit) => Promise<Response> {
  return (url, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${token ?? ""}`);
    return fetch(url, { ...init, headers });
  };
}
