/** The report's style sheet: system fonts, light and dark by the reader's preference. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #fbfbfa; --card: #ffffff; --ink: #1c2330; --soft: #5d6778; --line: #e4e6ea;
  --few: #9db8e8; --many: #1f3f8f; --right: #1d7a4d; --wrong: #b3261e; --wash: #e9f5ee; --alarm: #fbeae9;
  --accent: #c2571a; --band: #1d7a4d;
  --series-1: #1f4fb0; --series-2: #c2571a; --series-3: #1d7a4d; --series-4: #8a3fb0;
  --series-5: #0f7f93; --series-6: #b3265e; --series-7: #8a6d00; --series-8: #55606f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171d; --card: #1b2028; --ink: #e6e9ef; --soft: #9aa5b5; --line: #2c333e;
    --few: #45609b; --many: #a9c4ff; --right: #6fcf9b; --wrong: #ff8a80; --wash: #1b2f26; --alarm: #3a2020;
    --accent: #f0955a; --band: #6fcf9b;
    --series-1: #8fb3ff; --series-2: #f0955a; --series-3: #6fcf9b; --series-4: #cf9bf0;
    --series-5: #5fd0e0; --series-6: #ff8fb5; --series-7: #e0c050; --series-8: #aab4c2;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 1000px; margin: 0 auto; padding: 40px 24px 64px; }
h1 { font-size: 28px; line-height: 1.2; letter-spacing: -0.02em; margin: 0; }
h2 { font-size: 19px; letter-spacing: -0.01em; margin: 44px 0 4px; }
h3 { font-size: 15px; margin: 0; }
p { margin: 4px 0 0; color: var(--soft); max-width: 72ch; }
code { font: 13px/1.4 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px 20px; margin-top: 14px; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(200px, 1fr)); gap: 14px; margin-top: 24px; }
.cards .card { margin: 0; }
.figure { font-size: 27px; font-weight: 650; letter-spacing: -0.02em; line-height: 1.25; font-variant-numeric: tabular-nums; }
.pair { margin-top: 14px; columns: 440px 2; column-gap: 14px; }
.pair .card { margin: 0 0 14px; break-inside: avoid; }
.grid { margin-top: 14px; display: grid; gap: 14px; grid-template-columns: repeat(auto-fit, minmax(min(440px, 100%), 1fr)); }
.grid .card { margin: 0; min-width: 0; }
.verdict { display: inline-block; border-radius: 999px; padding: 0 10px; font-size: 13px; font-weight: 600; white-space: nowrap; }
.right { color: var(--right); background: var(--wash); }
.wrong { color: var(--wrong); background: var(--alarm); }
.reported { color: var(--soft); }
.banner { margin-top: 20px; padding: 10px 16px; border-radius: 10px; font-weight: 600; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 10px 0 0; color: var(--soft); font-size: 13px; }
.legend i { display: inline-block; width: 11px; height: 11px; border-radius: 50%; margin-right: 6px; vertical-align: -1px; }
.legend i[style*=hue] { background: var(--hue); border: 2px solid var(--hue); }
.legend i.hollow { background: none; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: 12.5px; }
th, td { padding: 5px 14px 5px 0; border-bottom: 1px solid var(--line); vertical-align: baseline; }
tr:last-child td { border-bottom: 0; }
th.number, td.number { text-align: right; white-space: nowrap; }
tr.group td { padding-top: 14px; font-weight: 650; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 20px; margin: 0; font-size: 14px; }
dt { color: var(--soft); } dd { margin: 0; }
svg { display: block; margin-top: 8px; overflow: visible; color: var(--ink); }
svg text { fill: currentColor; }
footer { margin-top: 40px; color: var(--soft); font-size: 13px; }
`;
