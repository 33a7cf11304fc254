/**
 * The one script, served like the style sheet; at most 12 KB. Every page works without it. It keeps the browser's zone in a cookie, for
 * readers who chose none (see `reader-choice.ts`), and does six things, each asked for by an attribute, so that a page needs no
 * script of its own:
 *
 * - `<time datetime="…" data-relative>` (from `<Relative>`): the words move on with the server's clock, whose instant at the
 *   request stands in `<body data-now>`.
 * - `<form data-preview="/admin/…" data-preview-target="id">`: while a person types, the form is posted to that address, 400 ms
 *   after the last key, with `X-Preview: 1`, and the element with that id is filled from the answer: from the element of the same
 *   id where the answer is a whole page (so an existing "Preview" route will do), else from the answer as it is (`fragment`).
 *   An answer of 422 is shown too; others are dropped. Give the target `aria-live="polite"`. A `data-preview-intent` is posted as
 *   `intent`.
 * - `<div id="…" data-live="/admin/…">`: what arrives as `message` on that event stream fills the element; the event `reload`
 *   reloads the page (where more than this part changes, such as at a run's end), `end` stops listening. When the stream breaks,
 *   the browser comes back by itself.
 *   The route answers with `streamSSE` of hono/streaming: `stream.writeSSE({ event: "message", data: String(await fragment(…)) })`.
 * - Forms that are sent a second time before the answer came are held back, and their buttons are disabled.
 * - `<details data-fold>` (the navigation): Escape and a click elsewhere close it.
 *
 * - `<form data-stream="/admin/files/1" data-stream-above="bytes">`: a chosen `file` of more bytes is not sent by the form but by PUT to
 *   `<address>/<kind>/<name>?replace=…`, so that it need not be held anywhere; `[data-stream-state]` shows how far it is,
 *   `[data-stream-problem]` says what went wrong and carries the words for a connection that broke.
 *
 * The content is HTML from our own server, which escaped it; CSP lets no script in it run.
 */
export const script = /* js */ `"use strict";
(() => {
  const german = document.documentElement.lang === "de";
  const ahead = Number(document.body.dataset.now) - performance.timeOrigin - performance.now();
  const now = () => performance.timeOrigin + performance.now() + ahead;

  // The zone of the clock that the reader looks at. Kept again when a laptop has travelled.
  const secure = location.protocol === "https:";
  const zone = (secure ? "__Host-" : "") + "browser-zone=" + encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone);
  if (!document.cookie.split("; ").includes(zone)) document.cookie = zone + "; Path=/; SameSite=Lax; Max-Age=31536000" + (secure ? "; Secure" : "");

  // Times. The same words as time-words.ts.
  const sizes = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  function length(seconds) {
    const first = sizes.findIndex(([, size]) => seconds >= size);
    const parts = [];
    for (const [unit, size] of sizes.slice(first, first + 2)) {
      const count = Math.floor(seconds / size);
      seconds -= count * size;
      if (count > 0) parts.push(count + " " + unit);
    }
    return parts.join(" ");
  }
  function words(at) {
    const distance = Math.abs(at - now());
    if (distance < 1000) return german ? "jetzt" : "now";
    const said = length(Math.round(distance / 1000));
    if (at > now()) return "in " + said;
    return german ? "vor " + said : said + " ago";
  }
  function moveTimes() {
    for (const time of document.querySelectorAll("[data-relative]")) {
      const said = words(Date.parse(time.dateTime ?? time.title));
      if (time.textContent !== said) time.textContent = said;
    }
  }
  setInterval(() => document.hidden || moveTimes(), 1000);

  // Fills an element and leaves the focus where it was.
  function fill(target, html) {
    if (target.innerHTML === html) return;
    const focused = target.contains(document.activeElement) ? document.activeElement : null;
    const open = new Set([...target.querySelectorAll("details[open][id]")].map(({ id }) => id));
    target.innerHTML = html;
    for (const id of open) target.querySelector("#" + CSS.escape(id))?.setAttribute("open", "");
    if (focused) {
      const place = focused.id ? "#" + CSS.escape(focused.id) : focused.getAttribute("href") && 'a[href="' + CSS.escape(focused.getAttribute("href")) + '"]';
      const same = place && target.querySelector(place);
      if (same) same.focus({ preventScroll: true });
    }
    moveTimes();
  }

  // Long tables come without the roles that their parts lose as cards on a narrow screen.
  const roles = { thead: "rowgroup", tbody: "rowgroup", tr: "row", "thead th": "columnheader", "tbody th": "rowheader", td: "cell" };
  for (const table of document.querySelectorAll("table.stack:not([role])")) {
    table.setAttribute("role", "table");
    for (const [parts, role] of Object.entries(roles)) for (const part of table.querySelectorAll(parts)) part.setAttribute("role", role);
  }

  // Previews.
  const waiting = new WeakMap();
  async function preview(form) {
    const target = document.getElementById(form.dataset.previewTarget);
    if (!target) return;
    waiting.get(form)?.abort?.();
    const asking = new AbortController();
    waiting.set(form, asking);
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
    if (form.dataset.previewIntent) body.set("intent", form.dataset.previewIntent);
    try {
      const answer = await fetch(form.dataset.preview, { method: "POST", body, headers: { "X-Preview": "1" }, redirect: "error", signal: asking.signal });
      if (!answer.ok && answer.status !== 422) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      fill(target, (page.getElementById(target.id) ?? page.body).innerHTML);
    } catch {
      // Overtaken by the next key, or the server is away: what stands there stays.
    }
  }
  const timers = new WeakMap();
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form?.dataset.preview) return;
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(preview, 400, form));
  });

  // Live regions.
  const streams = new Set();
  function listen(region) {
    const stream = new EventSource(region.dataset.live);
    const end = () => {
      stream.close();
      streams.delete(stream);
    };
    streams.add(stream);
    stream.addEventListener("message", (event) => fill(region, event.data));
    stream.addEventListener("end", end);
    stream.addEventListener("reload", () => {
      end();
      location.reload();
    });
  }
  function listenAll() {
    for (const region of document.querySelectorAll("[data-live]")) listen(region);
  }
  listenAll();

  // Files too large for a form.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const file = form.dataset.stream && form.elements.file.files[0];
    if (!file || file.size <= form.dataset.streamAbove) return;
    event.preventDefault();
    const state = form.querySelector("[data-stream-state]");
    if (!state.hidden) return;
    const problem = form.querySelector("[data-stream-problem]");
    const bar = state.querySelector("progress");
    const request = new XMLHttpRequest();
    const end = (said) => {
      state.hidden = true;
      problem.textContent = said;
    };
    request.upload.onprogress = ({ loaded, total }) => (bar.value = loaded / total);
    request.onerror = () => end(problem.dataset.streamProblem);
    request.onload = () => (request.status === 201 ? (location.href = request.getResponseHeader("Location")) : end(request.responseText));
    const replace = form.querySelector("[type=checkbox][name=replace]").checked;
    request.open("PUT", form.dataset.stream + "/" + form.elements.kind.value + "/" + encodeURIComponent(file.name) + "?replace=" + replace);
    bar.value = 0;
    end("");
    state.hidden = false;
    request.send(file);
  });

  // A form is sent once.
  const sent = new Map();
  function release(form) {
    for (const button of sent.get(form) ?? []) button.disabled = false;
    sent.delete(form);
    form.removeAttribute("aria-busy");
  }
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return;
    if (sent.has(form)) return event.preventDefault();
    sent.set(form, []);
    form.setAttribute("aria-busy", "true");
    // After the browser has read the form: a disabled button would not be sent.
    setTimeout(() => {
      const buttons = [...form.elements].filter((one) => one.type === "submit" && !one.disabled);
      for (const button of buttons) button.disabled = true;
      if (sent.has(form)) sent.set(form, buttons);
    });
    // The answer may be a file, or not come at all.
    setTimeout(release, 10000, form);
  });

  // Back to a page that the browser kept.
  addEventListener("pagehide", () => {
    for (const stream of streams) stream.close();
    streams.clear();
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of [...sent.keys()]) release(form);
    moveTimes();
    listenAll();
  });

  // Folds of the navigation.
  const folds = () => document.querySelectorAll("details[data-fold][open]");
  document.addEventListener("click", (event) => {
    for (const fold of folds()) if (!fold.contains(event.target)) fold.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const fold of folds()) {
      if (fold.contains(document.activeElement)) fold.querySelector("summary").focus();
      fold.open = false;
    }
  });
})();
`;
