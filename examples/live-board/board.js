import { Graph } from './graph.js';
import { Session } from './session.js';

const parameters = new URLSearchParams(location.search);
const url = `${parameters.get('server') ?? 'http://localhost:4000'}/graphql`;
const transport = parameters.get('transport') ?? 'websocket';
const statuses = ['TODO', 'IN_PROGRESS', 'IN_REVIEW', 'DONE'];

const card = 'id name status position version';
const line = 'id content createdAt sender { firstName lastName }';
const listProjects = '{ projects(first: 50) { nodes { id name } } }';
const loadTasks = `query ($project: ID!) {
  tasks(first: 100, where: { projectId: { eq: $project } }) { nodes { ${card} } }
}`;
const loadChannel = `query ($project: ID!) {
  node(id: $project) { ... on Project { channel { id messages(last: 50) { nodes { ${line} } } } } }
}`;
const followTasks = `subscription ($project: ID!, $after: String) {
  taskChanged(projectId: $project, after: $after) { changed { ${card} } removed cursor }
}`;
const followMessages = `subscription ($channel: ID!, $after: String) {
  messageAdded(channelId: $channel, after: $after) { added { ${line} } cursor }
}`;
const move = `mutation ($id: ID!, $status: TaskStatus!) {
  moveTask(input: { id: $id, status: $status }) { task { ${card} } }
}`;
const send = `mutation ($channel: ID!, $content: String!) {
  sendMessage(input: { channelId: $channel, content: $content }) { message { ${line} } }
}`;

const byId = (id) => document.getElementById(id);
const make = (tag, properties, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

/** The objects that the page shows, by id. */
const tasks = new Map();
const messages = new Map();
let graph;

/** Keeps the newer one: an answer may be older than a frame that came before it. */
function keepTask(task) {
  if ((tasks.get(task.id)?.version ?? 0) <= task.version) tasks.set(task.id, task);
}

function showBoard() {
  const columns = statuses.map((status) => {
    const cards = [...tasks.values()].filter((task) => task.status === status);
    cards.sort((a, b) => a.position - b.position);
    return make('div', { className: 'column', id: status }, make('h2', { textContent: status }), ...cards.map(cardOf));
  });
  byId('board').replaceChildren(...columns);
}

function cardOf({ id, name, status }) {
  const choice = make('select', { title: `Status of ${name}` });
  choice.append(...statuses.map((each) => new Option(each, each, false, each === status)));
  choice.onchange = async () => {
    keepTask((await graph.ask(move, { id, status: choice.value })).moveTask.task);
    showBoard();
  };
  return make('div', { className: 'card' }, make('span', { textContent: name }), choice);
}

function showMessages() {
  const all = [...messages.values()].sort((a, b) => a.createdAt.localeCompare(b.createdAt));
  const lines = all.map(({ content, sender }) =>
    make('li', { textContent: `${sender ? `${sender.firstName} ${sender.lastName}` : 'Somebody'}: ${content}` }),
  );
  byId('messages').replaceChildren(...lines);
}

async function loadBoard(project) {
  for (const task of (await graph.ask(loadTasks, { project })).tasks.nodes) keepTask(task);
  showBoard();
}

function followBoard(project) {
  let isLoaded = false;
  const onFrame = ({ changed, removed }) => {
    for (const id of removed) tasks.delete(id);
    for (const task of changed) keepTask(task);
    showBoard();
    // After the first frame: whatever changes from here on is told
    if (!isLoaded) void loadBoard(project);
    isLoaded = true;
  };
  const onExpired = () => {
    tasks.clear();
    isLoaded = false;
  };
  graph.follow(followTasks, { project }, { onFrame, onExpired });
}

async function openChat(project) {
  const load = async () => {
    const { channel } = (await graph.ask(loadChannel, { project })).node;
    for (const message of channel?.messages.nodes ?? []) messages.set(message.id, message);
    showMessages();
    return channel;
  };
  const channel = await load();
  if (!channel) return;
  let isLoaded = false;
  const onFrame = ({ added }) => {
    for (const message of added) messages.set(message.id, message);
    showMessages();
    if (!isLoaded) void load();
    isLoaded = true;
  };
  const onExpired = () => {
    isLoaded = false;
  };
  graph.follow(followMessages, { channel: channel.id }, { onFrame, onExpired });
  byId('say').onsubmit = async (event) => {
    event.preventDefault();
    const { content } = event.target.elements;
    const text = content.value;
    content.value = '';
    const { message } = (await graph.ask(send, { channel: channel.id, content: text })).sendMessage;
    messages.set(message.id, message);
    showMessages();
  };
}

async function openProject(project) {
  followBoard(project);
  await openChat(project);
}

byId('sign-in').onsubmit = async (event) => {
  event.preventDefault();
  const { email, password } = event.target.elements;
  const output = event.target.querySelector('output');
  try {
    graph = new Graph(url, await Session.open(url, email.value, password.value), transport);
    const { nodes } = (await graph.ask(listProjects)).projects;
    const choice = byId('project');
    choice.append(new Option('Choose a project', ''), ...nodes.map(({ id, name }) => new Option(name, id)));
    choice.onchange = () => {
      choice.disabled = true;
      void openProject(choice.value);
    };
    event.target.hidden = true;
    document.querySelector('main').hidden = false;
  } catch (error) {
    output.textContent = error.message;
  }
};
