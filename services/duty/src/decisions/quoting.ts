/** Characters of somebody else's words within ours. */
const MOST = 200;
/** What a telephone or a mail program makes a link of. */
const LINK =
  /(?:[a-z][a-z0-9+.-]*:\/\/|www\.)\S+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|cn|net|org|top|xyz|info|cc|vip|io|site|link|gov|edu)\b(?:\/\S*)?/giu;
/** Line ends, and characters that turn or hide what follows. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu;

/**
 * What others wrote, within our own message: between 「」, on one line, without links, not endless. Nobody's free text
 * may look like our words, or lead anywhere: the only link of a message is the one that answers it.
 */
export function quoted(words: string): string {
  const plain = words
    .replace(LINK, '〔链接略〕')
    .replace(UNSEEN, ' ')
    .replace(/[「」]/g, '”')
    .trim();
  return `「${plain.length > MOST ? `${plain.slice(0, MOST - 1)}…` : plain}」`;
}
