/**
 * When a test, a hook or a wait within one is given up (ms). Only what hangs for good comes to that: no test depends on how
 * fast the machine is or what else it does.
 */
export const LAST_RESORT_MS = 1_200_000;
