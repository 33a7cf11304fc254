import { type Browser, chromium } from "playwright-core";
import { unpackChromium } from "./chromium.ts";
import { LAST_RESORT_MS } from "./vitest/last-resort.ts";

/**
 * What the package switches on for a function without memory to spare, and a test of pages does not want: in one process the
 * browser dies with the first window that is closed, and without web security it obeys pages that it should refuse. A graphics card
 * that the processor plays costs a third of all the browser's time; without one, pages are painted by the processor itself.
 */
const UNWANTED = [
  "--single-process",
  "--no-zygote",
  "--disable-web-security",
  "--allow-running-insecure-content",
  "--ignore-gpu-blocklist",
  "--in-process-gpu",
  "--use-gl=angle",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
];

/**
 * Starts the Chromium that comes inside an npm package, with its own system libraries: `npm test` needs nothing else on
 * the machine. Node only. It takes about 2 s; start one for a test file, in `beforeAll`, and close it in `afterAll`.
 */
export async function startBrowser(): Promise<Browser> {
  // Read by the package when it is imported: it then unpacks the libraries that a bare Linux lacks.
  process.env.AWS_EXECUTION_ENV = "AWS_Lambda_nodejs22.x";
  await unpackChromium();
  const { default: packaged } = await import("@sparticuz/chromium");
  const browser = await chromium.launch({
    executablePath: await packaged.executablePath(),
    args: [...packaged.args.filter((argument) => !UNWANTED.includes(argument)), "--disable-gpu"],
    headless: true,
    timeout: LAST_RESORT_MS,
  });
  const { newContext } = browser;
  browser.newContext = async (...options) => {
    const context = await newContext.apply(browser, options);
    context.setDefaultTimeout(LAST_RESORT_MS);
    return context;
  };
  return browser;
}
