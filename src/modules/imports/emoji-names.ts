import { z } from 'zod';
import { emojiField } from '../messaging/emoji.ts';

/** Names of the most common reactions in chat tools. Other names are stored between colons. */
const characters: Readonly<Record<string, string>> = {
  '+1': '👍',
  thumbsup: '👍',
  '-1': '👎',
  thumbsdown: '👎',
  heart: '❤️',
  smile: '😄',
  joy: '😂',
  tada: '🎉',
  eyes: '👀',
  white_check_mark: '✅',
  heavy_check_mark: '✔️',
  pray: '🙏',
  rocket: '🚀',
  fire: '🔥',
  clap: '👏',
  100: '💯',
};

/** An emoji, or its name: `+1` becomes 👍, `parrot` becomes `:parrot:`. Skin tones (`+1::skin-tone-2`) are dropped. */
export const emoji = z
  .string()
  .transform((text) => {
    const name = text.replace(/^:|:$/g, '').split('::', 1)[0]!;
    if (Object.hasOwn(characters, name)) return characters[name]!;
    return /^[\w+-]{1,60}$/.test(name) ? `:${name}:` : text;
  })
  .pipe(emojiField);
