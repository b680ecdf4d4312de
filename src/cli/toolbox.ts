import type { Config } from '../config.ts';
import type { RewindOptions } from '../fleet/archive/rewind-tenant.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Identity } from '../identity/identity.ts';
import type { JobWorkers } from '../jobs/job-workers.ts';
import type { ProofTarget } from '../prove/target.ts';
import type { TenantBinding } from '../tenancy/binding.ts';
import type { Catalog } from '../tenancy/catalog.ts';
import type { TenantDirectory } from '../tenancy/directory.ts';
import { type Output, type Stream, Terminal } from './terminal.ts';

/** An open installation, for commands on the fleet. Disposing closes its connections. */
export interface FleetToolbox extends AsyncDisposable {
  readonly config: Config;
  readonly fleet: Fleet;
  readonly catalog: Catalog;
}

/** An open installation with all that the modules and accounts need. */
export interface Toolbox extends FleetToolbox {
  readonly directory: TenantDirectory;
  readonly binding: TenantBinding;
  readonly identity: Identity;
}

/** An open installation with a worker that is notified of new jobs. */
export interface WorkerToolbox extends AsyncDisposable {
  readonly worker: JobWorkers;
  readonly directory: TenantDirectory;
}

/** What `tenant rewind` needs: how to find a former state, and what the log does not contain. */
export interface Rewinding {
  rowsOf: RewindOptions['rowsOf'];
  lost: readonly { table: string; column?: string; becomes: string }[];
}

/** How commands open the installation. */
interface OpenMode {
  /** Even if its schemas do not fit this build. */
  unmigrated?: boolean;
  /** Without changing anything in the database. */
  readOnly?: boolean;
}

/** The functions of the program for commands. Each part is loaded on demand, so that help is fast. */
export interface Program {
  /** Opens the configured installation. */
  open(mode?: OpenMode): Promise<Toolbox>;
  /** Opens only what commands on the fleet need, which loads a third of the code. */
  openFleet(mode?: OpenMode): Promise<FleetToolbox>;
  /** Loads the modules' declarations, from which a former state is computed. */
  loadRewinding(): Promise<Rewinding>;
  /** Opens the installation together with servers that `tenant prove` attacks. */
  openForProof(): Promise<ProofTarget & AsyncDisposable>;
  /** Opens the installation together with a worker that does the jobs of organizations. */
  openWorker(): Promise<WorkerToolbox>;
  /** Runs the server until a signal ends it. */
  serve(): Promise<void>;
  /** The graph as a schema document. */
  printSchema(): Promise<string>;
  /** The register of personal data as Markdown. */
  printPersonalData(): Promise<string>;
  /** Aborted by the first interrupt: long work then stops where it can be resumed. */
  readonly signal: AbortSignal;
}

/** The streams of the process, which `main.ts` passes in. */
export interface Streams {
  readonly stdin: NodeJS.ReadableStream & { isTTY?: boolean | undefined };
  readonly stdout: Stream;
  readonly stderr: Stream;
  /** Whether a terminal shows colours. */
  readonly colours: boolean;
}

/** Everything that a command receives. */
export interface Host extends Program {
  readonly stdin: Streams['stdin'];
  readonly stdout: Output;
  readonly stderr: Output;
  readonly terminal: Terminal;
  /** Unescaped output, for the help text of commander, which contains no foreign text. */
  readonly streams: Streams;
}

export function hostOf(program: Program, streams: Streams): Host {
  const terminal = new Terminal(streams);
  const { stdout, stderr } = terminal;
  return { ...program, stdin: streams.stdin, stdout, stderr, terminal, streams };
}
