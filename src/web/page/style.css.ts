/**
 * The one style sheet. Light and dark by the browser's wish; no web font, no image, nothing from elsewhere. Pairs of text and
 * background colours keep at least 4.5:1, lines of controls 3:1 (WCAG 2.2, 1.4.3 and 1.4.11).
 */
export const style = /* css */ `
:root {
  color-scheme: light dark;
  --page: #f7f8fa; --panel: #fff; --sunken: #eef1f5; --line: #dde2e9; --control: #838d9c;
  --ink: #18212e; --soft: #566173; --accent: #1d5bbf; --accent-ink: #fff; --accent-soft: #e6eefb;
  --good: #17693a; --warn: #8a5300; --bad: #b3261e; --bad-soft: #fdecea; --good-soft: #e7f4ec; --warn-soft: #fdf3e1;
  --radius: 8px; --gap: 1rem;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #11161d; --panel: #181f29; --sunken: #1f2834; --line: #2d3846; --control: #74808f;
    --ink: #e6eaf0; --soft: #a3aebd; --accent: #8ab6ff; --accent-ink: #0b1a33; --accent-soft: #1c2d4a;
    --good: #7fd3a0; --warn: #f0bf6c; --bad: #ff9d94; --bad-soft: #3a1d1c; --good-soft: #16301f; --warn-soft: #35290f;
  }
}
* { box-sizing: border-box; }
html { font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; background: var(--page); color: var(--ink); -webkit-text-size-adjust: 100%; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; }
h1, h2, h3 { line-height: 1.25; margin: 0; text-wrap: balance; }
h1 { font-size: 1.6rem; letter-spacing: -.01em; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .75rem; }
p { margin: 0 0 .75rem; max-width: 68ch; }
a { color: var(--accent); text-underline-offset: .18em; text-decoration-thickness: 1px; }
a:hover { text-decoration-thickness: 2px; }
code, pre, .code { font-family: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "Liberation Mono", monospace; font-size: .9em; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.skip { position: absolute; left: -100vw; padding: .5rem 1rem; background: var(--panel); z-index: 1; }
.skip:focus { left: 1rem; top: .5rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.soft { color: var(--soft); }
.small { font-size: .875rem; }
.number { font-variant-numeric: tabular-nums; }
time, .right .number { white-space: nowrap; }
.side { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 21rem), 1fr)); gap: 0 1.25rem; align-items: start; }

.top { background: var(--panel); border-bottom: 1px solid var(--line); }
.top > div { max-width: 76rem; margin: 0 auto; padding: 0 1.25rem; display: flex; flex-wrap: wrap; align-items: center; gap: 0 1.5rem; min-height: 3.5rem; }
.brand { display: inline-flex; align-items: center; gap: .5rem; font-weight: 650; color: var(--ink); text-decoration: none; padding: .5rem 0; }
.brand img { width: 1.5rem; height: 1.5rem; }
.top nav { flex: 1; }
.top ul { display: flex; flex-wrap: wrap; list-style: none; margin: 0; padding: 0; gap: 0 .25rem; }
.top nav a, .more summary { display: block; padding: .9rem .75rem; color: var(--soft); text-decoration: none; border-bottom: 3px solid transparent; margin-bottom: -1px; }
.top nav a:hover, .more summary:hover { color: var(--ink); }
.top nav a[aria-current], .more.here summary { color: var(--ink); border-color: var(--accent); font-weight: 600; }
.more { position: relative; }
.more summary { cursor: pointer; list-style: none; }
.more summary::-webkit-details-marker { display: none; }
.more summary::after { content: ""; display: inline-block; margin-left: .4rem; vertical-align: .15em; border: .3rem solid transparent; border-top-color: currentColor; border-bottom: 0; }
.more ul { position: absolute; z-index: 2; top: 100%; left: 0; min-width: 12rem; display: block; background: var(--panel); border: 1px solid var(--control); border-radius: var(--radius); padding: .35rem 0; box-shadow: 0 6px 20px rgb(0 0 0 / .18); }
.top .more ul a { padding: .5rem .9rem; margin: 0; border: 0; }
.who { display: flex; align-items: center; gap: .75rem; padding: .5rem 0; }
.who form { margin: 0; }
main { flex: 1; width: 100%; max-width: 76rem; margin: 0 auto; padding: 1.75rem 1.25rem 3.5rem; }
main:focus { outline: none; }
.head { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .75rem 1.5rem; margin-bottom: 1.25rem; }
.head p { margin: .25rem 0 0; }
.head .crumbs { margin: 0 0 .35rem; font-size: .875rem; }
.actions { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
.actions form { margin: 0; }

.button { display: inline-flex; align-items: center; justify-content: center; gap: .4rem; min-height: 2.5rem; padding: .35rem .95rem; border: 1px solid var(--control); border-radius: 6px; background: var(--panel); color: var(--ink); font: inherit; font-weight: 500; text-decoration: none; white-space: nowrap; cursor: pointer; }
.button:hover { background: var(--sunken); }
.button.primary { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); }
.button.primary:hover { filter: brightness(1.08); }
.button.danger { color: var(--bad); border-color: var(--bad); }
.button.danger:hover { background: var(--bad-soft); }
.button.plain { border-color: transparent; background: none; min-height: 2rem; padding: .2rem .5rem; color: var(--soft); }
.button.plain:hover { color: var(--ink); background: var(--sunken); }

.panel { background: var(--panel); border: 1px solid var(--line); border-radius: var(--radius); padding: 1.25rem; margin: 0 0 1.25rem; }
.panel > :last-child { margin-bottom: 0; }
.panel > h2:first-child { margin-top: 0; }
.panel > .facts + p, .panel > pre + * { margin-top: .9rem; }
.empty { background: var(--panel); border: 1px dashed var(--control); border-radius: var(--radius); padding: 2.25rem 1.25rem; text-align: center; color: var(--soft); }
.empty p { margin: 0 auto .75rem; }
.empty > :last-child { margin-bottom: 0; }
.empty + .panel { margin-top: 1.25rem; }

.notice { border-left: 4px solid var(--accent); background: var(--accent-soft); border-radius: 4px; padding: .75rem 1rem; margin: 0 0 1.25rem; max-width: none; }
.notice.good { border-color: var(--good); background: var(--good-soft); }
.notice.warn { border-color: var(--warn); background: var(--warn-soft); }
.notice.bad { border-color: var(--bad); background: var(--bad-soft); }
.notice h2 { margin: 0 0 .35rem; font-size: 1rem; }
.notice p { margin: 0; }
.notice form { margin: .5rem 0 0; }
.notice ul { margin: .25rem 0 0; padding-left: 1.2rem; }
.notice.bad a { color: var(--bad); }

.rows { background: var(--panel); border: 1px solid var(--line); border-radius: var(--radius); overflow: hidden; margin-bottom: 1.25rem; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .7rem .9rem; border-bottom: 1px solid var(--line); }
tbody tr:last-child > * { border-bottom: 0; }
thead th { font-size: .8125rem; font-weight: 600; color: var(--soft); background: var(--sunken); white-space: nowrap; padding-block: .5rem; }
tbody th { font-weight: 600; }
tbody tr:hover { background: color-mix(in srgb, var(--accent-soft) 45%, transparent); }
td, tbody th { overflow-wrap: break-word; }
td code, td .code { overflow-wrap: anywhere; }
dd > time + small, dd > small + small { margin-left: .4rem; color: var(--soft); }
td small, th small { display: block; color: var(--soft); font-size: .8125rem; font-weight: 400; }
.right { text-align: right; }
.wide { min-width: 11rem; }
td .actions { justify-content: flex-end; }

.state { display: inline-flex; align-items: center; gap: .4rem; font-weight: 550; white-space: nowrap; }
.state::before { content: ""; width: .6rem; height: .6rem; border-radius: 50%; background: currentColor; flex: none; }
.state.ok, .state.active { color: var(--good); }
.state.partial, .state.waiting { color: var(--warn); }
.state.failed { color: var(--bad); }
.state.running { color: var(--accent); }
.state.planned, .state.queued, .state.no_action, .state.cancelled, .state.skipped, .state.inactive { color: var(--soft); }
.state.planned::before, .state.queued::before, .state.waiting::before, .state.skipped::before, .state.cancelled::before, .state.inactive::before { background: none; border: 2px solid currentColor; }
.demo { margin: 0 0 1rem; padding: .35rem 1rem; text-align: center; font-size: .875rem; background: var(--sunken); border-radius: 4px; }
td .state { white-space: normal; }
.tag { display: inline-block; font-size: .75rem; font-weight: 600; color: var(--soft); border: 1px solid var(--control); border-radius: 99px; padding: 0 .55rem; margin-left: .35rem; vertical-align: .1em; white-space: nowrap; }
.fates { display: block; width: 120px; height: 16px; }
.fates path { fill: none; stroke: currentColor; stroke-width: 1.5; }
.fates .ok, .fates .no_action, .fates .partial, .fates .cancelled { stroke-dasharray: 5 1; }
.fates .ok { stroke: var(--good); stroke-width: 12; }
.fates .no_action { stroke: var(--soft); stroke-width: 4; }
.fates .partial { stroke: var(--warn); stroke-width: 8; }
.fates .cancelled { stroke: var(--soft); stroke-width: 2; }
.fates .failed { stroke: var(--bad); }
.fates .skipped { stroke: var(--soft); stroke-width: 1; }
.chart { display: grid; grid-template-columns: auto 1fr; gap: .35rem .6rem; }
.chart figcaption, .chart .span { grid-column: 1 / -1; }
.chart svg { width: 100%; height: 9rem; }
.chart .axis { display: flex; flex-direction: column; justify-content: space-between; text-align: right; color: var(--soft); font-size: .75rem; }
.chart .span { display: flex; justify-content: space-between; gap: 1rem; }
.chart .grid { stroke: var(--line); vector-effect: non-scaling-stroke; }
.chart path.ok { fill: var(--good); }
.chart path.failed { fill: none; stroke: var(--bad); stroke-width: 2; vector-effect: non-scaling-stroke; }
progress { width: 100%; max-width: 24rem; height: .6rem; accent-color: var(--accent); }

dl.facts { display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; gap: .5rem 1.5rem; margin: 0; }
dl.facts dt { color: var(--soft); }
dl.facts dd { margin: 0; overflow-wrap: anywhere; }
.figures { display: flex; flex-wrap: wrap; gap: .75rem; margin: 0 0 1.25rem; padding: 0; }
.figures div { background: var(--panel); border: 1px solid var(--line); border-radius: var(--radius); padding: .6rem 1rem; min-width: 7rem; }
.figures dt { color: var(--soft); font-size: .8125rem; }
.figures dd { margin: 0; font-size: 1.35rem; font-weight: 600; font-variant-numeric: tabular-nums; }
ul.figures { list-style: none; }
.figures li a { display: block; background: var(--panel); border: 1px solid var(--line); border-radius: var(--radius); padding: .6rem 1rem; color: var(--soft); text-decoration: none; }
.figures li a:hover { border-color: var(--accent); }
.figures strong { display: block; color: var(--ink); font-size: 1.35rem; font-variant-numeric: tabular-nums; }
.timeline { list-style: none; margin: 0 0 1.25rem; padding: 0; }
.timeline li { display: flex; flex-wrap: wrap; gap: 0 1rem; position: relative; padding: 0 0 .6rem 1.25rem; border-left: 2px solid var(--line); margin-left: .3rem; }
.timeline li::before { content: ""; position: absolute; left: -.4rem; top: .45rem; width: .65rem; height: .65rem; border-radius: 50%; background: var(--control); }
.timeline li:last-child { border-color: transparent; }
.timeline li > span:first-child { min-width: 14rem; }
.timeline small { color: var(--soft); margin-left: .5rem; }
.diff ins { text-decoration: none; }
.diff { margin: 0; font-size: .875rem; } .diff dd { margin: 0 0 .35rem; }
.log { list-style: none; margin: 0; padding: 0; font-size: .9rem; }
.log li { display: grid; grid-template-columns: 6rem 4rem 1fr; gap: .25rem .75rem; padding: .35rem .9rem; border-bottom: 1px solid var(--line); }
.log li:last-child { border-bottom: 0; }
.log .warn { color: var(--warn); font-weight: 600; } .log .error { color: var(--bad); font-weight: 600; } .log .info { color: var(--soft); }
.log p { margin: 0; max-width: none; overflow-wrap: anywhere; }
.fires { margin: .5rem 0 0; padding-left: 1.5rem; font-variant-numeric: tabular-nums; }

.line { overflow-x: auto; }
.line svg { display: block; min-width: 40rem; width: 100%; }
.line text { fill: var(--soft); font-size: 13px; }
.line .heavy { fill: var(--accent); } .line .light { fill: var(--soft); } .line .held { fill: var(--panel); stroke: var(--soft); stroke-width: 1.5; } .line .blackout { fill: var(--warn-soft); stroke: var(--warn); stroke-dasharray: 4 3; } .line .grid { stroke: var(--line); }
h3 { font-size: 1rem; margin-bottom: .25rem; }
.notice .rows { margin: .6rem 0 0; }
.sheet details { margin-bottom: .6rem; }
.sheet summary { cursor: pointer; font-weight: 600; padding: .2rem 0; }

form.sheet { max-width: 46rem; margin-bottom: 1.25rem; }
fieldset { border: 0; margin: 0; padding: 0; min-width: 0; }
legend { padding: 0; }
.panel > legend, .panel > h2 { font-size: 1.1rem; font-weight: 650; margin-bottom: .9rem; }
.panel > legend { float: left; width: 100%; }
.panel > legend + * { clear: both; }
.field { margin: 0 0 1.15rem; }
.field:last-child { margin-bottom: 0; }
label, .label { display: block; font-weight: 600; margin-bottom: .15rem; }
label .soft, .label .soft { font-weight: 400; }
.hint { color: var(--soft); font-size: .875rem; margin: 0 0 .35rem; overflow-wrap: anywhere; }
.problem { color: var(--bad); font-weight: 600; margin: 0 0 .35rem; }
.field.wrong { border-left: 4px solid var(--bad); padding-left: .9rem; }
input, select, textarea { font: inherit; color: var(--ink); background: var(--panel); border: 1px solid var(--control); border-radius: 6px; padding: .4rem .6rem; min-height: 2.5rem; width: 100%; max-width: 100%; }
textarea { min-height: 5rem; resize: vertical; }
input.short { width: 10rem; } input.short[type^=datetime] { width: 14.5rem; }
input.code { letter-spacing: .02em; }
.wrong input, .wrong select, .wrong textarea { border-color: var(--bad); border-width: 2px; }
input[type=checkbox], input[type=radio] { width: 1.25rem; height: 1.25rem; min-height: 0; margin: .15rem 0 0; flex: none; accent-color: var(--accent); }
input[type=file] { padding: .4rem; }
.check { display: flex; gap: .6rem; align-items: flex-start; }
.check label { font-weight: 400; margin: 0; }
.filters { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; margin: 0 0 1.25rem; }
.filters .field { margin: 0; flex: 1 1 10rem; max-width: 20rem; }
.filters label { font-size: .875rem; }
.choices { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); list-style: none; margin: 0; padding: 0; }
.choices li { background: var(--panel); border: 1px solid var(--line); border-radius: var(--radius); padding: 1rem 1.1rem; position: relative; }
.choices li:hover { border-color: var(--accent); }
.choices a { font-weight: 600; overflow-wrap: anywhere; }
.choices a::after { content: ""; position: absolute; inset: 0; border-radius: var(--radius); }
.choices p { margin: .25rem 0 0; }
.pages { display: flex; justify-content: space-between; gap: 1rem; }
.narrow { max-width: 25rem; margin: 6vh auto 0; }
.narrow .button.primary { width: 100%; }
.narrow .brand { margin-bottom: 1rem; }
footer { color: var(--soft); font-size: .8125rem; padding: 1rem 1.25rem 1.5rem; display: flex; flex-wrap: wrap; gap: .25rem 1rem; justify-content: center; align-items: center; }
footer form { margin: 0; }
footer .button.plain { font-size: inherit; }
.button:disabled { opacity: .6; cursor: progress; }

.handbook { max-width: 52rem; }
.handbook ul, .handbook ol { max-width: 68ch; padding-left: 1.5rem; margin: 0 0 .75rem; }
.handbook h3 { margin-top: 1.25rem; }
.handbook pre { background: var(--sunken); border: 1px solid var(--line); border-radius: var(--radius); padding: .75rem 1rem; margin-bottom: 1rem; }
.handbook table { margin-bottom: 1rem; font-size: .9375rem; }
.handbook td, .handbook th, .handbook li { overflow-wrap: anywhere; }
.contents ul { columns: 14rem; max-width: 52rem; padding-left: 1.25rem; margin: 0 0 1rem; }
.contents a { display: inline-block; min-width: 1.5rem; min-height: 1.5rem; padding-block: .15rem; }
.contents h2 { font-size: 1rem; margin: 0 0 .35rem; }

/* A table of several columns has room for whole words from here on only. */
@media (max-width: 62rem) {
  table.stack thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table.stack, table.stack tbody, table.stack tr, table.stack td, table.stack th { display: block; width: 100%; }
  table.stack tr { padding: .75rem .9rem; border-bottom: 1px solid var(--line); }
  table.stack tr:last-child { border-bottom: 0; }
  table.stack td, table.stack th { border: 0; padding: .15rem 0; text-align: left; }
  table.stack td[data-label] { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); gap: .5rem; }
  table.stack time, table.stack .state { white-space: normal; }
  table.stack td[data-label]::before { content: attr(data-label); color: var(--soft); font-size: .875rem; }
  table.stack td:has(> div:empty) { display: none; }
  td .actions { justify-content: flex-start; margin-top: .35rem; }
}
@media (max-width: 22rem) { table.stack td[data-label] { grid-template-columns: 5rem minmax(0, 1fr); } }
@media (max-width: 46rem) {
  main { padding: 1.25rem 1rem 2.5rem; }
  .top > div { padding: 0 1rem; }
  .top nav { order: 3; flex-basis: 100%; }
  .top nav a, .more summary { padding: .5rem .6rem; }
  .top nav > ul { margin-left: -.6rem; }
  .more { position: static; }
  .top nav > ul > li:has(> .more[open]) { flex-basis: 100%; }
  .top .more ul { position: static; margin: 0 0 .6rem; box-shadow: none; }
  .top { position: relative; }
  .who .name { padding: .35rem 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .who .role { display: none; }
  .who { flex: 1; justify-content: flex-end; min-width: 0; }
  h1 { font-size: 1.35rem; }
  .state { white-space: normal; }
  dl.facts { grid-template-columns: 1fr; gap: 0; }
  dl.facts dd { margin-bottom: .6rem; }
  .log li { grid-template-columns: auto 1fr; }
  .log p { grid-column: 1 / -1; }
  .filters .field { flex-basis: 100%; max-width: none; }
}
@media (prefers-reduced-motion: no-preference) { .state.running::before { animation: pulse 2s ease-in-out infinite; } }
@keyframes pulse { 50% { opacity: .35; } }
@media (forced-colors: active) { .state::before { forced-color-adjust: none; } .notice { border: 1px solid; } }
@media print { .top, .actions, .filters, .skip, footer { display: none; } }
`;
