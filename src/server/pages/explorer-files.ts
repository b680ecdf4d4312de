import { explorerSaved } from './explorer-saved.ts';

/** Starts GraphiQL and the tools above it, with the settings in the page. */
export const explorerStart = `'use strict';
const { workers, options, tools } = JSON.parse(document.getElementById('settings').textContent);
self.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (moduleId, label) => workers[label] };

const send = self.fetch.bind(self);
const find = (id) => document.getElementById(id);
// The last operation that GraphiQL sent, with its headers
let last;

function remember(input, init) {
  const address = new URL(typeof input === 'string' ? input : input.url ?? String(input), location.href);
  if (address.pathname !== options.endpoint || typeof init?.body !== 'string') return;
  const { query, variables, operationName } = JSON.parse(init.body);
  if (!query.includes('__schema')) last = { params: { query, variables, operationName }, headers: init.headers };
}

// GraphiQL takes this function when its script starts
self.fetch = (input, init) => {
  remember(input, init);
  return send(input, init);
};

const params = () => last?.params ?? { query: edited.query, variables: editedVariables() };

function request(path, more) {
  const headers = new Headers(last?.headers);
  headers.set('content-type', 'application/json');
  headers.set('accept', 'application/json, */*;q=0.5');
  for (const [name, value] of Object.entries(options.additionalHeaders)) headers.set(name, value);
  return send(path, { method: 'POST', headers, body: JSON.stringify({ ...params(), ...more }) });
}

function say(text) {
  find('notice').textContent = text;
}

const told = ({ message }) => say(message);

async function download(format) {
  say('');
  const answer = await request(tools.exportPath + '?format=' + format);
  if (!answer.ok) return say((await answer.json()).errors[0].message);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await answer.blob());
  link.download = /filename="([^"]+)"/.exec(answer.headers.get('content-disposition'))[1];
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function showPlan() {
  say('');
  // A plan comes with an answer: a mutation would run again
  if (/\\bmutation\\b/.test(params().query)) return say(tools.queriesOnly);
  const { errors, extensions } = await (await request(options.endpoint, { extensions: { plan: true } })).json();
  const plan = extensions?.plan;
  if (!plan) return say(errors?.[0].message ?? tools.noPlan);
  const left = Object.values(plan.left ?? {}).map(({ field, why }) => field + ' ' + why);
  const reason = plan.reason && [plan.reason.field, plan.reason.why].filter(Boolean).join(' ');
  find('plan-text').textContent = [plan.sql ?? reason, ...left].filter(Boolean).join('\\n\\n');
  find('plan-dialog').showModal();
}

function open(query) {
  location.assign(location.pathname + '?query=' + encodeURIComponent(query));
}

${explorerSaved}
function startTools() {
  const onChoice = (id, choose) => find(id).addEventListener('change', ({ target }) => target.value && choose(target.value));
  onChoice('organizations', (path) => location.assign(path));
  onChoice('examples', open);
  onChoice('saved', (id) => location.assign(location.pathname + '?saved=' + encodeURIComponent(id)));
  for (const format of ['csv', 'jsonl']) find(format).addEventListener('click', () => download(format).catch(told));
  find('plan').addEventListener('click', () => showPlan().catch(told));
  find('save').addEventListener('click', askHowToSave);
  find('save-form').addEventListener('submit', save);
  find('tools').disabled = false;
}

function showEdited({ tabs, activeTabIndex }) {
  const { id, query, variables } = tabs[activeTabIndex];
  edited = { query: query ?? '', variables: variables ?? '', tab: id };
  if (opened) opened.tab ??= (tabs.find((tab) => tab.query === opened.document) ?? tabs[activeTabIndex]).id;
  find('saved').value = openedHere()?.id ?? '';
  keepAddress();
}

function showText(query) {
  edited.query = query;
  keepAddress();
}

// GraphiQL takes a second to load
if (tools) startTools();
document.addEventListener('DOMContentLoaded', async () => {
  if (tools) {
    await startSaved();
    Object.assign(options, { onEditQuery: showText, onTabChange: showEdited });
  }
  YogaGraphiQL.renderYogaGraphiQL(find('root'), options);
});
`;

export const explorerStyle = `:root {
  color-scheme: light dark;
  --page: #fff; --raised: #fff; --soft: #eef0f3; --line: #c9cfd8; --text: #2b3342; --problem: #9b1c1c;
}
@media (prefers-color-scheme: dark) {
  :root { --page: #202937; --raised: #263142; --soft: #313f55; --line: #465672; --text: #dfe5ee; --problem: #f3a5a5; }
}
body { margin: 0; height: 100vh; display: flex; flex-direction: column; color: var(--text); background: var(--page); }
#root { flex: 1; min-height: 0; }
#root .graphiql-container { height: 100%; width: 100%; }
.explorer-loading { font: 16px/1.5 system-ui, sans-serif; margin: 0; padding: 32px; }
.explorer-home { color: inherit; font-weight: 600; }
.explorer-tools { border: 0; margin: 0; display: flex; flex-wrap: wrap; gap: 8px; align-items: center; padding: 8px 16px 0; font: 14px/1.5 system-ui, sans-serif; }
.explorer-tools select { max-width: 14rem; }
.explorer-tools select, .explorer-tools button, dialog input, dialog button { font: inherit; padding: 4px 10px; color: var(--text); background: var(--raised); border: 1px solid var(--line); border-radius: 6px; }
.explorer-tools button:hover:enabled, dialog button:hover { background: var(--soft); cursor: pointer; }
.explorer-tools form { margin: 0 0 0 auto; }
#notice { margin: 0; }
.problem { color: var(--problem); }
.problem:empty, [hidden] { display: none !important; }
dialog { max-width: min(60rem, 90vw); padding: 20px; font: 14px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); border: 1px solid var(--line); border-radius: 12px; }
dialog::backdrop { background: rgb(0 0 0 / 45%); }
dialog p { margin: 0 0 12px; }
dialog .buttons { display: flex; flex-wrap: wrap; gap: 8px; margin: 0; }
#save-name { display: block; width: 24rem; max-width: 100%; box-sizing: border-box; }
#plan-text { max-height: 60vh; overflow: auto; margin: 0 0 16px; white-space: pre-wrap; overflow-wrap: anywhere; }
`;
