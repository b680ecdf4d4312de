import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import type { LockingKey, OpeningKey } from '../fleet/archive/archive-key.ts';
import { badInput } from '../lib/errors.ts';
import type { SealingKey } from '../lib/sealed-stream.ts';

interface SecretFlags {
  passphraseEnv?: string;
  passphraseFile?: string;
  keyEnv?: string;
  keyFile?: string;
}

export interface LockFlags extends SecretFlags {
  recipient?: string[];
}

export interface OpenFlags extends SecretFlags {
  identityEnv?: string;
  identityFile?: string;
}

type Source = readonly [flag: string, description: string, attribute: string];

const secrets: readonly Source[] = [
  ['--passphrase-env <variable>', 'encrypted with the passphrase in this environment variable', 'passphraseEnv'],
  ['--passphrase-file <file>', 'encrypted with the passphrase in this file', 'passphraseFile'],
  ['--key-env <variable>', 'encrypted with the key (32 bytes, base64) in this environment variable', 'keyEnv'],
  ['--key-file <file>', 'encrypted with the key (32 bytes, base64) in this file', 'keyFile'],
];
const recipients: Source = [
  '--recipient <age1...>',
  'encrypted for this age recipient; repeat the option for several',
  'recipient',
];
const identities: readonly Source[] = [
  ['--identity-env <variable>', 'opened with the age identities in this environment variable', 'identityEnv'],
  ['--identity-file <file>', 'opened with the age identities in this file', 'identityFile'],
];

/**
 * Adds the options for encrypting new archives; one kind at most. Secrets are never arguments, because others can see
 * command lines.
 */
export const addLockOptions = (command: Command): Command => addSources(command, [...secrets, recipients]);

/** Adds the options for opening archives; one at most. */
export const addOpenOptions = (command: Command): Command => addSources(command, [...secrets, ...identities]);

function addSources(command: Command, sources: readonly Source[]): Command {
  for (const [flag, description, attribute] of sources) {
    const others = sources.map(([, , other]) => other).filter((other) => other !== attribute);
    const option = new Option(flag, description).conflicts(others);
    if (attribute === 'recipient') option.argParser((value: string, before: string[] = []) => [...before, value]);
    command.addOption(option);
  }
  return command;
}

/** The key for new archives; undefined without any of the options. Throws BAD_INPUT for a missing or invalid key. */
export async function readLock(flags: LockFlags): Promise<LockingKey | undefined> {
  return flags.recipient ? { recipients: flags.recipient } : await readSecret(flags);
}

/** The key that opens archives; undefined without any of the options. Throws BAD_INPUT for a missing or invalid key. */
export async function readKey(flags: OpenFlags): Promise<OpeningKey | undefined> {
  const { identityEnv, identityFile } = flags;
  if (identityEnv !== undefined) return { identities: identitiesIn(fromEnvironment(identityEnv)) };
  if (identityFile !== undefined) return { identities: identitiesIn(await fromFile(identityFile)) };
  return await readSecret(flags);
}

async function readSecret(flags: SecretFlags): Promise<SealingKey | undefined> {
  const { passphraseEnv, passphraseFile, keyEnv, keyFile } = flags;
  if (passphraseEnv !== undefined) return { passphrase: fromEnvironment(passphraseEnv) };
  if (passphraseFile !== undefined) return { passphrase: await fromFile(passphraseFile) };
  if (keyEnv !== undefined) return { key: asKey(fromEnvironment(keyEnv), keyEnv) };
  if (keyFile !== undefined) return { key: asKey(await fromFile(keyFile), keyFile) };
  return undefined;
}

/** The identities in a file that `age-keygen` wrote; ignores its comments. */
const identitiesIn = (text: string): string[] =>
  text.split(/[\s,]+/).filter((word) => word.startsWith('AGE-SECRET-KEY-'));

function fromEnvironment(name: string): string {
  const value = process.env[name];
  if (!value) throw badInput(`The environment variable ${name} is empty`, 'key');
  return value;
}

async function fromFile(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const value = text.replace(/\r?\n$/, '');
  if (value === '') throw badInput(`The file ${file} is empty or cannot be read`, 'key');
  return value;
}

function asKey(text: string, from: string): Buffer {
  const key = Buffer.from(text, 'base64');
  if (key.length !== 32)
    throw badInput(`${from} does not contain a key of 32 bytes in base64 (openssl rand -base64 32)`, 'key');
  return key;
}
