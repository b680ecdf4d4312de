import { readFile } from 'node:fs/promises';
import { buildSchema, type GraphQLSchema } from 'graphql';
import type { Config } from '../../config.ts';
import { type BrokenDocument, findBrokenDocuments } from '../../graphql/documents/broken-documents.ts';
import { listClientVersions, retireClientVersion } from '../../graphql/documents/client-versions.ts';
import { readManifest } from '../../graphql/documents/manifest.ts';
import { type RegistrationResult, registerDocuments } from '../../graphql/documents/register-documents.ts';
import { fieldsPerOperation, type GraphLimits } from '../../graphql/limits/complexity.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import type { JsonFlag } from '../flags.ts';
import { print, reasonOf, table } from '../output.ts';
import { lines, styled } from '../text.ts';
import type { Host, Toolbox } from '../toolbox.ts';

export interface VersionFlags extends JsonFlag {
  client: string;
  clientVersion: string;
  tenant?: string;
}

export interface PushFlags extends VersionFlags {
  pending?: boolean;
}

export interface CheckFlags extends JsonFlag {
  schema?: string;
  tenant?: string;
}

export interface ListFlags extends JsonFlag {
  tenant?: string;
}

const by = { actor: { kind: 'SYSTEM' } } as const;

export async function runPush(
  host: Host,
  manifest: string,
  { client, clientVersion: version, tenant, pending = false, json }: PushFlags,
): Promise<void> {
  const documents = readManifest(await readText(manifest));
  const { schema } = await import('../../schema.ts');
  await using toolbox = await host.open();
  const { catalog, config, identity } = toolbox;
  const registry = { catalog, clock: identity.clock, schema, limits: limitsOf(config) };
  const input = { client, version, pending, documents };
  const result = await registerDocuments(registry, await ownerOf(toolbox, tenant), input, by);
  print(host, json, result, () => describePush(result));
  const { length } = result.refused;
  if (length > 0) throw new AppError('BAD_INPUT', `Nothing was registered: ${length} of the documents were refused`);
}

function describePush({ client, version, state, added, known, refused }: RegistrationResult) {
  const problems = refused.map(({ id, code, message }) => [id, code, message]);
  if (problems.length > 0) return table(['DOCUMENT', 'CODE', 'REFUSED BECAUSE'], problems);
  return `${client} ${version} is ${state}: ${added.length} new documents, ${known.length} known`;
}

export async function runCheck(host: Host, { schema: file, tenant, json }: CheckFlags): Promise<void> {
  const schema = file === undefined ? (await import('../../schema.ts')).schema : await readSchema(file);
  await using toolbox = await host.open();
  const owner = tenant === undefined ? undefined : await ownerOf(toolbox, tenant);
  const broken = await findBrokenDocuments(toolbox.catalog, { schema, limits: limitsOf(toolbox.config), owner });
  const versions = [...new Set(broken.map(({ client, version }) => `${client} ${version}`))];
  print(host, json, { versions, documents: broken }, () => describeBroken(broken));
  if (versions.length > 0) {
    throw new AppError(
      'SCHEMA_MISMATCH',
      `The graph breaks ${versions.length} client versions: ${versions.join(', ')}`,
    );
  }
}

function describeBroken(broken: readonly BrokenDocument[]) {
  if (broken.length === 0) return 'The graph can run all registered documents';
  const rows = broken.map(({ client, version, operations, documentId, missing, message, lastUsedAt }) => [
    client,
    version,
    operations.join(' ') || documentId,
    missing.join(' ') || message,
    lastUsedAt?.toISOString(),
  ]);
  return table(['CLIENT', 'VERSION', 'DOCUMENT', 'MISSING', 'LAST USE'], rows);
}

export async function runList(host: Host, { tenant, json }: ListFlags): Promise<void> {
  await using toolbox = await host.open();
  const versions = await listClientVersions(toolbox.catalog, await ownerOf(toolbox, tenant));
  const rows = versions.map(({ client, version, state, documents, uses, lastUsedAt }) => [
    client,
    version,
    styled(state === 'ACTIVE' ? 'green' : 'dim', state),
    documents,
    uses,
    lastUsedAt?.toISOString(),
  ]);
  print(host, json, versions, () => table(['CLIENT', 'VERSION', 'STATE', 'DOCUMENTS', 'USES', 'LAST USE'], rows));
}

export async function runRetire(
  host: Host,
  { client, clientVersion: version, tenant, json }: VersionFlags,
): Promise<void> {
  await using toolbox = await host.open();
  const { catalog, identity } = toolbox;
  const parts = { catalog, clock: identity.clock };
  await retireClientVersion(parts, await ownerOf(toolbox, tenant), { client, version }, by);
  print(host, json, { client, version, state: 'RETIRED' }, () => lines([`retired ${client} ${version}`]));
}

const ownerOf = async ({ directory }: Toolbox, slug: string | undefined): Promise<string | null> =>
  slug === undefined ? null : (await directory.getBySlug(slug)).id;

const limitsOf = ({ maxComplexity, maxDepth }: Config): GraphLimits => ({
  complexity: maxComplexity,
  depth: maxDepth,
  breadth: fieldsPerOperation,
});

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw badInput(`${file} cannot be read: ${reasonOf(error)}`, 'manifest');
  }
}

async function readSchema(file: string): Promise<GraphQLSchema> {
  const text = await readText(file);
  try {
    return buildSchema(text);
  } catch (error) {
    throw badInput(`${file} is not a schema document: ${reasonOf(error)}`, 'schema');
  }
}
