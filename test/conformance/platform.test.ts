import { conformGroup } from "./conform.ts";
import { CloudSynchronization } from "./scenarios/platform/CloudSynchronization.ts";
import { HttpRequest } from "./scenarios/platform/HttpRequest.ts";
import {
  JobSchedulerDuplicateCheck,
  JobSchedulerDuplicateCheckWaking,
} from "./scenarios/platform/JobSchedulerDuplicateCheck.ts";

conformGroup("platform", [
  CloudSynchronization,
  HttpRequest,
  JobSchedulerDuplicateCheck,
  JobSchedulerDuplicateCheckWaking,
]);
