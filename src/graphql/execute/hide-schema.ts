import { GraphQLError } from 'graphql';

const identifiers = /[_A-Za-z]\w*/g;
/** Names that every graph has. */
const wellKnown = ['Query', 'Mutation', 'Subscription', 'String', 'Int', 'Float', 'Boolean', 'ID', '__typename'];

/**
 * For clients that may not introspect the graph: removes from the message of a graphql-js error all names of the schema
 * that the client did not send. `sent` returns the text that it sent.
 */
export function hideSchema(error: GraphQLError, sent: () => string): GraphQLError {
  const message = withoutSchema(error.message, sent);
  if (message === error.message) return error;
  const { nodes, path, source, positions, extensions } = error;
  return new GraphQLError(message, { nodes, path, source, positions, extensions });
}

function withoutSchema(message: string, sent: () => string): string {
  const known = new Set([...wellKnown, ...(sent().match(identifiers) ?? [])]);
  const isKnown = (quoted: string) => (quoted.match(identifiers) ?? []).every((word) => known.has(word));
  const removeUnknown = (part: string, quoted: string) => (isKnown(quoted) ? part : '');
  const short = message
    .replace(/ Did you mean .*$/s, '')
    .replaceAll(/ (?:on|of|expecting) (?:non-null )?type "([^"]*)"/g, removeUnknown)
    .replaceAll(/ in "([^"]*)" enum/g, removeUnknown);
  if ([...short.matchAll(/"([^"]*)"/g)].every(([, quoted]) => isKnown(quoted!))) return short;
  const [, variable] = /^(Variable "\$\w+" has invalid value(?: at [^:]*)?): /.exec(short) ?? [];
  const reason = /required|non-null|to be provided/.test(short)
    ? 'a required value is missing'
    : 'it does not match the schema';
  return variable ? `${variable}: ${reason}.` : `This part of the document cannot be executed: ${reason}.`;
}
