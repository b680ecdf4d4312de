import { z } from 'zod';

/** One emoji of Unicode, in any of its forms, or the name of one between colons, as other chats write their own. */
const emoji = /^(?:\p{RGI_Emoji}|\p{Extended_Pictographic}\u{FE0F}?|:[\w+\-]{1,60}:)$/v;

const variationSelector = /\u{FE0F}/gu;
const shownAsText =
  /(?:(?!\p{Emoji_Presentation})\p{Extended_Pictographic}|[0-9#*](?=\u{20E3}))(?!\p{Emoji_Modifier})/gu;

/** The form with all variation selectors: keyboards leave them out or write them, and mean the same emoji. */
export const canonicalEmoji = (text: string): string =>
  text.startsWith(':') ? text : text.replace(variationSelector, '').replace(shownAsText, '$&\u{FE0F}');

const expected = 'one emoji, or its name between colons';

export const emojiField = z
  .string()
  .max(100, expected)
  .transform(canonicalEmoji)
  .refine((text) => emoji.test(text), expected);
