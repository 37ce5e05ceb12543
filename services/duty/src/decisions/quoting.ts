/** Characters of somebody else's words within ours. */
const MOST = 200;
/** What a telephone or a mail program makes a link of; Chinese letters and marks end it. */
const REST = '[^\\s\\u2e80-\\u9fff\\uff00-\\uffef]';
const ENDS = 'com|cn|net|org|top|xyz|info|cc|vip|io|site|link|gov|edu';
const LINK = new RegExp(
  `(?:[a-z][a-z0-9+.-]*://|www\\.)${REST}+|\\b[a-z0-9-]+(?:\\.[a-z0-9-]+)*\\.(?:${ENDS})\\b(?:[/:?#]${REST}*)?`,
  'giu',
);
/** Line ends, and characters that turn or hide what follows. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu;

/**
 * What others wrote, within our own message: between 「」, on one line, without links, not endless. Nobody's free text
 * may look like our words, or lead anywhere: the only link of a message is the one that answers it.
 */
export function quoted(words: string): string {
  const plain = withoutLinks(words).replace(/[「」]/g, '”');
  return `「${plain.length > MOST ? `${plain.slice(0, MOST - 1)}…` : plain}」`;
}

/** Names, too, are written by others: on one line, and leading nowhere. */
export const withoutLinks = (words: string): string => words.replace(LINK, '〔链接略〕').replace(UNSEEN, ' ').trim();
