import { Command } from 'commander';
import { confirm, type Destruction } from './confirm.ts';
import { patientHost } from './open-patiently.ts';
import type { Host } from './toolbox.ts';

/** The arguments of an action: the positional arguments, then the flags. */
type Action<Args extends unknown[]> = (...args: Args) => Promise<void>;

export interface Declaration<Args extends unknown[]> {
  /** Name and arguments, as help shows them. */
  usage: string;
  description: string;
  /** Whole command lines, without the `chantier` before them. */
  examples: readonly string[];
  options?: (command: Command) => unknown;
  /** Whether it has the option --json; true by default. */
  json?: boolean;
  hidden?: boolean;
  /** Whether it works on all organizations. If so, it waits while the primary database restarts. False by default. */
  overFleet?: boolean;
  /**
   * Returns what these arguments would destroy: data or access that cannot be restored; undefined for nothing. Null if
   * the command never destroys anything.
   */
  destroys: ((...args: Args) => Destruction | undefined) | null;
  /** Loads and runs the command. */
  run: (host: Host, ...args: Args) => Promise<void>;
}

/** A command of the program, with properties that tests read. */
export class DeclaredCommand extends Command {
  examples: readonly string[] = [];
  destructive = false;
  overFleet = false;

  constructor(name?: string) {
    super(name);
    // Options after the name of a subcommand belong to the subcommand, even if this command has the same option
    this.enablePositionalOptions();
  }

  override createCommand(name?: string): DeclaredCommand {
    return new DeclaredCommand(name);
  }
}

/** Adds a declared command to a group or to the program. */
export type Declared = (parent: DeclaredCommand, host: Host) => void;

export function declare<Args extends unknown[]>(declaration: Declaration<Args>): Declared {
  return (parent, host) => {
    const {
      usage,
      description,
      examples,
      options,
      json = true,
      hidden = false,
      overFleet = false,
      destroys,
    } = declaration;
    const command = parent.command(usage, { hidden }) as DeclaredCommand;
    command.description(description).action(actionOf(declaration, host));
    options?.(command);
    command.examples = examples;
    command.destructive = destroys !== null;
    command.overFleet = overFleet;
    if (command.destructive) command.option('--yes', 'do not ask for confirmation; required without a terminal');
    if (json) command.option('--json', 'print one JSON document');
    command.addHelpText('after', () => ['', 'Examples:', ...examples.map((line) => `  chantier ${line}`)].join('\n'));
  };
}

function actionOf<Args extends unknown[]>({ destroys, overFleet, run }: Declaration<Args>, host: Host) {
  const act: Action<Args> = async (...args) => {
    const destruction = destroys?.(...args);
    if (destruction) await confirm(host, destruction, args.at(-1) as { yes?: boolean });
    await run(overFleet ? patientHost(host) : host, ...args);
  };
  // Commander adds the command itself at the end.
  return (...given: [...Args, Command]) => act(...(given.slice(0, -1) as Args));
}
