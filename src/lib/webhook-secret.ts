import { createHmac, randomBytes } from 'node:crypto';

const prefix = 'whsec_';

/** A new secret in the form of Standard Webhooks: the key is 32 bytes, in base64 after the prefix. */
export const makeWebhookSecret = (): string => `${prefix}${randomBytes(32).toString('base64')}`;

/** The context with which the secrets of a webhook are sealed. */
export const secretContext = (webhookId: string): string => `webhook secret ${webhookId}`;

export interface SignedMessage {
  id: string;
  /** Seconds since 1970. */
  timestamp: number;
  body: string;
}

/** The header `webhook-signature` of Standard Webhooks: one signature for each secret. */
export function signatureOf(secrets: readonly string[], { id, timestamp, body }: SignedMessage): string {
  return secrets
    .map((secret) => {
      const key = Buffer.from(secret.slice(prefix.length), 'base64');
      return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
    })
    .join(' ');
}
