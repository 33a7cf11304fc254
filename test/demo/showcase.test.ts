import { expect, it } from "vitest";
import { seedDemo } from "../../src/demo/demo.ts";
import { ProgrammeCurriculumLevelStatus } from "../../src/processors/paths/ProgrammeCurriculumLevelStatus.ts";
import { ProgrammeCurriculumLevelStatusUpdateJob } from "../../src/processors/paths/ProgrammeCurriculumLevelStatusUpdateJob.ts";
import { ProgrammeRecertificationAsignment } from "../../src/processors/paths/ProgrammeRecertificationAsignment.ts";
import { ProgramRecertificationCompletionJob } from "../../src/processors/paths/ProgramRecertificationCompletionJob.ts";
import { ProgramRecertificationStatusJob } from "../../src/processors/paths/ProgramRecertificationStatusJob.ts";
import { ProgramStatusUpdateForLearners } from "../../src/processors/paths/ProgramStatusUpdateForLearners.ts";
import { CertificationReset } from "../../src/processors/skills/CertificationReset.ts";
import { GenerateCertificatesJob } from "../../src/processors/skills/GenerateCertificatesJob.ts";
import { SkillExpiration } from "../../src/processors/skills/SkillExpiration.ts";
import { SkillTermination } from "../../src/processors/skills/SkillTermination.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";
import { Stage } from "../harness/stage.ts";

const NOW = Date.UTC(2026, 10, 23, 12);

/** In the order of the timetable, with what each counts. */
const jobs = [
  [CertificationReset, { fulfilled: 1, opened: 1 }],
  [ProgrammeRecertificationAsignment, { created: 1, opened: 1, due: 1 }],
  [ProgramRecertificationCompletionJob, { achieved: 1, nextCreated: 1 }],
  [ProgramRecertificationStatusJob, { achieved: 1 }],
  [ProgrammeCurriculumLevelStatusUpdateJob, { locked: 1 }],
  [ProgrammeCurriculumLevelStatus, { paths: 1, raised: 2 }],
  [ProgramStatusUpdateForLearners, { completed: 2 }],
  [SkillExpiration, { expired: 1, levelsLowered: 1 }],
  [SkillTermination, { terminated: 1 }],
  [GenerateCertificatesJob, { generated: 1 }],
] as const;

it("in the demo's first night the jobs of paths, skills, certifications and certificates find something", async () => {
  const database = await freshFileDatabase();
  const secretsKey = Buffer.alloc(32, 7).toString("base64");
  await seedDemo({ database, secretsKey, mailPassword: "open sesame", smtpPort: 2525, now: NOW });
  const processors = jobs.map(([processor]) => processor);
  const stage = new Stage(database, processors, { now: NOW });
  for (const [processor, counts] of jobs) {
    const id = await stage.start({ processor, clientId: 1 });
    await stage.toEnd({ clientId: 1 });
    expect([processor.id, await stage.outcome(id)]).toMatchObject([processor.id, { state: "ok", counts }]);
  }
});
