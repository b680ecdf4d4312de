import { Command } from 'commander';
import { confirm, type Destruction } from './confirm.ts';
import type { Host } from './toolbox.ts';

/** The arguments of an action: those of the command line, then the flags. */
type Action<Args extends unknown[]> = (...args: Args) => Promise<void>;

export interface Declaration<Args extends unknown[]> {
  /** Name and arguments, as help shows them. */
  usage: string;
  description: string;
  /** Whole command lines, without the `chantier` before them. */
  examples: readonly string[];
  options?: (command: Command) => unknown;
  /** Whether it prints its result as JSON on demand; true unless said. */
  json?: boolean;
  hidden?: boolean;
  /**
   * What these arguments destroy: data or access that nobody can make again. Undefined when these do not; null when the
   * command never does.
   */
  destroys: ((...args: Args) => Destruction | undefined) | null;
  /** Loads and runs the command. */
  run: (host: Host, ...args: Args) => Promise<void>;
}

/** A command of the program, and whether it can destroy something. */
export class DeclaredCommand extends Command {
  examples: readonly string[] = [];
  destructive = false;

  override createCommand(name?: string): DeclaredCommand {
    return new DeclaredCommand(name);
  }
}

/** Makes a command of its declaration, in a group or the program itself. */
export type Declared = (parent: DeclaredCommand, host: Host) => void;

export function declare<Args extends unknown[]>(declaration: Declaration<Args>): Declared {
  return (parent, host) => {
    const { usage, description, examples, options, json = true, hidden = false, destroys } = declaration;
    const command = parent.command(usage, { hidden }) as DeclaredCommand;
    command.description(description).action(actionOf(declaration, host));
    options?.(command);
    command.examples = examples;
    command.destructive = destroys !== null;
    if (command.destructive) command.option('--yes', 'do not ask first; needed where no terminal can be asked');
    if (json) command.option('--json', 'print one JSON document');
    command.addHelpText('after', () => ['', 'Examples:', ...examples.map((line) => `  chantier ${line}`)].join('\n'));
  };
}

function actionOf<Args extends unknown[]>({ destroys, run }: Declaration<Args>, host: Host) {
  const act: Action<Args> = async (...args) => {
    const destruction = destroys?.(...args);
    if (destruction) await confirm(host, destruction, args.at(-1) as { yes?: boolean });
    await run(host, ...args);
  };
  // Commander adds the command itself at the end.
  return (...given: [...Args, Command]) => act(...(given.slice(0, -1) as Args));
}
