import type { Migration, MigrationSet } from "../src/store/migrations.ts";
import { migrations as control } from "./control/migrations.ts";
import { migrations as learning } from "./learning/migrations.ts";
import { migrations as store } from "./store/migrations.ts";

/** Every migration by set. The control database takes all three; a client's own database takes `store` and `learning`. */
export const bundles: Readonly<Record<MigrationSet, readonly Migration[]>> = { store, control, learning };
