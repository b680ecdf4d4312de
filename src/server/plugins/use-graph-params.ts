import type { IncomingMessage } from 'node:http';
import { type Plugin, processRegularResult } from 'graphql-yoga';
import { requestError } from '../../graphql/execute/mask-error.ts';
import type { Logger } from '../../lib/logger.ts';
import { acceptedType } from '../accept.ts';
import type { AddressReader } from '../client-address.ts';
import { readGraphParams, readQueryString } from '../graph-params.ts';
import type { KnownDocuments } from '../known-documents.ts';
import type { Attempt } from '../request/attempt.ts';
import { longBody, type Turns } from '../request/turns.ts';
import { decodeText, joined, parseJson, readChunks, tooLarge } from '../routes/read-body.ts';

export interface GraphParamsOptions {
  maxBodyBytes: number;
  addressOf: AddressReader;
  known?: KnownDocuments;
  turns: Turns;
  logger: Logger;
}

interface ServerContext {
  req?: IncomingMessage;
  /** Set if the fast path handled the request first. */
  attempt?: Attempt;
}

/** Reads and checks the parameters of a request, before anything runs. */
export function useGraphParams({ maxBodyBytes, addressOf, known, turns, logger }: GraphParamsOptions): Plugin {
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
  return {
    onRequestParse({ request, serverContext, setRequestParser }) {
      setRequestParser(async () => {
        const context = serverContext as ServerContext;
        const caller = addressOf(context.req?.socket.remoteAddress, request.headers);
        try {
          const params =
            request.method === 'GET'
              ? readQueryString(searchOf(request.url))
              : readGraphParams(await contentOf(request, context, caller));
          // Yoga parses and validates the document as soon as this returns
          if (!known?.get(params.query)) await turns.take(caller);
          return params;
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
