import { nodeConnect } from "../harness/socket.ts";
import { describeSmtp } from "./smtp-cases.ts";

describeSmtp(nodeConnect());
