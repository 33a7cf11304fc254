import { cloudflareConnect } from "../../../src/hosts/cloudflare/socket.ts";
import { describeSmtp } from "./smtp-cases.ts";

describeSmtp(cloudflareConnect);
