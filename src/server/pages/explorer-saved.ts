/** The part of the explorer's script that keeps operations on the server. */
export const explorerSaved = `
const mostPages = 10;
const list = \`query ($after: String) {
  savedOperations(first: 100, after: $after) { nodes { id name owner { id } } pageInfo { hasNextPage endCursor } }
}\`;
const whole = 'id name document variables isShared version owner { id }';
// The saved operation in the editor
let opened;
// What the editor shows
let edited = { query: '', variables: '' };

async function ask(query, variables) {
  const headers = { 'content-type': 'application/json', accept: 'application/json', ...options.additionalHeaders };
  const answer = await send(options.endpoint, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
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
  find('saved').value = opened?.id ?? '';
}

async function readOpened(id) {
  const { node } = await ask('query ($id: ID!) { node(id: $id) { ... on SavedOperation { ' + whole + ' } } }', { id });
  if (!node?.id) throw new Error(tools.texts.gone);
  opened = node;
}

// Keeps the saved operation in the address. Servers refuse long addresses; GraphiQL also keeps the text itself
function keepAddress() {
  const address = new URL(location.href);
  if (opened) address.searchParams.set('saved', opened.id);
  else address.searchParams.delete('saved');
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
  opened = (await ask(query, { input })).done.savedOperation ?? undefined;
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
  const sharing = tools.canShare ? { isShared: find('save-shared').checked } : {};
  return { name: find('save-name').value, document: edited.query, variables: editedVariables(), ...sharing };
}

function askHowToSave() {
  const updates = opened && canEdit(opened);
  find('save-name').value = opened?.name ?? '';
  find('save-shared').checked = opened?.isShared ?? false;
  find('save-shared-row').hidden = !tools.canShare;
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
  if (searchParams.has('saved')) await readOpened(searchParams.get('saved')).catch(({ message }) => say(message));
  if (opened && !searchParams.has('query')) {
    options.query = opened.document;
    const isEmpty = Object.keys(opened.variables).length === 0;
    options.variables = isEmpty ? '' : JSON.stringify(opened.variables, null, 2);
  }
  edited = {
    query: searchParams.get('query') ?? options.query ?? kept('query') ?? options.defaultQuery,
    variables: options.variables ?? kept('variables') ?? '',
  };
  find('save').addEventListener('click', askHowToSave);
  find('save-form').addEventListener('submit', save);
  showSaved().catch(({ message }) => say(message));
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
