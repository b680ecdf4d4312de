/** The style of all pages; contrast is 4.5:1 or more in both colour schemes. */
export const pageStyle = `:root {
  color-scheme: light dark;
  --ground: #f6f5f2; --sheet: #ffffff; --ink: #1d2321; --soft: #55605c; --line: #dcdad4; --edge: #8a938f;
  --accent: #1f5f4a; --on-accent: #ffffff; --bad: #9b1c1c; --bad-ground: #fbeeee; --good-ground: #eaf3ee;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #141816; --sheet: #1c2220; --ink: #e8ece9; --soft: #a9b3ae; --line: #333c38; --edge: #77827c;
    --accent: #7cc4a6; --on-accent: #10201a; --bad: #f3a5a5; --bad-ground: #3a2222; --good-ground: #1e332a;
  }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; background: var(--ground); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
main { max-width: 30rem; margin: 0 auto; padding: clamp(1.5rem, 8vh, 5rem) 1.25rem 2rem; }
header a { display: inline-flex; align-items: center; gap: .6rem; color: inherit; font-weight: 600; text-decoration: none; }
header img { width: 1.75rem; height: 1.75rem; }
.sheet { margin-top: 1.25rem; padding: 1.75rem; background: var(--sheet); border: 1px solid var(--line); border-radius: .75rem; }
h1 { margin: 0 0 .75rem; font-size: 1.4rem; line-height: 1.25; letter-spacing: -.01em; }
p { margin: 0 0 1rem; }
.soft { color: var(--soft); }
label { display: block; margin: 1rem 0 .3rem; font-weight: 500; }
input { width: 100%; padding: .6rem .7rem; font: inherit; color: inherit; background: var(--sheet); border: 1px solid var(--edge); border-radius: .45rem; }
.hint { margin: .3rem 0 0; color: var(--soft); font-size: .9rem; }
button, .button { display: inline-block; margin-top: 1.25rem; padding: .6rem 1.1rem; font: inherit; font-weight: 500; color: var(--on-accent); background: var(--accent); border: 1px solid var(--accent); border-radius: .45rem; text-decoration: none; cursor: pointer; }
button.plain { margin: 0; padding: 0; color: var(--accent); background: none; border: 0; text-decoration: underline; }
a { color: var(--accent); }
a:focus-visible, button:focus-visible, input:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.alert, .notice { margin: 0 0 1rem; padding: .7rem .9rem; border-radius: .45rem; background: var(--good-ground); }
.alert { color: var(--bad); background: var(--bad-ground); }
ul.places { margin: 0; padding: 0; list-style: none; }
ul.places li { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .25rem 1rem; padding: .8rem 0; border-top: 1px solid var(--line); }
ul.places li:first-child { border-top: 0; }
ul.places .button { margin: 0; padding: .4rem .8rem; }
.check { display: flex; gap: .6rem; align-items: baseline; font-weight: 400; }
.check input { width: auto; }
footer { display: flex; flex-wrap: wrap; gap: .25rem 1rem; justify-content: space-between; margin-top: 1.25rem; color: var(--soft); font-size: .9rem; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 0 0 1.25rem; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; }
table.report { width: 100%; margin: 0 0 1.25rem; border-collapse: collapse; }
table.report th, table.report td { padding: .3rem .5rem; border-bottom: 1px solid var(--line); text-align: left; }
.hash { overflow-wrap: anywhere; }
@page { size: A4; margin: 18mm; }
@media print {
  main { max-width: none; padding: 0; }
  header { display: none; }
  .sheet { margin: 0; padding: 0; border: 0; }
  tr { break-inside: avoid; }
}
`;
