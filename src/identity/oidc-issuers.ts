/** A trusted external issuer of tokens, with the claims and algorithms that its tokens must have. */
export interface OidcIssuer {
  issuer: string;
  /** Read from the issuer's metadata if absent. */
  jwksUri?: string;
  audience: string;
  /** Only asymmetric algorithms: with a shared key, anybody who can verify a token could forge one. */
  algorithms: string[];
  /** Allowed `typ` headers. */
  types?: string[];
  /** The longest life of a token, in seconds. */
  maxTokenAge?: number;
}

interface Field {
  is(value: unknown): boolean;
  expected: string;
  isList?: boolean;
  isOptional?: boolean;
}

const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const longestTokenAge = 30 * 86_400;

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
export const isListOfTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length > 0 && value.every(isText);
const isUrl = (value: unknown): boolean => isText(value) && URL.canParse(value);

const fields: Record<keyof OidcIssuer, Field> = {
  issuer: { is: isUrl, expected: 'must be a URL' },
  jwksUri: { is: isUrl, expected: 'must be a URL', isOptional: true },
  audience: { is: isText, expected: 'must be a text' },
  algorithms: {
    is: (value) => algorithms.some((each) => each === value),
    expected: `must be one of ${algorithms.join(', ')}`,
    isList: true,
  },
  types: { is: isText, expected: 'must be a text', isList: true, isOptional: true },
  maxTokenAge: {
    is: (value) => Number.isInteger(value) && Number(value) >= 60 && Number(value) <= longestTokenAge,
    expected: `must be a whole number of seconds from 60 to ${longestTokenAge}`,
    isOptional: true,
  },
};

/** The first problem of a list of issuers, such as `0.audience: must be a text`; undefined if there is none. */
export function problemOfIssuers(list: unknown): string | undefined {
  if (!Array.isArray(list)) return 'it must be a list';
  for (const [index, issuer] of list.entries()) {
    const problem = problemOfIssuer(issuer);
    if (problem !== undefined) return `${index}.${problem}`;
  }
  return undefined;
}

function problemOfIssuer(issuer: unknown): string | undefined {
  if (!isRecord(issuer)) return 'issuer: must be an object';
  const unknown = Object.keys(issuer).find((name) => !Object.hasOwn(fields, name));
  if (unknown !== undefined) return `${unknown}: is no setting of an issuer`;
  for (const [name, field] of Object.entries(fields)) {
    const problem = problemOfField(issuer[name], field);
    if (problem !== undefined) return `${name}${problem}`;
  }
  return undefined;
}

function problemOfField(value: unknown, { is, expected, isList = false, isOptional = false }: Field) {
  if (value === undefined) return isOptional ? undefined : ': is missing';
  if (!isList) return is(value) ? undefined : `: ${expected}`;
  if (!Array.isArray(value) || value.length === 0) return ': must be a list with at least one item';
  const wrong = value.findIndex((item) => !is(item));
  return wrong < 0 ? undefined : `.${wrong}: ${expected}`;
}
