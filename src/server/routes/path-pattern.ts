import type { RouteRules } from './route.ts';

/** Returns the parameters of a path; undefined when the path does not match. */
export type PathPattern = (path: string) => Record<string, string> | undefined;

/** Compiles a route's path. It matches the raw path: `..` is not resolved, so it matches no route. */
export function pathPattern({ path, underTenant = false }: Pick<RouteRules, 'path' | 'underTenant'>): PathPattern {
  const names: string[] = [];
  const segments = path.replaceAll(/:(\w+)|[.*+?^${}()|[\]\\]/g, (found, name: string | undefined) => {
    if (name === undefined) return `\\${found}`;
    names.push(name);
    return '([^/]+)';
  });
  const pattern = new RegExp(`^${underTenant ? '(?:/t/[^/]+)?' : ''}${segments}$`);
  return (given) => {
    const match = pattern.exec(given);
    if (!match) return undefined;
    try {
      return Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(match[index + 1]!)]));
    } catch {
      return undefined;
    }
  };
}
