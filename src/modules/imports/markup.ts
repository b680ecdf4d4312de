/** The text of a message as people read it, and whom it mentions, by what their tool calls them. */
export interface ReadableText {
  text: string;
  people: string[];
}

/** A reader of the way in which a tool writes texts. `names` has what each person that may be mentioned is called. */
export function markupReader(
  style: 'slack' | 'at',
  names: ReadonlyMap<string, string>,
): (text: string) => ReadableText {
  return style === 'slack' ? (text) => readSlack(text, names) : (text) => readAt(text, names);
}

const entities: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };

/** `<@U1>` is a person, `<#C1|general>` a channel, `<!here>` a call, `<https://example.com|text>` a link. */
function readSlack(markup: string, names: ReadonlyMap<string, string>): ReadableText {
  const people = new Set<string>();
  const plain = markup.replace(
    /<([@#!]?)([^<>|]{1,2000})(?:\|([^<>]{0,2000}))?>/g,
    (_, kind: string, target: string, label?: string) => {
      if (kind === '@') {
        if (names.has(target)) people.add(target);
        return `@${names.get(target) ?? label ?? target}`;
      }
      if (kind === '#') return `#${label || target}`;
      if (kind === '!') return label || `@${target}`;
      return label && label !== target ? `${label} (${target})` : target;
    },
  );
  return { text: plain.replace(/&(?:amp|lt|gt);/g, (entity) => entities[entity]!), people: [...people] };
}

/** `@name` is a person when there is one of that name; the text stays as it is. */
function readAt(text: string, names: ReadonlyMap<string, string>): ReadableText {
  const people = new Set<string>();
  for (const [, name] of text.matchAll(/(?<![\w@.])@([\w.-]{1,64})/g)) {
    const whom = [name!, name!.replace(/[.-]+$/, '')].find((each) => names.has(each));
    if (whom !== undefined) people.add(whom);
  }
  return { text, people: [...people] };
}
