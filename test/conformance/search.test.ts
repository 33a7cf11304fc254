import { conformGroup } from "./conform.ts";
import { CreateSiteMaps } from "./scenarios/search/CreateSiteMaps.ts";

conformGroup("search", [CreateSiteMaps]);
