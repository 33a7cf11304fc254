import { conformGroup } from "./conform.ts";
import { DeleteCreatedCertificatesJob } from "./scenarios/skills/DeleteCreatedCertificatesJob.ts";
import { GenerateCertificatesJob, GenerateCertificatesJobMailing } from "./scenarios/skills/GenerateCertificatesJob.ts";

conformGroup("skills", [DeleteCreatedCertificatesJob, GenerateCertificatesJob, GenerateCertificatesJobMailing]);
