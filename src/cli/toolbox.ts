import type { Config } from '../config.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Identity } from '../identity/identity.ts';
import type { ProofTarget } from '../prove/target.ts';
import type { TenantBinding } from '../tenancy/binding.ts';
import type { Catalog } from '../tenancy/catalog.ts';
import type { TenantDirectory } from '../tenancy/directory.ts';
import { type Output, type Stream, Terminal } from './terminal.ts';

/** What commands work with: the installation, open. Disposing closes its connections. */
export interface Toolbox extends AsyncDisposable {
  readonly config: Config;
  readonly fleet: Fleet;
  readonly catalog: Catalog;
  readonly directory: TenantDirectory;
  readonly binding: TenantBinding;
  readonly identity: Identity;
}

/** How commands reach the program. Each part is loaded when it is asked for, so that help costs little. */
export interface Program {
  /**
   * Opens the installation of the configuration. `unmigrated` also when its schemas do not fit this build; `look`
   * without changing anything in the database.
   */
  open(options?: { unmigrated?: boolean; look?: boolean }): Promise<Toolbox>;
  /** Opens the installation with servers over it, for `tenant prove` to attack. */
  openForProof(): Promise<ProofTarget & AsyncDisposable>;
  /** Runs the server until a signal ends it. */
  serve(): Promise<void>;
  /** The graph as a schema document. */
  printSchema(): Promise<string>;
  /** The register of personal data as Markdown. */
  printPersonalData(): Promise<string>;
  /** Aborted by the first interrupt: long work then stops where it can be resumed. */
  readonly signal: AbortSignal;
}

/** The streams of the process; `main.ts` hands them in. */
export interface Streams {
  readonly stdin: NodeJS.ReadableStream & { isTTY?: boolean | undefined };
  readonly stdout: Stream;
  readonly stderr: Stream;
  /** Whether a terminal shows colours. */
  readonly colours: boolean;
}

/** What a command gets. */
export interface Host extends Program {
  readonly stdin: Streams['stdin'];
  readonly stdout: Output;
  readonly stderr: Output;
  readonly terminal: Terminal;
  /** Unescaped: for the help of commander, which is all our own text. */
  readonly streams: Streams;
}

export function hostOf(program: Program, streams: Streams): Host {
  const terminal = new Terminal(streams);
  const { stdout, stderr } = terminal;
  return { ...program, stdin: streams.stdin, stdout, stderr, terminal, streams };
}
