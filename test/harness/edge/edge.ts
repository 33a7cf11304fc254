import { onTestFinished } from "vitest";
import { type EdgeSystem, openEdgeSystem } from "./edge-system.ts";

export type { EdgeSystem } from "./edge-system.ts";

/** The whole system for one test; everything ends with the test. */
export async function edgeSystem(): Promise<EdgeSystem> {
  const { system, close } = await openEdgeSystem();
  onTestFinished(close);
  return system;
}
