import { AppError } from '../../lib/errors.ts';

interface Headers {
  get(name: string): string | null;
}

const isUtf8 = (charset: string): boolean => /^"?utf-?8"?$/i.test(charset);

/**
 * UNSUPPORTED_MEDIA_TYPE unless the body has one of the types, in UTF-8 and not compressed; undefined if it does.
 */
export function bodyTypeProblem(headers: Headers, types: readonly string[]): AppError | undefined {
  const [type = '', ...parameters] = (headers.get('content-type') ?? '').split(';').map((part) => part.trim());
  if (!types.includes(type.toLowerCase())) return unsupported(`Send ${types.join(' or ')}`);
  for (const parameter of parameters) {
    const [name = '', value = ''] = parameter.split('=', 2);
    if (name.trim().toLowerCase() === 'charset' && !isUtf8(value.trim())) return unsupported('Send UTF-8');
  }
  const encoding = headers.get('content-encoding')?.trim().toLowerCase() || 'identity';
  return encoding === 'identity' ? undefined : unsupported('Send the body without Content-Encoding');
}

const unsupported = (message: string): AppError => new AppError('UNSUPPORTED_MEDIA_TYPE', message);
