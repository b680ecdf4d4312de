import { Argument } from 'commander';
import { candidates } from '../candidates.ts';
import type { Shell } from '../commands/completion.ts';
import { type Declared, declare } from '../declare.ts';

const shells: readonly Shell[] = ['bash', 'zsh', 'fish'];

export const completion = declare<[shell: Shell, flags: object]>({
  usage: 'completion',
  description: 'Print a script that completes commands and options in a shell.',
  examples: [
    'completion bash > ~/.local/share/bash-completion/completions/chantier',
    'completion zsh > ~/.zfunc/_chantier',
    'completion fish > ~/.config/fish/completions/chantier.fish',
  ],
  options: (command) => command.addArgument(new Argument('<shell>', 'the shell').choices(shells)),
  json: false,
  destroys: null,
  run: async (host, shell) => host.stdout.write((await import('../commands/completion.ts')).scripts[shell]),
});

/** The scripts call this command at each press of the tab key. */
export const complete: Declared = (program, host) => {
  program
    .command('complete [words...]', { hidden: true })
    .description('Print the completions of the last word.')
    .action((words: string[]) => host.stdout.write(candidates(program, words).map((word) => `${word}\n`)));
};
