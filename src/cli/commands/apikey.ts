import {
  createApiKeyFor,
  listApiKeys,
  revokeApiKeyByOperator,
  rotateApiKeyByOperator,
} from '../../identity/operator-api-keys.ts';
import type { Permission } from '../../identity/permissions.ts';
import { AppError } from '../../lib/errors.ts';
import type { JsonFlag } from '../flags.ts';
import { print, table } from '../output.ts';
import { styled } from '../text.ts';
import type { Host } from '../toolbox.ts';
import { getUser } from './user.ts';

export interface CreateFlags extends JsonFlag {
  tenant: string;
  user: string;
  name: string;
  scopes: string[];
  expires?: Date;
  points?: number;
  restoreRate?: number;
}

export interface RotateFlags extends JsonFlag {
  overlap: number;
}

const by = { actor: { kind: 'SYSTEM' } } as const;

export async function runCreate(host: Host, { tenant: slug, user: email, ...flags }: CreateFlags): Promise<void> {
  await using toolbox = await host.open();
  const { id: organizationId } = await toolbox.directory.getBySlug(slug);
  const { id: userId } = await getUser(toolbox, email);
  const { name, expires, points, restoreRate, json } = flags;
  if ((points === undefined) !== (restoreRate === undefined)) {
    throw new AppError('BAD_INPUT', 'Use --points and --restore-rate together');
  }
  const limit = points !== undefined && restoreRate !== undefined ? { points, restoreRate } : undefined;
  const scopes = flags.scopes as Permission[];
  const input = { organizationId, userId, name, scopes, expiresAt: expires, limit };
  const { apiKey, key } = await createApiKeyFor(toolbox.identity, input, by);
  print(host, json, { ...apiKey, key }, () => key);
}

export async function runList(host: Host, { tenant: slug, json }: JsonFlag & { tenant: string }): Promise<void> {
  await using toolbox = await host.open();
  const { id } = await toolbox.directory.getBySlug(slug);
  const keys = await listApiKeys(toolbox.catalog, id);
  const now = new Date();
  const rows = keys.map(({ prefix, name, email, scopes, expiresAt, lastUsedAt, lastUsedFrom, revokedAt }) => [
    prefix,
    name,
    email,
    stateOf(revokedAt, expiresAt, now),
    expiresAt?.toISOString(),
    lastUsedAt?.toISOString(),
    lastUsedFrom,
    scopes.join(' '),
  ]);
  print(host, json, keys, () => table(['KEY', 'NAME', 'USER', 'STATE', 'EXPIRES', 'LAST USE', 'FROM', 'SCOPES'], rows));
}

function stateOf(revokedAt: Date | null, expiresAt: Date | null, now: Date) {
  if (revokedAt) return styled('dim', 'REVOKED');
  return expiresAt && expiresAt <= now ? styled('yellow', 'EXPIRED') : styled('green', 'VALID');
}

export async function runRotate(host: Host, key: string, { overlap, json }: RotateFlags): Promise<void> {
  await using toolbox = await host.open();
  const rotated = await rotateApiKeyByOperator(toolbox.identity, key, overlap, by);
  print(host, json, { ...rotated.apiKey, key: rotated.key }, () => rotated.key);
}

export async function runRevoke(host: Host, key: string, { json }: JsonFlag): Promise<void> {
  await using toolbox = await host.open();
  await revokeApiKeyByOperator(toolbox.identity, key, by);
  print(host, json, { key, state: 'REVOKED' }, () => `revoked ${key}`);
}
