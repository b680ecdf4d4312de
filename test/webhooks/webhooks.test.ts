import { Webhook as Verifier } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { JobWorker } from '../../src/jobs/job-worker.ts';
import { later } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/logger.ts';
import { NetworkGuard } from '../../src/lib/network-guard.ts';
import { deliverWebhooks } from '../../src/modules/webhooks/deliver-webhook.ts';
import { WebhookFeed } from '../../src/modules/webhooks/webhook-feed.ts';
import { settledLog } from '../events/support.ts';
import { profileOf } from '../messaging/support.ts';
import { createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { createTask } from '../tasks/support.ts';
import { Receiver } from './support.ts';

let now = new Date();
let timeoutMs = 15_000;
const receiver = await Receiver.open();
const server = await world();
const { app } = server;
// The name of the receiver is listed, because it speaks http
const guard = new NetworkGuard(['hooks.example.test']);
let company: Company;
let owner: Member;
let manager: Member;
let projectId: string;

beforeAll(async () => {
  company = await server.company();
  [owner, manager] = await Promise.all([company.as('OWNER'), company.as('MANAGER')]);
  projectId = await createProject(manager, { name: 'Portal' });
});
afterAll(() => receiver[Symbol.asyncDispose]());

interface Made {
  id: string;
  secret: string;
}
let hook: Made;

async function create(input: object = {}, by = owner): Promise<Made> {
  const given = { name: 'Hook', url: 'http://hooks.example.test/in', types: ['Task'], ...input };
  const { webhook, secret } = await run(by, 'createWebhook', given, 'webhook { id } secret');
  return { id: webhook.id, secret };
}

const shown = (id = hook.id) =>
  owner
    .ok(
      `query ($id: ID!) { node(id: $id) { ... on Webhook { status owner { id }
        deliveries { nodes { action status attempts answerStatus lastError messageId } } } } }`,
      { id },
    )
    .then(({ node }) => ({ ...node, deliveries: node.deliveries.nodes }));

/** Does what is due, in a process of its own. */
async function work(): Promise<void> {
  await settledLog(company);
  const { binding, catalog, identity, directory } = app;
  const clock = () => now;
  const feed = new WebhookFeed(binding, clock);
  await using worker = new JobWorker({
    ...{ binding, clock, workers: 2, logger: createLogger({ level: 'fatal' }) },
    findTenant: (id) => directory.findById(id),
    listOrganizations: async () => [company.tenant.id],
    kinds: [
      deliverWebhooks({ binding, catalog, seal: identity.seal, clock, guard, network: receiver.network, timeoutMs }),
    ],
    feed: (tenant) => feed.run(tenant),
  });
  worker.wake(company.tenant.id);
  await worker.idle();
}

beforeEach(async () => {
  for (const { id } of (await owner.ok('{ webhooks { nodes { id } } }')).webhooks.nodes)
    await run(owner, 'deleteWebhook', { id }, 'deletedId');
  receiver.received.length = 0;
  receiver.connected.length = 0;
  receiver.resolved.length = 0;
  receiver.names.clear();
  receiver.answer = (response) => response.end();
  hook = await create();
  await work();
});

describe('a receiver', () => {
  /** One attempt to deliver to this address. */
  async function attempt(url: string) {
    await run(owner, 'updateWebhook', { id: hook.id, url }, '__typename');
    await createTask(manager, { projectId, name: url });
    await work();
    const [delivery] = (await shown()).deliveries;
    return delivery;
  }

  it('that redirects is not followed', async () => {
    receiver.answer = (response) => response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end();
    const failed = { status: 'PENDING', answerStatus: 302, lastError: 'The receiver answered 302' };
    expect(await attempt('http://hooks.example.test/in')).toMatchObject(failed);
    expect([receiver.received.length, receiver.connected]).toEqual([1, ['93.184.215.14']]);
  });

  it.each([
    ...[
      'https://127.0.0.1',
      'https://[::1]:4000',
      'https://[::ffff:127.0.0.1]/',
      'https://0x7f.1',
      'https://2130706433',
    ],
    ...['https://169.254.169.254/latest', 'https://10.0.0.1', 'https://[64:ff9b::7f00:1]', 'https://[2002:7f00:1::]'],
    ...['https://internal.example.test', 'https://mixed.example.test', 'http://public.example.test', 'http://8.8.8.8'],
  ])('at %s is not connected to', async (url) => {
    receiver.names.set('internal.example.test', ['100.64.1.1']);
    receiver.names.set('mixed.example.test', ['93.184.215.14', 'fd00::1']);
    const error = url.startsWith('http:') ? 'The address must begin with https' : 'The host has no public address';
    expect(await attempt(url)).toMatchObject({ status: 'PENDING', answerStatus: null, lastError: error });
    expect(receiver.connected).toEqual([]);
  });

  it('whose name leads elsewhere after the check gets the connection to the checked address', async () => {
    const answers = [['93.184.215.14'], ['127.0.0.1']];
    receiver.names.set('rebinding.example.test', () => answers.shift()!);
    receiver.answer = (response) => response.writeHead(500).end();
    // The receiver speaks no TLS: the connection is made, and fails
    expect(await attempt('https://rebinding.example.test')).toMatchObject({ attempts: 1, answerStatus: null });
    expect([receiver.resolved, receiver.connected]).toEqual([['rebinding.example.test'], ['93.184.215.14']]);
    now = later(now, 10_000);
    await work();
    expect((await shown()).deliveries[0]).toMatchObject({
      attempts: 2,
      lastError: 'The host has no public address',
    });
    expect(receiver.connected).toHaveLength(1);
  });

  it('that hangs, or whose name does, costs one timeout', async () => {
    timeoutMs = 100;
    receiver.answer = () => {};
    expect(await attempt('http://hooks.example.test/in')).toMatchObject({ lastError: 'No answer within 0.1 seconds' });
    const { network } = receiver;
    const { resolve } = network;
    network.resolve = () => new Promise(() => {});
    expect(await attempt('http://hooks.example.test/other')).toMatchObject({
      lastError: 'No answer within 0.1 seconds',
    });
    network.resolve = resolve;
    timeoutMs = 15_000;
  });

  it('that sends an endless body or head is cut off, and judged by its status', async () => {
    const closed = Promise.withResolvers<void>();
    receiver.answer = (response) => {
      response.on('close', () => closed.resolve());
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
        response.once('drain', more);
      };
      more();
    };
    expect(await attempt('http://hooks.example.test/in')).toMatchObject({ status: 'DELIVERED', answerStatus: 200 });
    await closed.promise;
    receiver.answer = (response) => response.writeHead(200, { filler: 'x'.repeat(100_000) }).end();
    const { lastError } = await attempt('http://hooks.example.test/other');
    expect(lastError).toMatch(/overflow/i);
  });

  it('that wants to speak another protocol has answered 101, and is tried again', async () => {
    receiver.answer = (response) => response.socket!.end('HTTP/1.1 101 x\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n');
    expect(await attempt('http://hooks.example.test/in')).toMatchObject({ status: 'PENDING', answerStatus: 101 });
  });

  it('that closes the connection, or whose name does not resolve, is tried again', async () => {
    receiver.answer = (response) => response.destroy();
    expect(await attempt('http://hooks.example.test/in')).toMatchObject({
      status: 'PENDING',
      lastError: 'socket hang up',
    });
    receiver.names.set('hooks.example.test', []);
    expect(await attempt('http://hooks.example.test/x')).toMatchObject({ lastError: 'The host has no public address' });
  });
});

describe('a webhook', () => {
  it('sends what happens, signed so that the receiver can verify it, and only what it asks for', async () => {
    const whole = await create({ name: 'All', includeChanges: true, types: [], actions: ['task.created'] });
    const taskId = await createTask(manager, { projectId, name: 'Wireframes' });
    await run(manager, 'updateProject', { id: projectId, name: `Portal ${now.getTime()}` }, '__typename');
    await work();
    expect(receiver.received).toHaveLength(2);
    const secrets = [hook, whole].map(({ secret }) => new Verifier(secret));
    const verified = receiver.received.map(({ headers, body }) => {
      const owned = secrets.filter((verifier) => {
        try {
          verifier.verify(body, headers);
          return true;
        } catch {
          return false;
        }
      });
      expect(owned).toHaveLength(1);
      return JSON.parse(body);
    });
    const [thin, full] = verified.toSorted((a, b) => Object.keys(a.data).length - Object.keys(b.data).length);
    expect(thin).toMatchObject({ type: 'task.created', data: { resourceType: 'Task', resourceId: taskId } });
    expect(Object.keys(thin.data)).toEqual(['eventId', 'resourceType', 'resourceId']);
    expect(full.data.after).toMatchObject({ id: taskId, name: 'Wireframes', projectId });
    expect((await shown()).deliveries).toMatchObject([{ action: 'task.created', status: 'DELIVERED', attempts: 1 }]);
  });

  it('signs with the former secret too for 24 hours after a rotation, and never shows either again', async () => {
    const { secret } = await run(owner, 'rotateWebhookSecret', { id: hook.id }, 'secret');
    const verifies = (key: string) => {
      const { headers, body } = receiver.received.at(-1)!;
      return () => new Verifier(key).verify(body, headers);
    };
    await createTask(manager, { projectId, name: 'One' });
    await work();
    expect(verifies(secret)).not.toThrow();
    expect(verifies(hook.secret)).not.toThrow();
    await server.app.binding.write(company.tenant, (tx) =>
      tx.run(`update webhook_states set previous_until = '2020-01-01' where previous_until is not null`, []),
    );
    await createTask(manager, { projectId, name: 'Two' });
    await work();
    expect(verifies(secret)).not.toThrow();
    expect(verifies(hook.secret)).toThrow();
    const tables = ['webhook_states', 'events', 'webhooks', 'idempotency_keys'];
    for (const table of tables) {
      const [[text]] = (await server.app.binding.read(company.tenant, (db) =>
        db.run(`select coalesce(string_agg(t::text, ''), '') from ${table} t`, []),
      )) as unknown as [[string]];
      expect(text).not.toMatch(/whsec_/);
    }
  });

  it('answers a repeated creation with the same secret, which is kept sealed', async () => {
    const query = `mutation { createWebhook(input: { name: "Twice", url: "https://hooks.example.test" }) { secret } }`;
    const once = () => server.graphql(query, {}, { ...owner.headers, 'idempotency-key': 'webhook-1' });
    const [first, second] = [await once(), await once()];
    expect(first.data.createWebhook.secret).toMatch(/^whsec_/);
    expect(second.data).toEqual(first.data);
    const [[text]] = (await server.app.binding.read(company.tenant, (db) =>
      db.run('select string_agg(answer::text, $$,$$) from idempotency_keys', []),
    )) as unknown as [[string]];
    expect(text).toMatch(/^"v1\./);
  });

  it('sends a message again under the same id until it is delivered, and gives it up after eight attempts', async () => {
    receiver.answer = (response) => response.writeHead(500).end();
    await createTask(manager, { projectId, name: 'Fails' });
    const gaps = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 36_000];
    for (const [n, seconds] of gaps.entries()) {
      now = later(now, seconds * 1_200 + 1);
      await work();
      expect(receiver.received).toHaveLength(n + 1);
    }
    const ids = new Set(receiver.received.map(({ headers }) => headers['webhook-id']));
    expect([...ids]).toEqual([(await shown()).deliveries[0].messageId]);
    expect(await shown()).toMatchObject({
      status: 'ACTIVE',
      deliveries: [{ status: 'FAILED', attempts: 8, answerStatus: 500, lastError: 'The receiver answered 500' }],
    });
    now = later(now, 40_000_000);
    await work();
    expect(receiver.received).toHaveLength(8);
  });

  it('rests after three failures in a row, so that a receiver that hangs is not asked for each message', async () => {
    receiver.answer = (response) => response.writeHead(503).end();
    for (const name of ['1', '2', '3', '4', '5', '6']) await createTask(manager, { projectId, name });
    await work();
    expect(receiver.received).toHaveLength(3);
    receiver.answer = (response) => response.end();
    now = later(now, 61_000);
    await work();
    const messages = (await shown()).deliveries.map(({ status }: { status: string }) => status).sort();
    expect(messages).toEqual(Array(6).fill('DELIVERED'));
  });

  it('stops when the receiver answers 410, and after five days of failures only', async () => {
    receiver.answer = (response) => response.writeHead(410).end();
    await createTask(manager, { projectId, name: 'Gone' });
    await work();
    expect(await shown()).toMatchObject({ status: 'GONE', deliveries: [{ status: 'FAILED', answerStatus: 410 }] });
    await createTask(manager, { projectId, name: 'Not sent' });
    await work();
    expect(receiver.received).toHaveLength(1);
    await run(owner, 'resumeWebhook', { id: hook.id }, '__typename');
    receiver.answer = (response) => response.writeHead(500).end();
    await createTask(manager, { projectId, name: 'Fails' });
    await work();
    now = later(now, 5 * 24 * 3_600_000);
    await work();
    expect(await shown()).toMatchObject({ status: 'FAILING' });
    expect(receiver.received).toHaveLength(3);
  });

  it('sends what its owner may see now, and stops when the owner may not manage webhooks any more', async () => {
    const admin = await company.member('ADMIN');
    const own = await create({ name: 'Of the admin', types: [], actions: ['message.sent', 'task.created'] }, admin);
    expect((await shown(own.id)).owner).toEqual({ id: profileOf(admin) });
    await run(owner, 'deleteWebhook', { id: hook.id }, 'deletedId');
    const group = { type: 'GROUP', name: 'Two', memberIds: [profileOf(manager)] };
    const { channel } = await run(owner, 'createChannel', group, 'channel { id }');
    await run(owner, 'sendMessage', { channelId: channel.id, content: 'Between us' }, '__typename');
    await work();
    expect([receiver.received, (await shown(own.id)).deliveries]).toEqual([[], []]);
    const { members } = await owner.ok('{ members(first: 50) { nodes { id user { email } } } }');
    const left = members.nodes.find(({ user }: { user: { email: string } }) => user.email === admin.user.email);
    await run(owner, 'changeMemberRole', { memberId: left.id, role: 'MANAGER' }, '__typename');
    await createTask(manager, { projectId, name: 'Unowned' });
    await work();
    expect(receiver.received).toEqual([]);
    expect(await shown(own.id)).toMatchObject({ status: 'UNOWNED', deliveries: [] });
    await run(owner, 'updateWebhook', { id: own.id, name: 'Mine now' }, '__typename');
    expect((await shown(own.id)).owner).toEqual({ id: profileOf(owner) });
  });

  it('sends nothing of a change that fails, and nothing from before it was created or while it is paused', async () => {
    await run(owner, 'pauseWebhook', { id: hook.id }, '__typename');
    await createTask(manager, { projectId, name: 'Unheard' });
    await work();
    await run(owner, 'resumeWebhook', { id: hook.id }, '__typename');
    expect(
      await run(manager, 'createTask', { projectId: 'Project:00000000-0000-7000-8000-000000000000', name: 'x' }),
    ).toMatchObject({ code: 'NOT_FOUND' });
    await work();
    expect(receiver.received).toEqual([]);
    await createTask(manager, { projectId, name: 'Heard' });
    await work();
    expect(receiver.received).toHaveLength(1);
  });

  it('is refused to members without the permission and to API keys', async () => {
    const input = { name: 'No', url: 'https://hooks.example.test' };
    for (const role of ['MANAGER', 'MEMBER', 'CLIENT'] as const) {
      const member = await company.as(role);
      expect(await run(member, 'createWebhook', input)).toMatchObject({ code: 'FORBIDDEN' });
      const { errors } = await member.graphql('{ webhooks { nodes { id } } }');
      expect(errors[0]?.extensions.code).toBe('FORBIDDEN');
      expect((await member.ok('query ($id: ID!) { node(id: $id) { id } }', { id: hook.id })).node).toBeNull();
    }
    const key = await run(owner, 'createApiKey', { name: 'Key', scopes: ['WEBHOOK_MANAGE'] }, 'key');
    const create = 'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { secret } }';
    const headers = { authorization: `Bearer ${key.key}`, 'x-tenant': company.tenant.slug };
    const { errors } = await server.graphql(create, { input }, headers);
    expect(errors[0]?.extensions.code).toBe('FORBIDDEN');
  });

  it.each(['ftp://x.test', 'https://u:p@x.test', 'https://x.test#a', 'javascript:alert(1)', 'x', 'https://', ''])(
    'refuses the address %j',
    async (url) => {
      expect(await run(owner, 'createWebhook', { name: 'Bad', url })).toMatchObject({
        ...{ code: 'BAD_INPUT', field: 'input.url' },
      });
    },
  );
});
