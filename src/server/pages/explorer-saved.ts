/** The part of the explorer's script that keeps operations on the server. */
export const explorerSaved = `
const mostPages = 10;
const list = \`query ($after: String) {
  savedOperations(first: 100, after: $after) { nodes { id name owner { id } } pageInfo { hasNextPage endCursor } }
}\`;
const whole = 'id name document variables isShared version owner { id }';
// The saved operation that was opened, with the tab of GraphiQL that shows it
let opened;
// What the active tab shows; it has no id before GraphiQL tells of its tabs
let edited = { query: '', variables: '', tab: undefined };
const mostMs = 10_000;
const openedHere = () => (opened?.tab === edited.tab ? opened : undefined);

async function ask(query, variables) {
  const headers = { 'content-type': 'application/json', accept: 'application/json', ...options.additionalHeaders };
  const body = JSON.stringify({ query, variables });
  const answer = await send(options.endpoint, { method: 'POST', headers, body, signal: AbortSignal.timeout(mostMs) });
  const { data, errors } = await answer.json();
  if (errors) throw new Error(errors[0].message);
  return data;
}

async function listSaved() {
  const all = [];
  for (let after = null, pages = 0; pages < mostPages; pages++) {
    const { nodes, pageInfo } = (await ask(list, { after })).savedOperations;
    all.push(...nodes);
    if (!pageInfo.hasNextPage) break;
    after = pageInfo.endCursor;
  }
  return all;
}

const isOwn = ({ owner }) => owner.id === tools.ownerId;
const canEdit = (operation) => isOwn(operation) || (operation.isShared && tools.canShare);

async function showSaved() {
  const all = await listSaved();
  const groups = [[tools.texts.own, all.filter(isOwn)], [tools.texts.shared, all.filter((each) => !isOwn(each))]];
  find('saved').replaceChildren(find('saved').options[0]);
  for (const [label, operations] of groups) {
    if (!operations.length) continue;
    const group = document.createElement('optgroup');
    group.label = label;
    group.append(...operations.map(({ id, name }) => new Option(name, id)));
    find('saved').append(group);
  }
  find('saved').value = openedHere()?.id ?? '';
}

async function readOpened(id) {
  const { node } = await ask('query ($id: ID!) { node(id: $id) { ... on SavedOperation { ' + whole + ' } } }', { id });
  if (!node?.id) throw new Error(tools.texts.gone);
  opened = node;
}

// The address leads to the saved operation, or else to the text. Servers refuse long addresses
function keepAddress() {
  const address = new URL(location.href);
  const [known, other] = openedHere() ? [['saved', opened.id], 'query'] : [['query', edited.query], 'saved'];
  address.searchParams.set(...known);
  address.searchParams.delete(other);
  if (address.href.length > 6_000) address.searchParams.delete('query');
  history.replaceState({}, '', address);
}

function editedVariables() {
  try {
    return JSON.parse(edited.variables.trim() || '{}');
  } catch {
    throw new Error(tools.texts.badVariables);
  }
}

async function write(mutation, input) {
  const type = mutation[0].toUpperCase() + mutation.slice(1) + 'Input';
  const query = 'mutation ($input: ' + type + '!) { done: ' + mutation + '(input: $input) { savedOperation { ' + whole + ' } } }';
  const { savedOperation } = (await ask(query, { input })).done;
  opened = savedOperation && { ...savedOperation, tab: edited.tab };
}

const saving = {
  create: () => write('createSavedOperation', given()),
  update: () => write('updateSavedOperation', { id: opened.id, expectedVersion: opened.version, ...given() }),
  delete: async () => {
    const query = 'mutation ($input: DeleteSavedOperationInput!) { deleteSavedOperation(input: $input) { deletedId } }';
    await ask(query, { input: { id: opened.id } });
    opened = undefined;
  },
};

function given() {
  const sharing = find('save-shared-row').hidden ? {} : { isShared: find('save-shared').checked };
  return { name: find('save-name').value, document: edited.query, variables: editedVariables(), ...sharing };
}

function askHowToSave() {
  const opened = openedHere();
  const updates = opened && canEdit(opened);
  find('save-name').value = opened?.name ?? '';
  find('save-shared').checked = opened?.isShared ?? false;
  // Whoever may no longer share can still end the sharing
  find('save-shared-row').hidden = !(tools.canShare || (updates && opened.isShared));
  find('save-first').value = updates ? 'update' : 'create';
  find('save-new').hidden = !updates;
  find('save-delete').hidden = !(opened && isOwn(opened));
  find('save-notice').textContent = '';
  find('save-dialog').showModal();
}

async function save(event) {
  event.preventDefault();
  const { value } = event.submitter;
  if (value === 'cancel') return find('save-dialog').close();
  try {
    await saving[value]();
    find('save-dialog').close();
    keepAddress();
    await showSaved();
  } catch (error) {
    find('save-notice').textContent = error.message;
  }
}

// GraphiQL shows the operation of the address, or the last one that it kept
async function startSaved() {
  const { searchParams } = new URL(location.href);
  if (searchParams.has('saved')) await readOpened(searchParams.get('saved')).catch(told);
  if (opened) {
    options.query = opened.document;
    const isEmpty = Object.keys(opened.variables).length === 0;
    options.variables = isEmpty ? '' : JSON.stringify(opened.variables, null, 2);
  }
  const given = opened ? undefined : searchParams.get('query');
  edited.query = given ?? options.query ?? kept('query') ?? options.defaultQuery;
  edited.variables = options.variables ?? kept('variables') ?? '';
  showSaved().catch(told);
}

// Storage may be blocked
function kept(name) {
  try {
    return localStorage.getItem('graphiql:' + name) ?? undefined;
  } catch {
    return undefined;
  }
}
`;
