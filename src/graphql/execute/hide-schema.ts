import { GraphQLError } from 'graphql';

const identifiers = /[_A-Za-z]\w*/g;
/** Names that every graph has. */
const wellKnown = ['Query', 'Mutation', 'Subscription', 'String', 'Int', 'Float', 'Boolean', 'ID', '__typename'];

/**
 * Removes from the message of a graphql-js error the names of the schema that the client did not send, for a closed
 * graph. `asked` is the text that the client sent.
 */
export function hideSchema(error: GraphQLError, asked: () => string): GraphQLError {
  const message = withoutSchema(error.message, asked);
  if (message === error.message) return error;
  const { nodes, path, source, positions, extensions } = error;
  return new GraphQLError(message, { nodes, path, source, positions, extensions });
}

function withoutSchema(message: string, asked: () => string): string {
  const known = new Set([...wellKnown, ...(asked().match(identifiers) ?? [])]);
  const isKnown = (quoted: string) => (quoted.match(identifiers) ?? []).every((word) => known.has(word));
  const unlessKnown = (part: string, quoted: string) => (isKnown(quoted) ? part : '');
  const short = message
    .replace(/ Did you mean .*$/s, '')
    .replaceAll(/ (?:on|of|expecting) (?:non-null )?type "([^"]*)"/g, unlessKnown)
    .replaceAll(/ in "([^"]*)" enum/g, unlessKnown);
  if ([...short.matchAll(/"([^"]*)"/g)].every(([, quoted]) => isKnown(quoted!))) return short;
  const [, variable] = /^(Variable "\$\w+" has invalid value(?: at [^:]*)?): /.exec(short) ?? [];
  const reason = /required|non-null|to be provided/.test(short) ? 'something required is missing' : 'it does not fit';
  return variable ? `${variable}: ${reason}.` : `This part of the document cannot be executed: ${reason}.`;
}
