import { z } from 'zod';

/** One Unicode emoji, in any of its forms, or a name between colons, as other chats write their custom emoji. */
const emoji = /^(?:\p{RGI_Emoji}|\p{Extended_Pictographic}\u{FE0F}?|:[\w+\-]{1,60}:)$/v;

const variationSelector = /\u{FE0F}/gu;
const shownAsText =
  /(?:(?!\p{Emoji_Presentation})\p{Extended_Pictographic}|[0-9#*](?=\u{20E3}))(?!\p{Emoji_Modifier})/gu;

/** The form with all variation selectors: some keyboards omit them, and mean the same emoji. */
export const canonicalEmoji = (text: string): string =>
  text.startsWith(':') ? text : text.replace(variationSelector, '').replace(shownAsText, '$&\u{FE0F}');

const expected = 'one emoji, or its name between colons';

export const emojiField = z
  .string()
  .max(100, expected)
  .transform(canonicalEmoji)
  .refine((text) => emoji.test(text), expected);
