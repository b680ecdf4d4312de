import { z } from 'zod';
import { emojiField } from '../messaging/emoji.ts';

/** The names that chats give to the emoji that people react with most; others stay names between colons. */
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

/** An emoji, or its name: `+1` is 👍, and `parrot` is `:parrot:`. Skin tones (`+1::skin-tone-2`) are left out. */
export const emoji = z
  .string()
  .transform((text) => {
    const name = text.replace(/^:|:$/g, '').split('::', 1)[0]!;
    if (Object.hasOwn(characters, name)) return characters[name]!;
    return /^[\w+-]{1,60}$/.test(name) ? `:${name}:` : text;
  })
  .pipe(emojiField);
