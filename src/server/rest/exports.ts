import { Readable } from 'node:stream';
import { z } from 'zod';
import { type GraphRequest, noViewer } from '../../graphql/context.ts';
import { toRequestError } from '../../graphql/execute/mask-error.ts';
import { type ExportFormat, exportFormats } from '../../graphql/export/export-formats.ts';
import { type OpenedExport, openExport } from '../../graphql/export/open-export.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { checkInput } from '../../lib/input.ts';
import type { Logger } from '../../lib/logger.ts';
import { type GraphParams, type ParamsOptions, readGraphParams, readQueryString } from '../graph-params.ts';
import { type OnOperation, reportOperation } from '../metrics/operation-done.ts';
import { type AdmissionOptions, admit } from '../request/admit.ts';
import type { DocumentGate } from '../request/document-gate.ts';
import type { RequestHead } from '../request/head.ts';
import { rateLimitHeaders } from '../request/rate-limit.ts';
import { type ReadDocumentOptions, readDocument } from '../request/read-document.ts';
import { RefreshCookie } from '../request/refresh-cookie.ts';
import { watchRights } from '../request/watch-rights.ts';
import type { Route, RouteAnswer, RouteHead, RouteRequest } from '../routes/route.ts';
import { defineRoute } from '../routes/serve-route.ts';
import { type RecordEnd, recordExport } from './export-audit.ts';
import type { RunningExports } from './running-exports.ts';

export interface ExportRouteOptions extends AdmissionOptions, ReadDocumentOptions, ParamsOptions {
  gate: DocumentGate;
  running: RunningExports;
  maxBodyBytes: number;
  secureCookies: boolean;
  onOperation?: OnOperation | undefined;
  logger: Logger;
}

/** A snapshot that stays open for longer holds up vacuum and migrations. */
export const mostMs = 600_000;
const mostRows = 1_000_000_000;

const parameters = z.object({
  format: z.enum(['csv', 'jsonl']).optional(),
  limit: z.coerce.number().int().min(1).max(mostRows).optional(),
});

interface Caller {
  head: RequestHead;
  request: GraphRequest;
}

/**
 * `/export` returns the rows of a list or an aggregate as CSV or JSON Lines, in one stream: by POST with the body of a
 * GraphQL request, or by GET with its query string. The query string also has `format` and `limit`. An export that
 * fails after its first rows cuts the connection, and so does one whose sender loses the rights to it.
 */
export const exportRoute = (options: ExportRouteOptions): Route =>
  defineRoute<Caller>({
    name: 'export',
    path: '/export',
    underTenant: true,
    methods: ['GET', 'POST'],
    body: { maxBytes: options.maxBodyBytes, types: ['application/json'] },
    content: 'data',
    authenticate: async (head) => {
      if (head.method === 'HEAD') throw new AppError('METHOD_NOT_ALLOWED', 'Use GET or POST');
      // Its answers have no length, so one that is cut off would look complete
      if (head.httpVersion === '1.0') throw badInput('exports need HTTP/1.1', 'http');
      const cookies = new RefreshCookie(head.headers.get('cookie'), { secure: options.secureCookies });
      const full = { ...head, cookies };
      const request = await options.reader.resolve(full);
      if (!request.viewer) throw noViewer(request);
      return { head: full, request };
    },
    handle: (request) => exportRows(request, options),
  });

async function exportRows(request: RouteRequest<Caller>, options: ExportRouteOptions): Promise<RouteAnswer> {
  const { format = formatFor(request), limit } = checkInput(parameters, {
    format: request.query.get('format') ?? undefined,
    limit: request.query.get('limit') ?? undefined,
  });
  const params = await paramsOf(request, options);
  const permit = options.running.take(request.caller.request.tenant!.id);
  try {
    const begun = await open(params, request, { format, limit }, options);
    return answerOf(begun, exportFormats[format], request.caller, permit, options);
  } catch (error) {
    permit[Symbol.dispose]();
    throw error;
  }
}

const formatFor = ({ headers }: Pick<RouteHead, 'headers'>): keyof typeof exportFormats =>
  /\bapplication\/(x-ndjson|jsonl|jsonlines)\b/i.test(headers.get('accept') ?? '') ? 'jsonl' : 'csv';

const paramsOf = async (request: RouteRequest<Caller>, options: ParamsOptions): Promise<GraphParams> =>
  request.method === 'GET'
    ? readQueryString(request.query.toString(), options)
    : readGraphParams(await request.json(), options);

interface Begun {
  opened: OpenedExport;
  recordEnd: RecordEnd;
}

async function open(
  params: GraphParams,
  { caller, address }: RouteRequest<Caller>,
  { format, limit }: { format: keyof typeof exportFormats; limit: number | undefined },
  options: ExportRouteOptions,
): Promise<Begun> {
  const { head, request: resolved } = caller;
  const document = await options.gate.open(params, head);
  const parsed = await readDocument(document.text, address, options);
  const { operationName, variables } = params;
  const args = { schema: options.schema, document: parsed, operationName, variableValues: variables ?? {} };
  return reportOperation(options.onOperation, args, async (setTenant) => {
    const admitted = await admit(args, head, options, { request: resolved, ...document });
    setTenant(admitted.tenant);
    // Before it holds a connection to the organization's database
    const recordEnd = await recordExport(resolved, { format, limit, document: document.text }, options.logger);
    try {
      return { opened: await openExport(args, admitted, { format: exportFormats[format], limit, mostMs }), recordEnd };
    } catch (error) {
      await recordEnd({ rows: 0, isComplete: false });
      throw error;
    }
  });
}

function answerOf(
  { opened, recordEnd }: Begun,
  format: ExportFormat,
  { head, request }: Caller,
  permit: Disposable,
  { reader, logger }: ExportRouteOptions,
): RouteAnswer {
  let isComplete = false;
  const texts = textOf(opened, logger, () => (isComplete = true));
  const body = Readable.from(texts, { objectMode: true, highWaterMark: 1 });
  const watch = watchRights({
    viewer: request.viewer!,
    authenticate: () => reader.resolve(head),
    onEnd: (error) => {
      const { code, message } = toRequestError(error, logger);
      logger.warn({ code, reason: message }, 'an export was cut off');
      body.destroy(error as Error);
      // A statement that runs would delay the end of the stream
      void opened.end();
    },
  });
  body.once('close', () => {
    watch[Symbol.dispose]();
    void opened
      .end()
      .finally(() => permit[Symbol.dispose]())
      .finally(() => recordEnd({ rows: opened.rowCount(), isComplete }));
  });
  const day = new Date().toISOString().slice(0, 10);
  return {
    status: 200,
    headers: {
      'content-type': format.type,
      'content-disposition': `attachment; filename="${opened.name}-${day}.${format.extension}"`,
      trailer: 'chantier-rows, chantier-last-cursor',
      ...rateLimitHeaders(head.charge),
    },
    body,
    trailers: () => ({
      'chantier-rows': String(opened.rowCount()),
      'chantier-last-cursor': opened.lastCursor() ?? '',
    }),
  };
}

async function* textOf({ texts }: OpenedExport, logger: Logger, onComplete: () => void): AsyncGenerator<Buffer> {
  for (;;) {
    const { value: text, done } = await texts.next().catch((error: unknown) => {
      const { code, message } = toRequestError(error, logger);
      if (code !== 'CANCELLED') logger.warn({ code, reason: message }, 'an export was cut off');
      throw error;
    });
    if (done) return onComplete();
    yield text;
  }
}
