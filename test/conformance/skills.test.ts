import { CertificationReset } from "./scenarios/skills/CertificationReset.ts";
import { DeleteCreatedCertificatesJob } from "./scenarios/skills/DeleteCreatedCertificatesJob.ts";
import { GenerateCertificatesJob, GenerateCertificatesJobMailing } from "./scenarios/skills/GenerateCertificatesJob.ts";
import { SkillExpiration } from "./scenarios/skills/SkillExpiration.ts";
import { SkillTermination } from "./scenarios/skills/SkillTermination.ts";
import { conformGroup } from "./suite/conform.ts";

conformGroup("skills", [
  CertificationReset,
  SkillExpiration,
  SkillTermination,
  GenerateCertificatesJob,
  GenerateCertificatesJobMailing,
  DeleteCreatedCertificatesJob,
]);
