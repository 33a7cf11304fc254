import { expect, it } from "vitest";
import { catalogue } from "../../src/processors/all.ts";
import { createCatalogue } from "../../src/processors/catalogue.ts";
import { LONGEST_ADDRESS, LONGEST_VALUE } from "../../src/web/http/limits.ts";
import { demoShop } from "../web/stage/demo-shop.ts";
import { processors } from "../web/stage/processors.ts";
import { type Browser, setStage } from "../web/stage/stage.ts";
import { addressOf, furnish, keepState, walk } from "../web/walk/walk.ts";
import { formsOf, type PageForm, queryNamesOf } from "./forms.ts";
import { BUDGET_US_PER_KB, costOf } from "./growth.ts";
import { ofToday } from "./today.ts";

/** What is sent: the worst of what `inputs.ts` has, since each request costs some milliseconds. */
const texts: readonly ((length: number) => string)[] = [
  (length) => `x${" ".repeat(length - 2)}!`,
  (length) => `{{${" ".repeat(length - 2)}`,
  (length) => "a,".repeat(length / 2),
  (length) => "9".repeat(length),
  (length) => `x${".".repeat(length - 2)}!`,
  (length) => `1" (job 1`.repeat(length / 9),
  (length) => "\n".repeat(length),
  (length) => `${'{"a":'.repeat(length / 5 - 1)}`,
  (length) => `[${"1,".repeat(length / 2 - 2)}1]`,
  (length) => "a=&".repeat(length / 3),
  (length) => "constructor\n".repeat(length / 12),
  (length) => "2026-12-25 x\n".repeat(length / 13),
];

/** Fields that may be long: the form says so by refusing no 64,000 characters. */
const LONG = 60_000;

async function scene(): Promise<{ admin: Browser; stranger: Browser; pages: string[]; putBack: () => Promise<void> }> {
  const stage = await setStage({
    catalogue: createCatalogue([...catalogue.all(), ...Object.values(processors)]),
    demoShop,
  });
  const things = await furnish(stage);
  const admin = await stage.signedIn("system_admin");
  // In German every message is looked up.
  admin.cookies.set("locale", "de");
  const walked = walk.filter(([route]) => route.startsWith("GET ") && !/live|mailbox|bulk|:path/.test(route));
  const ids = [...catalogue.all(), ...Object.values(processors)].map(({ id }) => id);
  const pages = new Set([
    ...walked.map((line) => addressOf(line, stage, things)),
    ...ids.map((id) => `/admin/jobs/new/${id}`),
    ...["smtp", "cf_email", "webhook"].map((variant) => `/admin/connectors/new?variant=${variant}`),
    ...["/sign-in", "/language", "/admin/jobs/bulk?do=start&job=1", "/admin/jobs/bulk?do=pause&job=1"],
  ]);
  return { admin, stranger: stage.stranger(), pages: [...pages], putBack: await keepState(stage) };
}

async function send(browser: Browser, form: PageForm, values: Iterable<readonly [string, string]>) {
  const all = new Map([...form.fields, ...values]);
  if (form.method === "get") return await browser.get(`${form.action.split("?")[0]}?${new URLSearchParams([...all])}`);
  if (!form.multipart) return await browser.post(form.action, new URLSearchParams([...all]));
  const name = all.get("file") || "people.csv";
  all.delete("file");
  return await browser.upload(form.action, new File(["username;email\na;b\n"], name), Object.fromEntries(all));
}

it("no form, query or header of any page takes more than 50 ms of CPU for 10 kB of what is accepted; what is longer is refused by name", async () => {
  const { admin, stranger, pages, putBack } = await scene();
  const slow: string[] = [];
  const unnamed: string[] = [];
  const seen = new Set<string>();
  let fields = 0;

  async function measure(name: string, length: number, request: (text: string) => Promise<unknown>) {
    const [first = texts[0]] = texts;
    let base = 0;
    const turn = fields % texts.length;
    // Three of the texts for each field, one of them today: over all the fields each text is sent often.
    for (const make of ofToday([first, texts[turn], texts[(turn + 5) % texts.length]])) {
      const text = make?.(length).slice(0, length) ?? "";
      const allowed = 20_000 + (BUDGET_US_PER_KB * length) / 1024;
      let cost = await costOf(() => request(text), text, allowed);
      // What a request with next to nothing in it takes is not the text's; most stay below without it.
      if (cost > allowed) {
        base ||= await costOf(() => request("a"), "a", 5_000);
        if (cost > base + allowed) cost = await costOf(() => request(text), text, base + allowed);
      }
      const budget = base + allowed;
      if (cost > budget)
        slow.push(`${name}: ${Math.round(cost / 1000)} ms for ${length} × ${JSON.stringify(text.slice(0, 12))}`);
    }
  }

  for (const page of pages) {
    await putBack();
    const answer = await admin.get(page);
    expect(answer.status, page).toBeLessThan(400);
    const forms = formsOf(page, answer.body);
    const query: PageForm = {
      page,
      method: "get",
      action: page,
      multipart: false,
      fields: new Map(queryNamesOf(answer.body).map((name) => [name, ""])),
    };
    for (const form of [...forms, query]) {
      for (const field of form.fields.keys()) {
        const key = `${form.method} ${form.action.replace(/\d+/g, "1").split("?")[0]} ${field}`;
        if (seen.has(key)) continue;
        seen.add(key);
        fields += 1;
        await putBack();
        const deed = (text: string) => send(admin, form, [[field, text]]);
        const over = await deed("x".repeat(70_000).slice(0, form.method === "get" ? LONGEST_ADDRESS : 70_000));
        if (
          form.method === "post" &&
          !(over.status === 413 && over.text.includes(`${field.slice(0, 80)} hat 70.000 Zeichen`))
        )
          unnamed.push(`${key}: ${over.status} ${over.text.slice(0, 100)}`);
        if (form.method === "get" && ![413, 414].includes(over.status)) unnamed.push(`${key}: ${over.status}`);
        const long = form.method === "post" && (await deed("x".repeat(LONG))).status !== 413;
        await measure(key, long ? LONG : form.method === "get" ? 2_000 : LONGEST_VALUE, deed);
      }
    }
  }
  for (const header of ["accept-language", "cookie", "referer", "user-agent", "content-type", "origin", "x-anything"]) {
    fields += 1;
    const withHeader = (text: string) =>
      stranger.send("/sign-in", {
        headers: { "sec-fetch-site": "same-origin", [header]: text.replace(/[^ -~]/g, " ") },
      });
    const { status, text } = await withHeader(`x${"x".repeat(8200)}`);
    if (status !== 431 || !text.includes(header)) unnamed.push(`${header}: ${status} ${text}`);
    await measure(
      header,
      header === "content-type" || header === "origin"
        ? 500
        : header === "user-agent"
          ? 2000
          : header === "accept-language"
            ? 1000
            : 8000,
      withHeader,
    );
  }
  expect(fields).toBeGreaterThan(200);
  expect(unnamed).toEqual([]);
  expect(slow).toEqual([]);
});
