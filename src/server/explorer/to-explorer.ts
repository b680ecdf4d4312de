import type { IncomingMessage, RequestListener } from 'node:http';

/** Redirects browsers that open `/graphql` to the explorer beside it; other requests are operations. */
export const toExplorer =
  (operations: RequestListener): RequestListener =>
  (request, response) => {
    const [path = '', search] = (request.url ?? '').split('?', 2);
    if (!opensPage(request)) return operations(request, response);
    const location = path.replace(/graphql$/, 'explorer') + (search === undefined ? '' : `?${search}`);
    response.writeHead(303, { location, vary: 'accept' }).end();
  };

const opensPage = ({ method, headers }: IncomingMessage): boolean =>
  method === 'GET' && headers.accept?.includes('text/html') === true;
