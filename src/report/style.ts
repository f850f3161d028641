import type { PlotColor } from '../library/index.js'
import { variableOf } from './style-of.js'

/** The report's style sheet; its colours are the dashboard's. `series` are the colours of the methods in it. */
export const styleSheet = (series: readonly PlotColor[]): string => {
  const variables = (scheme: keyof PlotColor) =>
    [...new Set(series.map((color) => `${variableOf(color)}: ${color[scheme]};`))].join(' ')
  return `
:root {
  color-scheme: light dark;
  --page: #f5f6f8; --surface: #ffffff; --line: #e1e5ea; --line-strong: #aab2be;
  --ink: #14181f; --ink-2: #434c5b; --ink-3: #5d6777; --accent-soft: #e6efff;
  --good: #00654a; --good-soft: #e0f4ec; --bad: #b3261e; --warn: #7a4d00; --warn-soft: #fff3dc; --quiet: #eceff3;
  --same: #0b57d0; --different: #c7360f;
  ${variables('light')}
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0d1015; --surface: #14181f; --line: #272e39; --line-strong: #5b6575;
    --ink: #e9ecf1; --ink-2: #b6becb; --ink-3: #98a2b2; --accent-soft: #1a2a45;
    --good: #4fd1a1; --good-soft: #12302a; --bad: #ff8a80; --warn: #ffc766; --warn-soft: #33270f; --quiet: #222833;
    --same: #5b9bff; --different: #ff6a45;
    ${variables('dark')}
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.55 system-ui, sans-serif; overflow-wrap: break-word; }
main { max-width: 860px; margin: 0 auto; padding: 28px 20px 48px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 20px; letter-spacing: -0.01em; text-wrap: balance; }
h2 { font-size: 18px; line-height: 1.3; margin: 0 0 12px; }
h3 { font-size: 14px; margin: 22px 0 8px; }
p { margin: 0 0 12px; max-width: 70ch; }
section { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: 22px 26px; margin: 0 0 18px; }
.lead { font-size: 17px; }
.note, figcaption, .legend { color: var(--ink-3); font-size: 13px; }
figure { margin: 0 0 16px; }
figcaption { margin-top: 6px; max-width: 70ch; }
.drawing svg { display: block; width: 100%; height: auto; color: var(--ink-2); overflow: visible; }
.narrow { display: none; }
.multiples { display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 18px 26px; }
.multiples figure { margin: 0; }
.multiples figcaption { margin: 0 0 4px; color: var(--ink-2); }
.multiples .wide { display: none; }
.multiples .narrow { display: block; }
.multiples + .note { margin-top: 14px; }
.legend { margin-top: 10px; max-width: none; }
.entry { display: inline-block; margin: 0 18px 4px 0; white-space: nowrap; }
.swatch { display: inline-block; width: 18px; height: 10px; margin: 0 6px 0 12px; border-radius: 2px; }
.swatch:first-child { margin-left: 0; }
.swatch.same { background: color-mix(in srgb, var(--same) 45%, transparent); border-bottom: 2px solid var(--same); }
.swatch.different { background: color-mix(in srgb, var(--different) 45%, transparent); border-bottom: 2px dashed var(--different); }
.scroll { overflow-x: auto; margin: 0 0 14px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th { text-align: left; font-weight: 600; color: var(--ink-2); font-size: 13px; vertical-align: bottom; }
th, td { padding: 6px 14px 6px 0; border-bottom: 1px solid var(--line); }
th:last-child, td:last-child { padding-right: 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
th.number { white-space: normal; }
.range { color: var(--ink-3); font-size: 12px; white-space: nowrap; }
.name { white-space: nowrap; }
.class { min-width: 110px; }
.mark { margin-right: 8px; vertical-align: -1px; }
.chosen td, .best { font-weight: 650; }
.chosen td { background: var(--accent-soft); }
.chosen td:first-child { padding-left: 8px; }
.chip { display: inline-block; padding: 1px 9px; border-radius: 999px; font-size: 12px; white-space: nowrap; background: var(--quiet); color: var(--ink-2); }
.chip.clear { background: var(--good-soft); color: var(--good); }
.chip.likely { background: var(--warn-soft); color: var(--warn); }
.bar { display: inline-block; width: 64px; height: 8px; margin-right: 10px; border-radius: 2px; background: linear-gradient(to right, var(--ink-3) var(--share), var(--quiet) var(--share)); }
.ahead { color: var(--good); }
.behind { color: var(--bad); }
.sure { font-weight: 700; }
.images { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(112px, 1fr)); gap: 16px 14px; font-size: 12px; line-height: 1.35; }
.images img { display: block; width: 100%; aspect-ratio: 1; object-fit: contain; background: var(--quiet); border-radius: 6px; margin-bottom: 5px; image-rendering: auto; }
.images b, .images li > span { display: block; }
.images .mark { margin-right: 5px; }
.right { color: var(--good); }
.wrong { color: var(--bad); }
ul.shots { list-style: none; margin: 0 0 12px; padding: 0; }
.shots li { margin-bottom: 6px; }
.shots b { display: inline-block; min-width: 64px; }
details summary { cursor: pointer; color: var(--ink-2); margin-bottom: 10px; }
dl { margin: 0; display: grid; gap: 6px; }
dl div { display: grid; grid-template-columns: 190px 1fr; gap: 12px; }
dt { color: var(--ink-3); }
dd { margin: 0; min-width: 0; }
@media (max-width: 640px) {
  main { padding: 18px 10px 32px; }
  h1 { font-size: 21px; padding: 0 6px; }
  section { padding: 16px 14px; border-radius: 8px; }
  .wide { display: none; }
  .narrow { display: block; }
  .multiples { grid-template-columns: 1fr; }
  .name { white-space: normal; min-width: 120px; }
  .class { min-width: 84px; }
  .range { display: block; }
  figcaption .range { display: inline; }
  .bar { display: none; }
  th, td { padding-right: 10px; }
  .images { grid-template-columns: repeat(auto-fill, minmax(92px, 1fr)); }
  dl div { grid-template-columns: 1fr; gap: 0; }
  dl { gap: 10px; }
}
@media print { body { background: none; } section { break-inside: avoid; border: none; padding: 0; } }
`
}
