#include "compiler/migrate/report/html.h"

namespace compiler::migrate::report {

const std::string_view kHtmlStyle = R"css(
:root {
  color-scheme: light dark;
  --ground: #f4f6f8; --card: #fff; --ink: #18212b; --faint: #566372; --line: #dde3e9;
  --well: #f5f7f9; --accent: #0b6bab; --done: #12805c; --track: #dfe5eb;
  --empty: #b42318; --widens: #a4133c; --narrows: #955200; --changed: #175cd3; --unknown: #5b4bb5;
  --old: #ffe2df; --old-edge: #d92d20; --new: #d5f5e3; --new-edge: #12805c;
  --warn: #fff6e0; --warn-ink: #6f4200;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0e1318; --card: #171e25; --ink: #e4eaf0; --faint: #9aa8b6; --line: #2a343e;
    --well: #10161c; --accent: #6bb8f0; --done: #3ec28f; --track: #2a343e;
    --empty: #ff8a80; --widens: #ff86a8; --narrows: #f5b759; --changed: #84b4ff; --unknown: #b6a8ff;
    --old: #4b2022; --old-edge: #ff8a80; --new: #12402f; --new-edge: #3ec28f;
    --warn: #38290c; --warn-ink: #f8d48a;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--ink); overflow-wrap: anywhere;
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans",
    sans-serif;
}
a { color: var(--accent); }
h1, h2, h3, p, ol, ul { margin: 0; }
h1 { font-size: 1.7rem; line-height: 1.2; letter-spacing: -.01em; }
h2 { font-size: 1.2rem; margin: 2.4rem 0 .8rem; }
h3 { font-size: 1.02rem; }
h2 .count { color: var(--faint); font-weight: 400; }
code, pre { font-family: var(--mono); font-size: .86em; }
pre code { font-size: 1em; }
.wrap { max-width: 74rem; margin: 0 auto; padding: 0 1.25rem; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--card); padding: .3rem .7rem; z-index: 3; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.faint { color: var(--faint); }
.small { font-size: .87rem; }

.top { background: var(--card); border-bottom: 1px solid var(--line); padding: 2rem 0 1.6rem; }
.outcome { margin: .4rem 0 1.2rem; color: var(--faint); }
.outcome strong { color: var(--ink); }
.outcome.bad strong { color: var(--empty); }
progress {
  appearance: none; display: block; width: 100%; height: .6rem; border: 0; border-radius: 1rem;
  background: var(--track); overflow: hidden; color: var(--done);
}
progress::-webkit-progress-bar { background: var(--track); }
progress::-webkit-progress-value { background: var(--done); border-radius: 1rem; }
progress::-moz-progress-bar { background: var(--done); border-radius: 1rem; }
.tiles {
  display: flex; flex-wrap: wrap; gap: .6rem; list-style: none; padding: 0;
  margin: 1.3rem 0 .9rem;
}
.tiles li {
  flex: 1 1 7rem; border: 1px solid var(--line); border-top: 3px solid var(--tone, var(--line));
  border-radius: .5rem; padding: .5rem .8rem; background: var(--card);
}
.tiles b {
  display: block; font-size: 1.5rem; line-height: 1.2; font-variant-numeric: tabular-nums;
}
.tiles span {
  font-size: .74rem; letter-spacing: .05em; color: var(--tone, var(--faint)); font-weight: 600;
}
.tiles .none b { color: var(--faint); font-weight: 400; }
.EMPTY { --tone: var(--empty); } .WIDENS { --tone: var(--widens); }
.NARROWS { --tone: var(--narrows); } .VALUE-CHANGED { --tone: var(--changed); }
.UNKNOWN { --tone: var(--unknown); } .SAME { --tone: var(--done); }

.card {
  background: var(--card); border: 1px solid var(--line); border-radius: .7rem;
  padding: 1rem 1.2rem; margin-bottom: .9rem;
}
.host > header { display: flex; flex-wrap: wrap; gap: .3rem 1rem; align-items: center; }
.host > header progress { flex: 1 1 12rem; width: auto; }
.scroll { overflow-x: auto; margin-top: .8rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th {
  text-align: left; font-weight: 600; font-size: .76rem; letter-spacing: .04em;
  color: var(--faint); text-transform: uppercase; padding: .35rem .9rem .35rem 0;
  white-space: nowrap;
}
td { padding: .5rem .9rem .5rem 0; vertical-align: top; border-top: 1px solid var(--line); }
tr.labels td { border-top: 0; padding-top: 0; }
td.name { font-weight: 600; min-width: 7rem; max-width: 18rem; }
.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
.pill {
  display: inline-block; white-space: nowrap; font-size: .78rem; font-weight: 600;
  padding: .08rem .55rem;
  border-radius: 1rem; border: 1px solid var(--tone, var(--line)); color: var(--tone, var(--faint));
}
.pill.docker { --tone: var(--done); } .pill.syslog { --tone: var(--narrows); }
.pill.transitional { --tone: var(--changed); } .pill.foreign { --tone: var(--unknown); }
.obstacles { list-style: none; padding: 0; }
.obstacles li + li { margin-top: .35rem; }
.obstacles b { color: var(--narrows); }
.steps { padding-left: 1.4rem; margin-top: .4rem; }
.steps-title { margin-top: .9rem; font-weight: 600; }

.filter {
  position: sticky; top: 0; z-index: 2; display: flex; flex-wrap: wrap; gap: .6rem 1rem;
  align-items: center;
  background: var(--ground); padding: .7rem 0; border-bottom: 1px solid var(--line);
  margin-bottom: 1rem;
}
.filter[hidden], .finding[hidden], .group[hidden] { display: none; }
.filter input[type=search] { flex: 1 1 14rem; min-width: 0; }
.filter input[type=search], .filter select {
  font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line);
  border-radius: .45rem; padding: .4rem .7rem;
}
.filter label { display: inline-flex; gap: .45rem; align-items: center; }
.filter label.text { flex: 1 1 16rem; }
.filter output { color: var(--faint); font-variant-numeric: tabular-nums; }

.finding {
  border-left: 4px solid var(--tone); content-visibility: auto; contain-intrinsic-size: auto 16rem;
  scroll-margin-top: 4rem;
}
.finding > header { display: flex; flex-wrap: wrap; gap: .35rem .7rem; align-items: center; }
.badge {
  font-size: .74rem; font-weight: 700; letter-spacing: .04em; padding: .12rem .5rem;
  border-radius: .3rem;
  color: var(--card); background: var(--tone);
}
.badge.alert { background: none; color: var(--empty); box-shadow: inset 0 0 0 1.5px var(--empty); }
.where { margin: .25rem 0 .1rem; color: var(--faint); }
.where code { color: var(--faint); }
.reason { margin: .5rem 0; max-width: 62rem; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: .7rem; margin: .7rem 0 .5rem; }
.pair > div { min-width: 0; }
.pair h4, .way h4 {
  margin: 0 0 .25rem; font-size: .76rem; letter-spacing: .04em; color: var(--faint);
  text-transform: uppercase;
}
pre {
  margin: 0; padding: .65rem .8rem; border: 1px solid var(--line); border-radius: .45rem;
  background: var(--well); white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.55;
}
del, ins { text-decoration: none; border-radius: .2rem; padding: .05em .1em; }
del { background: var(--old); box-shadow: inset 0 -2px 0 var(--old-edge); }
ins { background: var(--new); box-shadow: inset 0 -2px 0 var(--new-edge); }
.note {
  background: var(--warn); color: var(--warn-ink); border-radius: .45rem;
  padding: .45rem .8rem; margin: .5rem 0;
}
.loki { margin: .3rem 0; padding-left: .7rem; border-left: 3px solid var(--line); }
.loki.agrees { border-color: var(--done); }
.families { list-style: none; padding: 0; }
.families code { display: inline-block; }
details { margin-top: .5rem; }
summary { cursor: pointer; color: var(--accent); width: fit-content; }
.way { margin: .6rem 0; }
.facts { display: flex; flex-wrap: wrap; gap: .1rem 1.2rem; }
footer { color: var(--faint); padding: 1.2rem 0 3rem; }

@media (max-width: 46rem) {
  .wrap { padding: 0 .8rem; }
  .top { padding-top: 1.3rem; }
  .pair { grid-template-columns: 1fr; }
  .card { padding: .8rem .85rem; }
  .filter { position: static; }
  .host table, .host tbody, .host tr, .host td { display: block; }
  .host thead { display: none; }
  .host td { border: 0; padding: .12rem 0; max-width: none; }
  .host tbody tr:not(.labels) {
    border-top: 1px solid var(--line); padding-top: .5rem; margin-top: .5rem;
  }
  .host td[data-name]:not(:empty)::before { content: attr(data-name) " "; color: var(--faint); }
  .tiles li { flex-basis: 28%; }
}
@media print {
  :root { --ground: #fff; --card: #fff; --well: #fff; }
  body { font-size: 10pt; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .filter, .skip { display: none; }
  .wrap { max-width: none; padding: 0; }
  .finding { break-inside: avoid; content-visibility: visible; }
  h2, h3, .host > header { break-after: avoid; }
}
)css";

const std::string_view kHtmlScript = R"js(
(() => {
  const byId = (id) => document.getElementById(id);
  const filter = byId("filter");
  if (filter) {
    const text = byId("filter-text");
    const verdict = byId("filter-verdict");
    const alerts = byId("filter-alerts");
    const shown = byId("shown");
    const groups = [...document.querySelectorAll(".group")].map((node) => ({
      node,
      rows: [...node.querySelectorAll(".finding")].map((row) => ({
        node: row,
        text: row.textContent.toLowerCase(),
        verdict: row.dataset.verdict,
        alert: "alert" in row.dataset,
      })),
    }));
    const total = groups.reduce((sum, group) => sum + group.rows.length, 0);
    const apply = () => {
      const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      for (const group of groups) {
        let any = false;
        for (const row of group.rows) {
          const fits = (!verdict.value || verdict.value === row.verdict) &&
            (!alerts.checked || row.alert) && words.every((word) => row.text.includes(word));
          row.node.hidden = !fits;
          any = any || fits;
          if (fits) ++count;
        }
        group.node.hidden = !any;
      }
      shown.textContent = `${count} of ${total} shown`;
    };
    for (const input of [text, verdict, alerts]) input.addEventListener("input", apply);
    filter.hidden = false;
    apply();
  }
  const opened = [];
  addEventListener("beforeprint", () => {
    for (const node of document.querySelectorAll("details:not([open])")) {
      node.open = true;
      opened.push(node);
    }
  });
  addEventListener("afterprint", () => {
    for (const node of opened.splice(0)) node.open = false;
  });
})();
)js";

}  // namespace compiler::migrate::report
