import postgres from 'postgres';

/** An error that the server reported, with the fields of its message. */
export type ServerError = postgres.PostgresError;

export const isServerError = (error: unknown): error is ServerError => error instanceof postgres.PostgresError;
