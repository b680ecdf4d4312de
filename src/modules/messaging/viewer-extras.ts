import type { Context } from '../../graphql/context.ts';
import type { Viewer } from '../../identity/viewer.ts';

/**
 * Extras of a selection that depend on who asks. The same ones come back for the whole request: selections of a field
 * that stands in a document twice are merged only if they are identical.
 */
export function extrasOfViewer<T extends object>(make: (viewer: Viewer) => T): (ctx: Context) => T {
  const made = new WeakMap<Context, T>();
  return (ctx) => {
    const extras = made.get(ctx) ?? make(ctx.viewer);
    made.set(ctx, extras);
    return extras;
  };
}
