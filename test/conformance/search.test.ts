import { CheckSolrAvailability } from "./scenarios/search/CheckSolrAvailability.ts";
import { CreateSiteMaps } from "./scenarios/search/CreateSiteMaps.ts";
import { CreateSolrIndex, CreateSolrIndexAtServer } from "./scenarios/search/CreateSolrIndex.ts";
import { SolrIndexActualization } from "./scenarios/search/SolrIndexActualization.ts";
import { SolrIndexFullBuild } from "./scenarios/search/SolrIndexFullBuild.ts";
import { conformGroup } from "./suite/conform.ts";

conformGroup("search", [
  CreateSolrIndex,
  CreateSolrIndexAtServer,
  CheckSolrAvailability,
  SolrIndexActualization,
  SolrIndexFullBuild,
  CreateSiteMaps,
]);
