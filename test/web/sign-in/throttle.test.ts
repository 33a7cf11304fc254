import { describe, expect, it } from "vitest";
import { addAdmin, readAccount } from "../../../src/control/access/access.ts";
import { setPassword } from "../../../src/control/access/admins.ts";
import { Browser, type Stage, setStage } from "../stage/stage.ts";

const OWNER = "ada@example.com";
const [HOME, OFFICE] = ["198.51.100.7", "203.0.113.20"];

async function stageWithOwner(): Promise<Stage> {
  const stage = await setStage();
  const passwordHash = "plain secret";
  await addAdmin(
    stage.database,
    { email: OWNER, name: "Ada", role: "system_admin", clientId: 0, passwordHash },
    stage.now,
  );
  return stage;
}

/** Signs in from an address. */
async function signIn(browser: Browser, password: string, address: string, email = OWNER) {
  return await browser.send("/sign-in", {
    method: "POST",
    body: new URLSearchParams({ email, password }),
    headers: { "x-test-address": address },
  });
}

/** Fails a number of times, waiting as long as each answer asks, and until the next attempt would have to wait. Returns what was looked at. */
async function hammer(stage: Stage, address: string, attempts: number, email = OWNER): Promise<number> {
  let looked = 0;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const answer = await signIn(stage.stranger(), `guess ${attempt}`, address, email);
    if (answer.status === 401) looked += 1;
    else stage.now += Number(answer.headers.get("retry-after")) * 1000;
  }
  while ((await signIn(stage.stranger(), "guess", address, email)).status === 401) looked += 1;
  return looked;
}

describe("while a stranger guesses one account's password from one address", () => {
  it("the owner gets in at once from another address", async () => {
    const stage = await stageWithOwner();
    await hammer(stage, OFFICE, 60);
    expect((await signIn(stage.stranger(), "guess", OFFICE)).status).toBe(429);
    expect((await signIn(stage.stranger(), "secret", HOME)).status).toBe(303);
  });

  it("the owner gets in at once from the same address with a browser that signed in before, as often as wanted", async () => {
    const stage = await stageWithOwner();
    const own = stage.stranger();
    await signIn(own, "secret", OFFICE);
    await own.post("/sign-out");
    await hammer(stage, OFFICE, 40);
    expect((await signIn(stage.stranger(), "guess", OFFICE)).status).toBe(429);
    for (let times = 0; times < 3; times += 1) {
      expect((await signIn(own, "secret", OFFICE)).status).toBe(303);
      await own.post("/sign-out");
    }
    expect((await signIn(stage.stranger(), "guess", OFFICE)).status).toBe(429);
  });

  it("the stranger has five guesses, then fewer and fewer", async () => {
    const stage = await stageWithOwner();
    const start = stage.now;
    expect(await hammer(stage, OFFICE, 100)).toBeLessThan(55);
    expect(stage.now - start).toBeGreaterThan(8 * 3_600_000);
  });
});

describe("while a stranger guesses one account's password from very many addresses", () => {
  const addressOf = (number: number) => `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;

  async function attacked() {
    const stage = await stageWithOwner();
    let looked = 0;
    for (let number = 0; number < 200; number += 1) {
      if ((await signIn(stage.stranger(), "guess", addressOf(number))).status === 401) looked += 1;
    }
    return { stage, looked };
  }

  it("no more than twenty guesses are looked at at once; each further address waits first", async () => {
    const { stage, looked } = await attacked();
    expect(looked).toBe(20);
    const waiting = await signIn(stage.stranger(), "guess", addressOf(500));
    expect(waiting.status).toBe(429);
    expect(Number(waiting.headers.get("retry-after"))).toBeGreaterThanOrEqual(5);
  });

  it("an address that has waited has one guess, and waits longer for the next", async () => {
    const { stage } = await attacked();
    stage.now += 120_000;
    expect((await signIn(stage.stranger(), "guess", addressOf(100))).status).toBe(401);
    const next = await signIn(stage.stranger(), "guess", addressOf(100));
    expect([next.status, Number(next.headers.get("retry-after")) >= 15]).toEqual([429, true]);
  });

  it("the owner gets in at once with a browser that signed in before, and with a new one after two minutes at the most", async () => {
    const stage = await stageWithOwner();
    const own = stage.stranger();
    await signIn(own, "secret", HOME);
    for (let number = 0; number < 2000; number += 1) {
      await signIn(stage.stranger(), "guess", addressOf(number));
      stage.now += 100;
    }
    expect((await signIn(own, "secret", HOME)).status).toBe(303);
    const fresh = stage.stranger();
    const asked = await signIn(fresh, "secret", "192.0.2.200");
    expect(asked.status).toBe(429);
    const wait = Number(asked.headers.get("retry-after"));
    expect(wait).toBeLessThanOrEqual(120);
    // The attack goes on meanwhile: the place in the queue is the owner's.
    for (let number = 5000; number < 5100; number += 1) await signIn(stage.stranger(), "guess", addressOf(number));
    stage.now += wait * 1000;
    expect((await signIn(fresh, "secret", "192.0.2.200")).status).toBe(303);
  });
});

describe("behind an address that many share", () => {
  it("fifty people who each mistype once, in ten minutes, keep no person out", async () => {
    const stage = await stageWithOwner();
    for (let person = 0; person < 50; person += 1) {
      const answer = await signIn(stage.stranger(), "mistyped", OFFICE, `person${person}@example.com`);
      expect(answer.status).toBe(401);
      stage.now += 12_000;
    }
    expect((await signIn(stage.stranger(), "secret", OFFICE)).status).toBe(303);
  });

  it("a flood of guesses is looked at thirty times a minute; a browser that signed in before does not notice", async () => {
    const stage = await stageWithOwner();
    const own = stage.stranger();
    await signIn(own, "secret", OFFICE);
    const statuses: number[] = [];
    for (let account = 0; account < 100; account += 1) {
      statuses.push((await signIn(stage.stranger(), "guess", OFFICE, `person${account}@example.com`)).status);
    }
    expect(statuses.filter((status) => status === 401)).toHaveLength(30);
    expect((await signIn(own, "secret", OFFICE)).status).toBe(303);
    expect((await signIn(stage.stranger(), "secret", HOME)).status).toBe(303);
    stage.now += 60_000;
    expect((await signIn(stage.stranger(), "secret", OFFICE)).status).toBe(303);
  });
});

describe("an account that exists and one that does not", () => {
  it("are answered alike, word for word, however often and from wherever they are tried", async () => {
    const unknown = "eve@example.com";
    const tries = Array.from({ length: 60 }, (_, number) => ({
      address: number < 20 ? OFFICE : `10.0.0.${number}`,
      wait: number % 7 === 0 ? 20_000 : 0,
    }));
    const series = async (email: string) => {
      const stage = await stageWithOwner();
      const answers: string[] = [];
      for (const { address, wait } of tries) {
        const { status, headers, body } = await signIn(stage.stranger(), "guess", address, email);
        const cookies = headers.getSetCookie().length;
        answers.push(`${status} ${headers.get("retry-after")} ${cookies} ${body.replaceAll(email, "")}`);
        stage.now += wait;
      }
      return answers;
    };
    expect(await series(unknown)).toEqual(await series(OWNER));
  });
});

describe("a browser that signed in before", () => {
  const deviceOf = (browser: Browser) => [...browser.cookies].find(([name]) => name.includes("device"));

  it("is known by a signed cookie that no script reads, __Host- and Secure over https", async () => {
    const stage = await stageWithOwner();
    const answer = await signIn(new Browser(stage.app, "https://minutehand.example"), "secret", HOME);
    const cookie = answer.headers.getSetCookie().find((line) => line.includes("device"));
    expect(cookie).toMatch(
      /^__Host-minutehand-device-\d+=[\w.%-]+; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
  });

  /** Whether a browser with this cookie passes where strangers wait. */
  async function passes(stage: Stage, cookie: readonly [string, string], email = OWNER) {
    await hammer(stage, OFFICE, 12, email);
    const browser = stage.stranger();
    browser.cookies.set(...cookie);
    return (await signIn(browser, "wrong", OFFICE, email)).status === 401;
  }

  async function known() {
    const stage = await stageWithOwner();
    const own = stage.stranger();
    await signIn(own, "secret", HOME);
    const cookie = deviceOf(own);
    if (!cookie) throw new Error("no cookie");
    return { stage, cookie };
  }

  it("is known as long as nothing changed", async () => {
    const { stage, cookie } = await known();
    expect(await passes(stage, cookie)).toBe(true);
  });

  it("is not known after the password was changed", async () => {
    const { stage, cookie } = await known();
    const account = await readAccount(stage.database, OWNER);
    if (!account) throw new Error("no account");
    await setPassword(stage.database, account, { hash: "plain another", mustChange: false }, OWNER, stage.now);
    expect(await passes(stage, cookie)).toBe(false);
  });

  it("is not known for another account, nor under another account's name", async () => {
    const { stage, cookie } = await known();
    const other = {
      email: "bob@example.com",
      name: "Bob",
      role: "read_only",
      clientId: 0,
      passwordHash: "plain secret",
    } as const;
    await addAdmin(stage.database, other, stage.now);
    expect(await passes(stage, cookie, other.email)).toBe(false);
    expect(await passes(stage, [cookie[0].replace(/\d+$/, "2"), cookie[1]], other.email)).toBe(false);
  });

  it.each([
    ["cut short", (value: string) => value.slice(0, -2)],
    ["of a later expiry", (value: string) => value.replace(/^[^.]+/, (text) => `${text.slice(0, -1)}z`)],
    ["invented", () => "zzzzzzzz.AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],
    ["empty", () => "."],
  ])("is not known by a cookie that is %s", async (_name, changed) => {
    const { stage, cookie } = await known();
    expect(await passes(stage, [cookie[0], changed(cookie[1])])).toBe(false);
  });

  it("is not known after ninety days", async () => {
    const { stage, cookie } = await known();
    stage.now += 91 * 86_400_000;
    expect(await passes(stage, cookie)).toBe(false);
  });

  it("has a limit of its own, so that a stolen cookie opens no endless guessing", async () => {
    const { stage, cookie } = await known();
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const browser = stage.stranger();
      browser.cookies.set(...cookie);
      statuses.push((await signIn(browser, "guess", `10.1.1.${attempt}`)).status);
    }
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
  });
});
