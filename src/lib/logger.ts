import { createRequire } from 'node:module';
import type { DestinationStream, Logger as PinoLogger } from 'pino';
import { currentRequest } from './request-context.ts';

interface WriteLine {
  (message: string): void;
  (fields: object, message: string): void;
}

export interface Logger {
  readonly debug: WriteLine;
  readonly info: WriteLine;
  readonly warn: WriteLine;
  readonly error: WriteLine;
  /** A logger whose lines have these fields too. */
  child(fields: object): Logger;
}

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

const require = createRequire(import.meta.url);

export interface LoggerOptions {
  level: LogLevel;
  /** Commands print results on standard output, so they log to standard error. */
  stream?: 'stdout' | 'stderr';
  /** Readable lines instead of JSON, on a terminal and if pino-pretty is installed. */
  pretty?: boolean;
}

/** Fields that are redacted in the first two levels of a log entry, in case a log call contains a secret. */
const secrets = ['password', 'token', 'accessToken', 'refreshToken', 'secret', 'authorization', 'cookie'];
const redact = [...secrets, ...secrets.map((name) => `*.${name}`), 'req.headers.authorization', 'req.headers.cookie'];

/** How lines are written, wherever they go. */
export const loggerOptions = {
  redact,
  serializers: { err: (error: unknown) => describeError(error) },
  base: null,
  timestamp: () => `,"time":"${new Date().toISOString()}"`,
  mixin: () => requestFields(),
};

/** The program's logger: JSON lines, or coloured ones for a person at a terminal. */
export function createLogger(options: LoggerOptions): Logger {
  let opened: PinoLogger | undefined;
  // Most commands log nothing, and pino takes a tenth of their processor time to load
  const logger = (): PinoLogger => (opened ??= openLogger(options));
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error'): WriteLine =>
    (...line: [string] | [object, string]) =>
      logger()[level](...(line as [object, string]));
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => logger().child(fields),
  };
}

function openLogger({ level, stream = 'stdout', pretty = false }: LoggerOptions): PinoLogger {
  const { pino }: typeof import('pino') = require('pino');
  const fd = stream === 'stdout' ? 1 : 2;
  const destination = (pretty && process[stream].isTTY && prettyStream(fd)) || pino.destination({ fd, sync: true });
  return pino({ ...loggerOptions, level }, destination);
}

/** What every line has: the request and its organization, where there is one. */
const requestFields = (): object => {
  const { requestId, tenant } = currentRequest() ?? {};
  return requestId === undefined ? {} : { requestId, ...(tenant !== undefined && { tenant }) };
};

/**
 * An error as it is logged, with its causes. Removes the parameters of failed statements, which drizzle puts into the
 * message: they contain personal data and hashes of secrets.
 */
export function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const message = withoutValues(error.message);
  const stack = error.stack?.replace(error.message, () => message);
  const { code, cause } = error as NodeJS.ErrnoException;
  return {
    type: error.constructor.name,
    message,
    ...(code !== undefined && { code }),
    stack,
    ...(cause !== undefined && { cause: describeError(cause) }),
  };
}

const withoutValues = (message: string): string => message.replace(/\nparams: .*/s, '');

/** Logs nothing: the default where no logger is given. */
export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLogger,
};

/** pino-pretty is a development dependency: undefined where it is not installed. */
function prettyStream(fd: number): DestinationStream | undefined {
  try {
    const pretty: typeof import('pino-pretty') = require('pino-pretty');
    return pretty({ destination: fd, sync: true, translateTime: 'HH:MM:ss.l' });
  } catch {
    return undefined;
  }
}
