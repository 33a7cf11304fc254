import { conformGroup } from "./conform.ts";
import { UserImport } from "./scenarios/imports/UserImport.ts";
import { XMLGroupImport } from "./scenarios/imports/XMLGroupImport.ts";

conformGroup("imports", [UserImport, XMLGroupImport]);
