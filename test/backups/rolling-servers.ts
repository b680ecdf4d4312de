import { expect } from 'vitest';
import type { Member, World } from '../support/world.ts';

const refresh = `mutation ($input: RefreshSessionInput!) {
  refreshSession(input: $input) { tokens { accessToken refreshToken } }
}`;

/** Servers that are replaced one after the other while members ask them. */
export class RollingServers {
  readonly #servers: World[];
  readonly #busy = new Map<World, number>();
  readonly failures: unknown[] = [];
  asked = 0;

  constructor(servers: World[]) {
    this.#servers = servers;
  }

  get last(): World {
    return this.#servers.at(-1)!;
  }

  /** A server finishes its requests before it ends, like one that is told to stop. */
  async replaceAll(open: () => Promise<World>): Promise<void> {
    for (const [n, before] of this.#servers.entries()) {
      this.#servers[n] = await open();
      await expect.poll(() => this.#busy.get(before) ?? 0, { interval: 5 }).toBe(0);
      await before[Symbol.asyncDispose]();
    }
  }

  /** Each member reads and refreshes its session, on one server after the other, until the work is done. */
  async underLoad(members: readonly Member[], work: () => Promise<void>): Promise<void> {
    let done = false;
    const asking = members.map(async (member, from) => {
      for (let turn = from; !done; turn++) {
        await this.#ask(turn, (server) => readAs(server, member));
        await this.#ask(turn, (server) => refreshOf(server, member));
      }
    });
    await work().finally(() => {
      done = true;
    });
    await Promise.all(asking);
  }

  async #ask(turn: number, question: (server: World) => Promise<unknown>): Promise<void> {
    const server = this.#servers[turn % this.#servers.length]!;
    this.#busy.set(server, (this.#busy.get(server) ?? 0) + 1);
    const failure = await question(server).catch((error: unknown) => error);
    if (failure) this.failures.push(failure);
    this.asked++;
    this.#busy.set(server, this.#busy.get(server)! - 1);
  }

  async end(): Promise<void> {
    for (const server of this.#servers) await server[Symbol.asyncDispose]();
  }
}

async function readAs(server: World, member: Member): Promise<unknown> {
  const { data, errors } = await server.graphql('{ clients(first: 5) { nodes { name } } }', {}, member.headers);
  return errors[0] ?? (data.clients.nodes.length === 0 ? 'no clients' : undefined);
}

async function refreshOf(server: World, member: Member): Promise<unknown> {
  const { data, errors } = await server.graphql(refresh, { input: { refreshToken: member.session.refreshToken } });
  if (errors.length === 0) Object.assign(member.session, data.refreshSession.tokens);
  return errors[0];
}
