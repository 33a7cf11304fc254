import { describe } from "vitest";
import { freshDatabase } from "../harness/database/database.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";
import { clockCases } from "./clock-cases.ts";

describe("in Node or Deno, with a libSQL server", () => clockCases(() => freshDatabase(), true));
describe("on a file, whose clock is the host's", () => clockCases(() => freshFileDatabase(), false));
