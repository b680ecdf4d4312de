/** The plain text of a message, and the people that it mentions, by their names or ids in the source. */
export interface ReadableText {
  text: string;
  people: string[];
}

/** A reader of a tool's markup. `names` contains the display name of each person who may be mentioned. */
export function markupReader(
  style: 'slack' | 'at',
  names: ReadonlyMap<string, string>,
): (text: string) => ReadableText {
  return style === 'slack' ? (text) => readSlack(text, names) : (text) => readAt(text, names);
}

const entities: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };

/** `<@U1>` is a person, `<#C1|general>` a channel, `<!here>` a broadcast, `<https://example.com|text>` a link. */
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

/** `@name` mentions the person of that name, if there is one; the text stays unchanged. */
function readAt(text: string, names: ReadonlyMap<string, string>): ReadableText {
  const people = new Set<string>();
  for (const [, name] of text.matchAll(/(?<![\w@.])@([\w.-]{1,64})/g)) {
    const whom = [name!, name!.replace(/[.-]+$/, '')].find((each) => names.has(each));
    if (whom !== undefined) people.add(whom);
  }
  return { text, people: [...people] };
}
