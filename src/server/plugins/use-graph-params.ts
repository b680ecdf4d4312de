import type { IncomingMessage } from 'node:http';
import { type Plugin, processRegularResult } from 'graphql-yoga';
import { requestError } from '../../graphql/execute/mask-error.ts';
import type { Logger } from '../../lib/logger.ts';
import { acceptedType } from '../accept.ts';
import { type GraphParams, type ParamsOptions, readGraphParams, readQueryString } from '../graph-params.ts';
import type { KnownDocuments } from '../known-documents.ts';
import type { Attempt } from '../request/attempt.ts';
import type { DocumentGate, OpenedDocument } from '../request/document-gate.ts';
import { type GraphHead, type HeadOptions, headOf } from '../request/head.ts';
import { longBody, type Turns } from '../request/turns.ts';
import { decodeText, joined, parseJson, readChunks, tooLarge } from '../routes/read-body.ts';

export interface GraphParamsOptions extends HeadOptions, ParamsOptions {
  maxBodyBytes: number;
  gate: DocumentGate;
  known?: KnownDocuments;
  turns: Turns;
  logger: Logger;
}

interface ServerContext {
  req?: IncomingMessage;
  /** Set if the fast path handled the request first. */
  attempt?: Attempt;
  /** Both set once the document of the request is found. */
  head?: GraphHead;
  opened?: OpenedDocument;
}

/** Reads and checks the parameters of a request, and finds its document, before anything is parsed or run. */
export function useGraphParams(options: GraphParamsOptions): Plugin {
  const { maxBodyBytes, addressOf, gate, known, turns, logger } = options;
  const rule = { maxBytes: maxBodyBytes, types: ['application/json'] };
  const bodyOf = async (request: Request, { req, attempt }: ServerContext): Promise<Uint8Array> => {
    if (attempt?.body) return attempt.body;
    if (req) return joined(readChunks(req, rule));
    const bytes = new Uint8Array(await request.arrayBuffer());
    if (bytes.length > maxBodyBytes) throw tooLarge(maxBodyBytes);
    return bytes;
  };
  const contentOf = async (request: Request, context: ServerContext, caller: string): Promise<unknown> => {
    if (context.attempt?.content !== undefined) return context.attempt.content;
    const body = await bodyOf(request, context);
    if (body.length > longBody) await turns.take(caller);
    return parseJson(decodeText(body));
  };
  const open = async (params: GraphParams, request: Request, context: ServerContext): Promise<OpenedDocument> => {
    const { attempt } = context;
    if (attempt && 'unopened' in attempt) throw attempt.unopened;
    const head = attempt?.opened?.head ?? headOf(request, context.req, options);
    context.head = head;
    context.opened = attempt?.opened?.document ?? (await gate.open(params, head));
    return context.opened;
  };
  return {
    onRequestParse({ request, serverContext, setRequestParser }) {
      setRequestParser(async () => {
        const context = serverContext as ServerContext;
        const caller = addressOf(context.req?.socket.remoteAddress, request.headers);
        try {
          const params =
            request.method === 'GET'
              ? readQueryString(searchOf(request.url), options)
              : readGraphParams(await contentOf(request, context, caller), options);
          const { text } = await open(params, request, context);
          // Yoga parses and validates the document as soon as this returns
          if (!known?.get(text)) await turns.take(caller);
          const { documentId: _, ...others } = params;
          return { ...others, query: text };
        } catch (error) {
          throw requestError(error, logger);
        }
      });
    },
    onResultProcess({ request, result, setResultProcessor }) {
      const type = acceptedType(request.headers.get('accept'));
      // Yoga would choose the first type of the header and ignore the weights
      if (type && type !== 'stream' && !(Symbol.asyncIterator in result))
        setResultProcessor(processRegularResult, type);
    },
  };
}

const searchOf = (url: string): string => url.split('?').slice(1).join('?');
