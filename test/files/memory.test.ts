import { memoryFiles } from "../harness/memory-files.ts";
import { describeStore } from "./store-cases.ts";

describeStore("the store in memory, on which processors are tested", async () => memoryFiles(Date.now));
