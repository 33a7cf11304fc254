import { CloudSynchronization } from "./scenarios/platform/CloudSynchronization.ts";
import { DefaultTempDirDeleteIlsEntries } from "./scenarios/platform/DefaultTempDirDeleteIlsEntries.ts";
import { HttpRequest } from "./scenarios/platform/HttpRequest.ts";
import {
  JobSchedulerDuplicateCheck,
  JobSchedulerDuplicateCheckWaking,
} from "./scenarios/platform/JobSchedulerDuplicateCheck.ts";
import { StorageUpdater } from "./scenarios/platform/StorageUpdater.ts";
import { TempFilesDelete } from "./scenarios/platform/TempFilesDelete.ts";
import { conformGroup } from "./suite/conform.ts";

conformGroup("platform", [
  CloudSynchronization,
  DefaultTempDirDeleteIlsEntries,
  HttpRequest,
  JobSchedulerDuplicateCheck,
  JobSchedulerDuplicateCheckWaking,
  StorageUpdater,
  TempFilesDelete,
]);
