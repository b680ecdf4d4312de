import { PassThrough } from 'node:stream';
import { z } from 'zod';
import { toRequestError } from '../../graphql/execute/mask-error.ts';
import type { Permission } from '../../identity/permissions.ts';
import { maxCharacters } from '../../lib/characters.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { nameField } from '../../lib/fields.ts';
import { checkInput } from '../../lib/input.ts';
import type { Logger } from '../../lib/logger.ts';
import { type ImportKind, importKinds, type Mapping, parseMapping } from '../../modules/imports/mapping.ts';
import { mostPreviewed, previewImport } from '../../modules/imports/preview-import.ts';
import { type ImportOptions, type ImportReport, runImport } from '../../modules/imports/run-import.ts';
import { shippedMapping, shippedMappings } from '../../modules/imports/shipped-mappings.ts';
import type { TenantBinding } from '../../tenancy/binding.ts';
import type { Route, RouteAnswer, RouteHead, RouteRequest } from '../routes/route.ts';
import { defineRoute } from '../routes/serve-route.ts';
import { receiveUpload, type Upload } from './import-upload.ts';
import { failure, failureAnswer, type Member, type MemberOptions, memberOf, successAnswer } from './member-of.ts';
import { RunningImports } from './running-imports.ts';

export interface ImportRouteOptions extends MemberOptions {
  binding: TenantBinding;
  logger: Logger;
}

const maxBytes = 64 * 1024 * 1024;
const types = ['application/octet-stream', 'text/csv', 'application/json', 'application/x-ndjson', 'application/gzip'];
/** Rows per transaction: fewer than at the command line, because other requests wait while rows are prepared. */
const batchSize = 200;
/** The most invalid rows that a report lists. */
const mostListed = 1_000;
const progressEveryMs = 500;

const always: readonly Permission[] = ['import:run', 'people:manage'];
const recordWork: readonly Permission[] = [
  'client:write',
  'project:write',
  'milestone:write',
  'task:write',
  'time:write-all',
];
/** The permissions that each kind of import requires: those for everything that it may change. */
const needed: Record<ImportKind, readonly Permission[]> = {
  tasks: [...always, ...recordWork, 'time:validate'],
  time: [...always, ...recordWork, 'time:validate'],
  messages: [...always, 'channel:write', 'channel:moderate'],
};

const parameters = z.strictObject({
  /** The name of a shipped mapping, or the text of a mapping. */
  mapping: z.string().min(1).check(maxCharacters(10_000)),
  fileName: nameField.default('upload'),
  onError: z.enum(['stop', 'skip']).default('stop'),
  /** Shows the result for this many rows, and imports nothing. */
  preview: z.coerce.number().int().min(1).max(mostPreviewed).optional(),
});
type Parameters = z.output<typeof parameters>;

/**
 * `POST /api/organizations/:id/imports/:kind?mapping=toggl` imports the file in its body; `:kind` is `tasks`, `time` or
 * `messages`. `parameters` defines the query string. Answers with lines of JSON: `{"progress": ...}` while the import
 * runs, then the report or the error. If the connection closes, the import stops after the current batch; repeating the
 * request resumes it. `GET /api/organizations/:id/imports` lists the shipped mappings. Senders need import:run and the
 * permissions in `needed`.
 */
export function importRoutes(options: ImportRouteOptions): Route[] {
  const running = new RunningImports();
  const path = '/api/organizations/:id/imports';
  const rules = { name: 'api', underTenant: true, content: 'data' } as const;
  const authenticate = (head: RouteHead) => {
    const { kind = '' } = head.params;
    return memberOf(head, isKind(kind) ? needed[kind] : ['import:run'], 'imports', options);
  };
  return [
    defineRoute({
      ...rules,
      path,
      methods: ['GET'],
      body: 'none',
      authenticate,
      handle: async () => successAnswer({ mappings: await shippedMappings() }),
      refuse: failureAnswer,
    }),
    defineRoute({
      ...rules,
      path: `${path}/:kind`,
      methods: ['POST'],
      body: { maxBytes, types, pace: 'stream' },
      authenticate,
      handle: (request) => importUpload(request, running, options),
      refuse: failureAnswer,
    }),
  ];
}

async function importUpload(
  request: RouteRequest<Member>,
  running: RunningImports,
  options: ImportRouteOptions,
): Promise<RouteAnswer> {
  const { tenant, viewer } = request.caller;
  const given = checkInput(parameters, Object.fromEntries(request.query));
  const kind = kindOf(request.params.kind!);
  const mapping = await mappingOf(given, kind);
  const slot = running.take(tenant.id);
  let upload: Upload | undefined;
  try {
    upload = await receiveUpload(request.chunks());
    const source = { binding: options.binding, tenant, file: upload.file, mapping, viewer };
    if (given.preview !== undefined) {
      const preview = await previewImport(source, given.preview);
      await release(slot, upload);
      return successAnswer(preview);
    }
    const { fileName, onError } = given;
    const { signal } = request;
    const output = new PassThrough();
    const order = { ...source, kind, fileName, onError, signal, batchSize };
    runAndRelease(order, output, options.logger, slot, upload).catch((error: unknown) =>
      options.logger.error({ err: error }, 'an upload could not be removed'),
    );
    return { status: 200, headers: { 'content-type': 'application/x-ndjson' }, body: output };
  } catch (error) {
    await release(slot, upload);
    throw error;
  }
}

async function runAndRelease(
  work: ImportOptions,
  output: PassThrough,
  logger: Logger,
  slot: Disposable,
  upload: Upload,
): Promise<void> {
  await streamImport(work, output, logger);
  await release(slot, upload);
}

async function release(slot: Disposable, upload: Upload | undefined): Promise<void> {
  slot[Symbol.dispose]();
  await upload?.[Symbol.asyncDispose]();
}

/** Runs an import; writes its progress, then its report or error. Never throws. */
async function streamImport(work: ImportOptions, output: PassThrough, logger: Logger): Promise<void> {
  let shownAt = 0;
  const write = (line: object): void => {
    if (!output.destroyed) output.write(`${JSON.stringify(line)}\n`);
  };
  try {
    const report = await runImport({
      ...work,
      onProgress({ bytes, totalBytes, rows }) {
        if (performance.now() - shownAt < progressEveryMs) return;
        shownAt = performance.now();
        write({ progress: { rows, share: totalBytes > 0 ? Math.min(1, bytes / totalBytes) : 1 } });
      },
    });
    write({ success: true, data: shown(report) });
  } catch (error) {
    write(failure(toRequestError(error, logger)));
  }
  output.end();
}

const shown = ({ file: _, skipped, ...report }: ImportReport) => ({
  ...report,
  skippedCount: skipped.length,
  skipped: skipped.slice(0, mostListed),
});

const isKind = (text: string): text is ImportKind => Object.hasOwn(importKinds, text);

function kindOf(text: string): ImportKind {
  if (isKind(text)) return text;
  throw badInput(`must be one of ${Object.keys(importKinds).join(', ')}`, 'kind');
}

/** Throws BAD_INPUT for a mapping that reads several files, because an upload is one file. */
async function mappingOf({ mapping: given }: Pick<Parameters, 'mapping'>, kind: ImportKind): Promise<Mapping> {
  const isName = /^[\w-]+$/.test(given);
  const yaml = isName ? await shippedMapping(given) : given;
  if (yaml === undefined) throw badInput(`There is no mapping ${given}`, 'mapping');
  const mapping = parseMapping(yaml, kind);
  const others = [...mapping.join, ...Object.values(mapping.lookups)].some(({ file }) => file !== undefined);
  if (!others && mapping.file.files === undefined) return mapping;
  throw new AppError('BAD_INPUT', 'This mapping reads several files: import them at the command line', {
    field: 'mapping',
  });
}
