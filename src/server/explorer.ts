import { timingSafeEqual } from 'node:crypto';
import type { GraphiQLOptions } from 'graphql-yoga';

export interface ExplorerOptions {
  /** Whether anybody may open the page; it shows no data by itself. */
  open: boolean;
  /** Whether this request's sender may open it, where it is not open. */
  mayOpen(request: Request): Promise<boolean>;
  /** Development: the code in the printed address, and the headers that it signs the page in with. */
  demo?: { code: string; headers(): Promise<Record<string, string>> } | undefined;
}

const firstQuery = `# Everything you may see is one query away.
{
  projects(first: 5) {
    totalCount
    nodes { name code status }
  }
}
`;

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Serves GraphiQL to who may explore the graph. */
export class Explorer {
  readonly #options: ExplorerOptions;

  constructor(options: ExplorerOptions) {
    this.#options = options;
  }

  /** The page's options, or false where there is no page for this request. */
  async page(request: Request): Promise<GraphiQLOptions | false> {
    const { open, mayOpen, demo } = this.#options;
    if (!open && !(await mayOpen(request))) return false;
    const url = new URL(request.url);
    const code = url.searchParams.get('login');
    const headers = { 'x-chantier-csrf': '1', ...(demo && code && same(code, demo.code) ? await demo.headers() : {}) };
    return {
      title: 'Chantier',
      defaultQuery: firstQuery,
      endpoint: url.pathname,
      headers: JSON.stringify(headers, null, 2),
      additionalHeaders: { 'x-chantier-csrf': '1' },
      shouldPersistHeaders: false,
      defaultEditorToolsVisibility: 'headers',
    } as GraphiQLOptions;
  }
}
