/// <reference types="@cloudflare/vitest-plugin/types" />

/** What `env` of `cloudflare:workers` holds in a test inside workerd: the bindings of wrangler.toml. */
declare namespace Cloudflare {
  interface Env extends Readonly<import("../../../src/hosts/cloudflare/environment.ts").Environment> {}
  interface GlobalProps {
    mainModule: typeof import("../../../src/hosts/cloudflare/worker.ts");
  }
}
