import { conformGroup } from "./conform.ts";
import { UserImport } from "./scenarios/UserImport.ts";
import { XMLGroupImport } from "./scenarios/XMLGroupImport.ts";

conformGroup("imports", [UserImport, XMLGroupImport]);
