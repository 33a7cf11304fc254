import { beforeEach, describe, expect, it } from "vitest";
import { bytes } from "../../../src/web/http/size.ts";
import { localeOf } from "../../../src/web/reader/reader-choice.ts";
import { clockTime, duration, localTime, relative } from "../../../src/web/reader/time-words.ts";
import { processors } from "../stage/processors.ts";
import { Browser, NOON, type Stage, setStage } from "../stage/stage.ts";

let stage: Stage;
let admin: Browser;
beforeEach(async () => {
  stage = await setStage();
  admin = await stage.signedIn("system_admin");
});

const langOf = (body: string) => /<html lang="([^"]*)"/.exec(body)?.[1];

describe("the language", () => {
  it.each([
    [undefined, "en"],
    ["de", "de"],
    ["de-AT,de;q=0.9,en;q=0.8", "de"],
    ["fr, en;q=0.5, de;q=0.7", "de"],
    ["en-GB, de", "en"],
    ["de;q=0, fr", "en"],
    ["*", "en"],
  ])("of a browser that asks for %s is %s", (header, locale) => {
    expect(localeOf(header)).toBe(locale);
  });

  it("is the browser's until another is chosen, and chosen from the foot of any page, which comes back", async () => {
    const german = { headers: { "accept-language": "de-DE" } };
    expect(langOf((await admin.send("/admin/runs?state=ok", german)).body)).toBe("de");
    const { body } = await admin.get("/admin/runs?state=ok&notice=run-queued");
    const action = /action="(\/language[^"]*)"/.exec(body)?.[1] ?? "";
    const chosen = await admin.post(action, { locale: "de" });
    expect([chosen.status, chosen.location]).toEqual([303, "/admin/runs?state=ok"]);
    const { text, body: after } = await admin.get("/admin/jobs");
    expect(langOf(after)).toBe("de");
    expect(text).toContain("Es gibt noch keinen Job.");
    expect((await admin.send("/admin/jobs", { headers: { "accept-language": "en" } })).text).toContain("Neuer Job");
  });

  it("is chosen before the sign-in too, and kept for this host alone over https", async () => {
    const stranger = new Browser(stage.app, "https://jobs.example");
    const answer = await stranger.post("/language?back=/sign-in", { locale: "de" });
    expect(answer.location).toBe("/sign-in");
    const cookie = answer.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^__Host-locale=de; Max-Age=31536000; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    expect((await stranger.get("/sign-in")).text).toContain("Geplante Jobs der Lernsuite");
    const refused = await stranger.post("/sign-in", { email: "a@example.com", password: "x" });
    expect(refused.text).toContain("E-Mail-Adresse oder Passwort ist falsch.");
  });

  it.each(["https://evil.example/", "//evil.example", "/health", "/admin/../sign-out"])(
    "leads from %s to no other place",
    async (back) => {
      expect((await admin.post(`/language?back=${encodeURIComponent(back)}`, { locale: "en" })).location).toBe(
        "/admin/now",
      );
    },
  );

  it("that we do not speak is refused", async () => {
    expect((await admin.post("/language", { locale: "fr" })).status).toBe(400);
  });

  it("of an error, a mistake in a form and an expression is the reader's", async () => {
    await admin.post("/language", { locale: "de" });
    expect((await admin.get("/admin/jobs/999")).text).toContain("Nicht gefunden: Job.");
    const wrong = { name: "Night", cron: "0 0 12 1 0 ?", clientId: "77" };
    const { text } = await admin.post("/admin/jobs/new/EveryKind", wrong);
    expect(text).toContain("Es wurde noch nichts gespeichert.");
    expect(text).toContain("Es gibt keinen Mandanten 77;");
    expect(text).toMatch(/Quartz-Ausdruck : .*(Monat|1 bis 12)/);
    const id = await stage.addJob({ name: "Night", processor: "PlainJob", cron: "0 0 12 ? * MON" });
    expect((await admin.get(`/admin/jobs/${id}`)).text).toContain("Um 12:00 Uhr");
  });

  it("leaves no text of any page in English", async () => {
    const job = await stage.addJob({ name: "Night", processor: "PlainJob", cron: "0 30 13 * * ?" });
    const run = await stage.addRun({ jobId: job, clientId: stage.berlin, state: "running" });
    const german = await stage.signedIn("system_admin");
    await german.post("/language", { locale: "de" });
    // What the tests' own processors say of themselves has no German.
    const ours = new Set(
      Object.values(processors).flatMap(({ id, title, summary }) => [
        title,
        `${title} (${id})`,
        summary,
        `: ${summary}`,
      ]),
    );
    const left: string[] = [];
    for (const path of [
      "/admin/jobs",
      "/admin/jobs/new",
      "/admin/jobs/new/NodeJob",
      `/admin/jobs/${job}`,
      `/admin/jobs/${job}/edit`,
      `/admin/jobs/${job}/start`,
      `/admin/jobs/${job}/delete`,
      "/admin/runs",
      `/admin/runs/${run}`,
      "/admin/files",
      `/admin/files/${stage.berlin}`,
      "/language",
      "/sign-in",
      "/nowhere",
    ]) {
      const english = new Set(textsOf((await admin.get(path)).body));
      const same = textsOf((await german.get(path)).body).filter((text) => english.has(text));
      left.push(
        ...same.filter((text) => !SAME_IN_BOTH.test(text) && !ours.has(text)).map((text) => `${path}: ${text}`),
      );
    }
    expect(left).toEqual([]);
  });
});

/** What is data, a name, code, or the same word in both languages. */
const SAME_IN_BOTH =
  /^([^a-zA-Z]*|(· )?[\d:]{8} Europe\/Berlin( · berlin)?|[\d-]{10}T[\d:]{8}Z|curl .*|(\/|#|0 |\{|Does what).*|.*\.(csv|svg|css|js)|.*@example\.com.*|[A-Z]\w+\/[\w/+-]+|UTC( ·)?|Minutehand( .*)?|.*\b\d+ (min|h|s|d)|[a-z]+_[a-z]+|Night|T|berlin|new-york|EveryKind|\w+Job|Plan|Job|Jobs|Name|Code|Parameter|Deutsch|English|mode|once|skip|all|allow|safe|quartz|ignore|passive|mail|push|ok|light dark|utf-8|text)$/;

/** Everything of a page that is read or heard: texts, and attributes that are. */
function textsOf(html: string): string[] {
  const body = html.replace(/<datalist[\s\S]*?<\/datalist>|<(code|time|head)[ >][\s\S]*?<\/\1>/g, "");
  const heard = [...body.matchAll(/ (?:aria-label|title|data-label)="([^"]*)"/g)].map(([, text = ""]) => text);
  return [
    ...body
      .replace(/<wbr\/?>/g, "")
      .replace(/<[^>]+>/g, "\n")
      .split("\n"),
    ...heard,
  ]
    .map((text) => text.trim())
    .filter((text) => text !== "");
}

describe("the zone", () => {
  it.each([
    ["system_admin", 0, "Times in UTC"],
    ["client_admin", 1, "Times in Europe/Berlin"],
  ] as const)("of a %s who chose none is that of the client, or UTC", async (role, client, words) => {
    const browser = await stage.signedIn(role, client === 0 ? 0 : stage.berlin);
    expect((await browser.get("/admin/jobs")).text).toContain(words);
  });

  it.each([
    ["chose none is that of the browser", {}, "Europe%2FBerlin", "Times in Europe/Berlin"],
    ["chose one is that one", { zone: "Asia%2FTokyo" }, "Europe%2FBerlin", "Times in Asia/Tokyo"],
    ["has a browser with a zone that is none here", {}, "Mars%2FOlympus", "Times in America/New_York"],
    ["has a browser without script is that of the client", {}, null, "Times in America/New_York"],
  ])("of a client's admin who %s", async (_what, chosen, zone, words) => {
    const browser = await stage.signedIn("client_admin", stage.newYork);
    for (const [name, value] of Object.entries(chosen)) browser.cookies.set(name, value);
    if (zone !== null) browser.cookies.set("browser-zone", zone);
    expect((await browser.get("/admin/jobs")).text).toContain(words);
  });

  it("that was not chosen is not put into the form, so that saving the language chooses none", async () => {
    admin.cookies.set("browser-zone", "Europe%2FBerlin");
    const page = await admin.get("/language");
    expect(page.body).toMatch(/<input[^>]*name="zone"[^>]*value=""/);
    expect(page.text).toContain("empty: the zone of your browser");
  });

  it("is chosen by name, and a job's own zone stands beside it where the two differ", async () => {
    await stage.addJob({ name: "Night", processor: "PlainJob", clientId: stage.newYork, cron: "0 30 23 * * ?" });
    const choice = await admin.get("/language?back=/admin/jobs");
    expect(choice.text).toContain("Times in UTC");
    const saved = await admin.post("/language?back=/admin/jobs", { locale: "en", zone: "Europe/Berlin" });
    expect(saved.location).toBe("/admin/jobs");
    const { text } = await admin.get("/admin/jobs");
    expect(text).toContain("Tue 24 Nov 2026, 05:30:00 in 16 h 30 min · 23:30:00 America/New_York");
    await admin.post("/language", { zone: "America/New_York" });
    const own = await admin.get("/admin/jobs");
    expect(own.text).toContain("Mon 23 Nov 2026, 23:30:00 in 16 h 30 min never");
    await admin.post("/language", { zone: "" });
    expect((await admin.get("/admin/jobs")).text).toContain("Times in UTC");
  });

  it("that is none is refused with what was entered", async () => {
    const answer = await admin.post("/language", { locale: "en", zone: "Europe/Atlantis" });
    expect([answer.status, answer.body.includes('value="Europe/Atlantis"')]).toEqual([422, true]);
    expect(answer.text).toContain("There is no time zone Europe/Atlantis; use an IANA name");
  });
});

it("A size is written as the language does", () => {
  const sizes = (["en", "de"] as const).map((locale) => [512, 1_572_864].map((size) => bytes(size, locale)).join());
  expect(sizes).toEqual(["512 bytes,1.5 MB", "512 Byte,1,5 MB"]);
});

describe("a time in words", () => {
  it.each([
    ["en", "Mon 23 Nov 2026, 13:00:00"],
    ["de", "Mo 23. Nov 2026, 13:00:00"],
  ] as const)("in %s is %s", (locale, words) => {
    expect([localTime(NOON, "Europe/Berlin", locale), clockTime(NOON, "Europe/Berlin")]).toEqual([words, "13:00:00"]);
  });

  it.each([
    [0, "0 ms", "now", "jetzt"],
    [2440, "2.4 s", "2 s ago", "vor 2 s"],
    [125_000, "2 min 5 s", "2 min 5 s ago", "vor 2 min 5 s"],
    [-90_000, "0 ms", "in 1 min 30 s", "in 1 min 30 s"],
    [-90_000_000, "0 ms", "in 1 d 1 h", "in 1 d 1 h"],
  ])("%d ms ago is said in both languages", (ago, length, english, inGerman) => {
    expect([duration(ago, "en"), relative(-ago, 0, "en"), relative(-ago, 0, "de")]).toEqual([
      length,
      english,
      inGerman,
    ]);
  });
});
