import { conformGroup } from "./conform.ts";
import { CloudSynchronization } from "./scenarios/CloudSynchronization.ts";
import { HttpRequest } from "./scenarios/HttpRequest.ts";
import {
  JobSchedulerDuplicateCheck,
  JobSchedulerDuplicateCheckWaking,
} from "./scenarios/JobSchedulerDuplicateCheck.ts";

conformGroup("platform", [
  CloudSynchronization,
  HttpRequest,
  JobSchedulerDuplicateCheck,
  JobSchedulerDuplicateCheckWaking,
]);
