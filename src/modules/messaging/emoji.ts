import { z } from 'zod';

/** One emoji of Unicode, in any of its forms, or the name of one between colons, as other chats write their own. */
const emoji = /^(?:\p{RGI_Emoji}|\p{Extended_Pictographic}\u{FE0F}?|:[\w+\-]{1,60}:)$/v;

export const emojiField = z.string().regex(emoji, 'one emoji, or its name between colons');
