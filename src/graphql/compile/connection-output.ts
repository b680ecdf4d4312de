import { AskedConnection } from './asked-connection.ts';
import type { Compiling } from './compiling.ts';
import { connectionJson } from './connection-json.ts';
import { readConnection } from './connection-values.ts';
import { cursorText } from './cursor.ts';
import type { Output } from './output.ts';
import type { Page } from './page.ts';
import type { Selected } from './selection.ts';

/** Compiles a page as the connection that the document selects. */
export function connectionOutput(selected: Selected, page: Page, compiling: Compiling): Output {
  const asked = new AskedConnection(selected, page, compiling);
  compiling.check((supplied) => page.check(supplied));
  const cursor = asked.cursors ? cursorText(page.cursor) : undefined;
  const plain = [...asked.nodes, ...asked.aggregates].every(({ read }) => !read) && (cursor || !asked.cursors);
  return plain ? { json: connectionJson(asked, page, compiling, cursor) } : readConnection(asked, page, compiling);
}
