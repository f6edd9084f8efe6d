#include "client/report/report_style.h"

namespace longtake::client {

const std::string_view kReportStyle = R"css(
:root {
  color-scheme: light dark;
  --page: #f3f4f7; --card: #fff; --edge: #e1e4ea; --text: #161a22;
  --soft: #5b6472; --a: #2f5fd0; --b: #c9822b; --grid: #e3e6ec;
  --pass: #1c7c4c; --warn: #a15c00; --fail: #c22f2a; --none: #7a8290;
  --pass-bg: #e5f4ec; --warn-bg: #fdf1dc; --fail-bg: #fce8e7; --none-bg: #eceef2;
  --warn-band: #f5b94129; --fail-band: #e5484d26;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1116; --card: #171b22; --edge: #2a303a; --text: #e8ebf0;
    --soft: #9aa4b2; --a: #7aa2ff; --b: #e0a458; --grid: #272d37;
    --pass: #4fc98a; --warn: #f0b44a; --fail: #ff7b76; --none: #8c95a3;
    --pass-bg: #12301f; --warn-bg: #382a10; --fail-bg: #3d1917; --none-bg: #232831;
    --warn-band: #f0b44a1f; --fail-band: #ff6b6524;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  -webkit-text-size-adjust: 100%;
}
main { max-width: 1080px; margin: 0 auto; padding: 28px 20px 56px; }
h1, h2, h3, p, figure { margin: 0; }
h1 { font-size: 1.6rem; line-height: 1.25; overflow-wrap: anywhere; letter-spacing: -.01em; }
h2 { font-size: 1.15rem; margin: 36px 0 12px; letter-spacing: -.005em; }
h3 { font-size: 1rem; }
.soft { color: var(--soft); }
.small { font-size: .875rem; }
.card { background: var(--card); border: 1px solid var(--edge); border-radius: 14px; padding: 20px; }

.head { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 24px; align-items: center; }
.head img { width: 210px; height: auto; border-radius: 10px; display: block; }
.verdict {
  display: inline-flex; align-items: center; gap: 10px; margin: 14px 0 10px;
  padding: 7px 16px 7px 12px; border-radius: 999px; font-weight: 650;
}
.badge {
  display: inline-flex; align-items: center; gap: 6px; padding: 1px 10px 1px 8px;
  border-radius: 999px; font-size: .8125rem; font-weight: 600; white-space: nowrap;
}
.pass { color: var(--pass); } .warn { color: var(--warn); }
.fail { color: var(--fail); } .none { color: var(--none); }
.verdict.pass, .badge.pass { background: var(--pass-bg); }
.verdict.warn, .badge.warn { background: var(--warn-bg); }
.verdict.fail, .badge.fail { background: var(--fail-bg); }
.verdict.none, .badge.none { background: var(--none-bg); }
.findings { list-style: none; margin: 12px 0 0; padding: 0; display: grid; gap: 8px; }
.findings .badge { justify-content: center; min-width: 64px; }
.findings li { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 10px; align-items: baseline; }

.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin-top: 16px; }
.tile { background: var(--card); border: 1px solid var(--edge); border-radius: 12px; padding: 14px 16px; display: flex; flex-direction: column; gap: 2px; }
.tile b { font-size: 1.4rem; font-weight: 650; font-variant-numeric: tabular-nums; line-height: 1.3; }
.tile b small { font-size: .85rem; font-weight: 500; color: var(--soft); margin-left: 3px; }
.tile .badge { align-self: flex-start; margin-top: 6px; }

.plots { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 16px; }
.plots .card { padding: 18px 18px 14px; display: flex; flex-direction: column; gap: 6px; }
.plots .plot { margin-top: auto; }
.plots .card:last-child:nth-child(odd) { grid-column: 1 / -1; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: .8125rem; color: var(--soft); }
.legend span { display: inline-flex; align-items: center; gap: 6px; }
.legend i { width: 16px; height: 3px; border-radius: 2px; }
.legend i.a { background: var(--a); } .legend i.b { background: var(--b); }
.legend i.fail { background: var(--fail); } .legend i.warn { background: var(--warn); }
.legend i.none { background: var(--none); }
.plot { display: grid; grid-template-columns: 40px minmax(0, 1fr); grid-template-rows: 150px 22px; font-size: .75rem; color: var(--soft); font-variant-numeric: tabular-nums; padding-top: 8px; }
.ys { position: relative; } .ys span { position: absolute; right: 8px; transform: translateY(-50%); }
.plot > .area { border-bottom: 1px solid var(--grid); }
.xs { grid-column: 2; position: relative; }
.xs span { position: absolute; top: 5px; transform: translateX(-50%); white-space: nowrap; }
.xs span:first-child { transform: none; } .xs span:last-child { transform: translateX(-100%); }
svg { display: block; width: 100%; height: 100%; overflow: visible; }
svg * { vector-effect: non-scaling-stroke; }
.grid { stroke: var(--grid); stroke-width: 1; fill: none; }
.line { fill: none; stroke-width: 1.75; stroke-linejoin: round; }
.dots { fill: none; stroke-width: 6; stroke-linecap: round; }
.line.a, .dots.a { stroke: var(--a); } .line.b, .dots.b { stroke: var(--b); }
.area .area { stroke: none; fill: var(--b); opacity: .18; }
.band.warn { fill: var(--warn-band); } .band.fail { fill: var(--fail-band); }
.span.fail { fill: var(--fail); opacity: .4; }
.span.warn { fill: var(--warn); opacity: .45; }
.span.none { fill: var(--none); opacity: .3; }

.shots { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 16px 14px; }
.shots img { width: 100%; height: auto; border-radius: 10px; display: block; }
figcaption { font-size: .8125rem; line-height: 1.35; margin-top: 6px; color: var(--soft); }
figcaption b { color: var(--text); font-weight: 600; font-variant-numeric: tabular-nums; }

table { width: 100%; border-collapse: collapse; font-size: .9375rem; }
th { text-align: left; font-weight: 600; font-size: .8125rem; color: var(--soft); padding: 0 14px 8px 0; }
td { padding: 9px 14px 9px 0; border-top: 1px solid var(--edge); vertical-align: top; overflow-wrap: anywhere; }
td:last-child, th:last-child { padding-right: 0; }
td.value { font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.group td { border-top: 0; padding: 22px 0 6px; font-weight: 650; }
tbody tr.group:first-child td { padding-top: 8px; }
tr.group + tr td { border-top-color: var(--edge); }
footer { margin-top: 36px; font-size: .8125rem; color: var(--soft); }

@media (max-width: 760px) {
  main { padding: 16px 14px 40px; }
  h1 { font-size: 1.3rem; }
  .head { grid-template-columns: minmax(0, 1fr); }
  .head img { width: 100%; max-width: 340px; order: -1; }
  .plots { grid-template-columns: minmax(0, 1fr); }
  .plots .card:last-child:nth-child(odd) { grid-column: auto; }
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .shots { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .card { padding: 16px; }
  thead { display: none; }
  table, tbody { display: block; }
  tr { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 12px; padding: 10px 0; border-top: 1px solid var(--edge); }
  tr.group { border-top: 0; padding: 16px 0 0; }
  td, tr.group td { display: block; border: 0; padding: 0; }
  td.verdict-cell { order: 1; justify-self: end; }
  td.title { order: 0; font-weight: 550; }
  td.value { order: 2; grid-column: 1 / -1; }
  td.limits, td.note { order: 3; grid-column: 1 / -1; font-size: .8125rem; color: var(--soft); }
  td.note:empty { display: none; }
}
@media print {
  body { background: #fff; } .card, .tile, figure { break-inside: avoid; }
}
)css";

}  // namespace longtake::client
