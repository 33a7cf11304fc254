import { openInspector } from "../../harness/inspector.ts";

/** What V8 hands out of `Profiler.stop`: a tree of functions, and for each sample the node that was at work. */
interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** Time (µs) from each sample to the one before. */
  readonly timeDeltas: readonly number[];
}

/** Own time of each function, the greatest first: `12.3 %  name  file:line`. Waiting is left out. @param count how many */
export function topFunctions({ nodes, samples, timeDeltas }: Profile, count = 10): string[] {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const place = url === "" ? "" : `  ${url.split("/").slice(-2).join("/")}:${lineNumber + 1}`;
      return [id, `${functionName || "(anonymous)"}${place}`] as const;
    }),
  );
  const spent = new Map<string, number>();
  let all = 0;
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? "";
    if (name.startsWith("(idle)")) continue;
    const time = timeDeltas[index] ?? 0;
    all += time;
    spent.set(name, (spent.get(name) ?? 0) + time);
  }
  return [...spent]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, count)
    .map(([name, time]) => `${((100 * time) / Math.max(1, all)).toFixed(1).padStart(5)} %  ${name}`);
}

/**
 * Begins a profile through the inspector of a process on this machine.
 *
 * @param port of the inspector
 * @returns what ends it and says the ten functions with the most time of their own
 */
export async function startProfile(port: number): Promise<() => Promise<readonly string[]>> {
  const inspector = await openInspector(port);
  await inspector.call("Profiler.enable");
  await inspector.call("Profiler.setSamplingInterval", { interval: 500 });
  await inspector.call("Profiler.start");
  return async () => {
    const { profile } = (await inspector.call("Profiler.stop")) as { profile: Profile };
    inspector.close();
    return topFunctions(profile);
  };
}
