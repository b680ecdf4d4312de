import type { IncomingMessage } from 'node:http';
import { type Plugin, processRegularResult } from 'graphql-yoga';
import { requestError } from '../../graphql/execute/mask-error.ts';
import type { Logger } from '../../lib/logger.ts';
import { acceptedType } from '../accept.ts';
import { readGraphParams, readQueryString } from '../graph-params.ts';
import type { KnownDocuments } from '../known-documents.ts';
import { decodeText, joined, parseJson, readChunks, tooLarge } from '../routes/read-body.ts';

export interface GraphParamsOptions {
  maxBodyBytes: number;
  known?: KnownDocuments;
  logger: Logger;
}

/** Reads what a request asks of the graph, and refuses it before anything runs when that cannot be understood. */
export function useGraphParams({ maxBodyBytes, known, logger }: GraphParamsOptions): Plugin {
  const rule = { maxBytes: maxBodyBytes, types: ['application/json'] };
  const bodyOf = async (request: Request, req: IncomingMessage | undefined): Promise<Uint8Array> => {
    const left = req && known?.takeBody(req);
    if (left) return left;
    if (req) return joined(readChunks(req, rule));
    const bytes = new Uint8Array(await request.arrayBuffer());
    if (bytes.length > maxBodyBytes) throw tooLarge(maxBodyBytes);
    return bytes;
  };
  return {
    onRequestParse({ request, serverContext, setRequestParser }) {
      const { req } = serverContext as { req?: IncomingMessage };
      setRequestParser(async () => {
        try {
          if (request.method === 'GET') return readQueryString(searchOf(request.url));
          return readGraphParams(parseJson(decodeText(await bodyOf(request, req))));
        } catch (error) {
          throw requestError(error, logger);
        }
      });
    },
    onResultProcess({ request, result, setResultProcessor }) {
      const type = acceptedType(request.headers.get('accept'));
      // Yoga takes the first type of the list, whatever the weights
      if (type && type !== 'stream' && !(Symbol.asyncIterator in result))
        setResultProcessor(processRegularResult, type);
    },
  };
}

const searchOf = (url: string): string => url.split('?').slice(1).join('?');
