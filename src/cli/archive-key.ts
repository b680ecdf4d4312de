import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { badInput } from '../lib/errors.ts';
import type { SealingKey } from '../lib/sealed-stream.ts';

export interface KeyFlags {
  passphraseEnv?: string;
  passphraseFile?: string;
  keyEnv?: string;
  keyFile?: string;
}

const sources = ['passphraseEnv', 'passphraseFile', 'keyEnv', 'keyFile'] as const;

/**
 * Adds the options for the key of archives, of which at most one may be used. None takes the secret itself, because
 * other users of the machine see command lines.
 */
export function addKeyOptions(command: Command): Command {
  const all: [flag: string, what: string, own: (typeof sources)[number]][] = [
    ['--passphrase-env <variable>', 'encrypted with the passphrase in this environment variable', 'passphraseEnv'],
    ['--passphrase-file <file>', 'encrypted with the passphrase in this file', 'passphraseFile'],
    ['--key-env <variable>', 'encrypted with the key (32 bytes, base64) in this environment variable', 'keyEnv'],
    ['--key-file <file>', 'encrypted with the key (32 bytes, base64) in this file', 'keyFile'],
  ];
  for (const [flag, what, own] of all) {
    command.addOption(new Option(flag, what).conflicts(sources.filter((other) => other !== own)));
  }
  return command;
}

/** Reads the key; undefined without these options. Throws BAD_INPUT if the named variable or file has no valid key. */
export async function readKey(flags: KeyFlags): Promise<SealingKey | undefined> {
  const { passphraseEnv, passphraseFile, keyEnv, keyFile } = flags;
  if (passphraseEnv !== undefined) return { passphrase: fromEnvironment(passphraseEnv) };
  if (passphraseFile !== undefined) return { passphrase: await fromFile(passphraseFile) };
  if (keyEnv !== undefined) return { key: asKey(fromEnvironment(keyEnv), keyEnv) };
  if (keyFile !== undefined) return { key: asKey(await fromFile(keyFile), keyFile) };
  return undefined;
}

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
