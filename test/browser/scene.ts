import type { Page } from "playwright-core";
import { onTestFinished } from "vitest";
import { addAdmin } from "../../src/control/access/access.ts";
import { hashPassword, verifyPassword } from "../../src/control/access/password.ts";
import { systemClock } from "../../src/hosts/system-clock.ts";
import { Runner } from "../../src/runner/runner.ts";
import type { ArrivedMail } from "../../src/web/mailbox.ts";
import type { Ports } from "../../src/web/ports.ts";
import { VirtualClock } from "../harness/clock.ts";
import { runnerPorts } from "../harness/runner/runner.ts";
import { demoShop } from "../web/stage/demo-shop.ts";
import { processors } from "../web/stage/processors.ts";
import { type Stage, setStage } from "../web/stage/stage.ts";
import { serve } from "./serve.ts";

export const ADMIN = { email: "ada@example.com", password: "correct horse battery staple" } as const;

/** What the mailbox holds. */
export const mail: ArrivedMail = {
  id: "000001",
  receivedAt: Date.UTC(2026, 10, 23, 11, 58),
  from: "suite@berlin.example",
  to: "demo@minutehand.example",
  originalTo: "grace.hopper@berlin.example",
  subject: "Your course Fire safety starts on Monday",
  body: "Dear Grace Hopper,\n\nyour course Fire safety starts on Monday, 30 November 2026, at 09:00.\n\nYour training team",
};

/** The manager behind a real HTTP server, with one administrator and runners that really run. */
export interface Scene {
  readonly stage: Stage;
  readonly url: string;
  /** Resolves when every run that was started has ended. */
  runsEnded(): Promise<void>;
  /** Signs in as {@link ADMIN} by the sign-in page. */
  signIn(page: Page): Promise<void>;
}

/** Sets the scene. Call it inside a test. Time is the system's, as the runner's is. */
export async function setScene(overrides: Partial<Ports> = {}): Promise<Scene> {
  const working: Promise<unknown>[] = [];
  const stage = await setStage({
    now: () => Date.now(),
    verifyPassword,
    hashPassword,
    mailbox: { list: async () => ({ total: 1, mails: [mail] }), read: async () => mail },
    demoShop,
    wakeRunner: async (clientId) => {
      const ports = runnerPorts(stage.database, Object.values(processors), new VirtualClock(0), { clock: systemClock });
      working.push(new Runner(ports, clientId).work());
    },
    ...overrides,
  });
  stage.now = Date.now();
  const passwordHash = await hashPassword(ADMIN.password, crypto.getRandomValues(new Uint8Array(16)));
  const admin = { email: ADMIN.email, name: "Ada Lovelace", role: "system_admin", clientId: 0, passwordHash } as const;
  await addAdmin(stage.database, admin, stage.now);
  const server = await serve(stage.app);
  onTestFinished(() => server.stop());
  return {
    stage,
    url: server.url,
    async runsEnded() {
      await Promise.all(working.splice(0));
    },
    async signIn(page) {
      await page.goto(`${server.url}/sign-in`);
      await page.getByLabel("E-mail").fill(ADMIN.email);
      await page.getByLabel("Password").fill(ADMIN.password);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("button", { name: "Sign out" }).waitFor();
    },
  };
}
