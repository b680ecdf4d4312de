import type { Command, Option } from 'commander';

/** Completions of the last word: subcommands, options, or the choices of an option or argument. */
export function candidates(program: Command, words: readonly string[]): string[] {
  const typed = words.at(-1) ?? '';
  let command = program;
  let awaited: Option | undefined;
  let given = 0;
  for (const word of words.slice(0, -1)) {
    if (awaited) awaited = undefined;
    else if (word.startsWith('-')) awaited = valueOption(command, word);
    else {
      const next = command.commands.find((each) => each.name() === word);
      if (next) command = next;
      else given += 1;
    }
  }
  return possible(command, { typed, awaited, given }).filter((word) => word.startsWith(typed));
}

interface Typed {
  typed: string;
  awaited: Option | undefined;
  /** Number of arguments before the word. */
  given: number;
}

function possible(command: Command, { typed, awaited, given }: Typed): readonly string[] {
  if (awaited) return awaited.argChoices ?? [];
  if (typed.startsWith('-')) return [...command.options.flatMap(({ long }) => long ?? []), '--help'];
  const visible = command.createHelp().visibleCommands(command);
  return [...visible.map((each) => each.name()), ...(command.registeredArguments[given]?.argChoices ?? [])];
}

/** The option with this name, if it takes a value. */
const valueOption = (command: Command, word: string): Option | undefined =>
  command.options.find(({ long, required }) => long === word && required);
