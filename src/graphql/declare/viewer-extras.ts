import type { Viewer } from '../../identity/viewer.ts';
import type { Context } from '../context.ts';

/**
 * Extras of a selection that depend on the viewer. Returns the same objects for the whole request, because selections
 * of a field that appears twice in a document are merged only if they are identical.
 */
export function extrasOfViewer<T extends object>(make: (viewer: Viewer) => T): (ctx: Context) => T {
  const made = new WeakMap<Context, T>();
  return (ctx) => {
    const extras = made.get(ctx) ?? make(ctx.viewer);
    made.set(ctx, extras);
    return extras;
  };
}
