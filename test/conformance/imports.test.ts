import { UserImport } from "./scenarios/imports/UserImport.ts";
import { XMLGroupImport } from "./scenarios/imports/XMLGroupImport.ts";
import { conformGroup } from "./suite/conform.ts";

conformGroup("imports", [UserImport, XMLGroupImport]);
