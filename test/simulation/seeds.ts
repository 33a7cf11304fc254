/** Seeds whose history once broke an invariant, and what was wrong. They run as tests. */
export const seeds: readonly { readonly seed: number; readonly found: string }[] = [
  { seed: 19, found: "a heartbeat prolonged a permit that had run out and was somebody else's by then" },
  { seed: 30, found: "a resume brought a job's old expression back that an edit had just replaced" },
  { seed: 38, found: "triggers moved to the platform while their processor was unknown" },
  { seed: 61, found: "a runner that had stood still claimed a heavy run beside another" },
  { seed: 88, found: "a runner that had stood still claimed a run beside another of its job" },
  { seed: 119, found: "a retry that had waited for something else was not counted as an attempt" },
  { seed: 291, found: "a running run whose due instant lay in the future was seen by nobody" },
  { seed: 518, found: "a run claimed only to be ended was worked on by who took it over" },
];
