import { describe } from "vitest";
import { freshDatabase } from "../harness/database/database.ts";
import { clockCases } from "./clock-cases.ts";

describe("at the edge, with a libSQL server", () => clockCases(() => freshDatabase(), true));
