/// <reference types="@cloudflare/vitest-plugin/types" />

/** What `env` of `cloudflare:workers` holds in a test inside workerd: the bindings of wrangler.toml. */
declare namespace Cloudflare {
  interface Env extends Readonly<WithFiles<import("../../../src/hosts/cloudflare/environment.ts").Environment>> {}
  type WithFiles<E extends { readonly FILES?: unknown }> = E & Required<Pick<E, "FILES">>;
  interface GlobalProps {
    mainModule: typeof import("../../../src/hosts/cloudflare/worker.ts");
  }
}
