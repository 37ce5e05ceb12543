import { verify, X509Certificate } from 'node:crypto';
import { DOMParser } from '@xmldom/xmldom';
import { SignedXml, type SignatureAlgorithm } from 'xml-crypto';
import { parseXml, type XmlElement } from '../xml.js';
import { trustAll, type Trust, type Trusted } from './document.js';

const SIGNATURE = 'http://www.w3.org/2000/09/xmldsig#';

/** Whose signatures are looked for, and by which certificates (PEM). Validity in time is judged on the event. */
export type PinnedSender = Readonly<{ sender: string; certificates: readonly string[] }>;

/**
 * Checks enveloped signatures (XML-DSig) against the keys that the plan pins for a sender. The key that comes with an
 * alert is never used, and of a verified alert only the signed part is read (CVE-2025-29774, CVE-2025-29775). What
 * is unsigned, or of a sender without a pinned key, is read with a note; who must sign is asked of the event.
 */
export function pinnedTrust(senders: readonly PinnedSender[]): Trust {
  if (senders.length === 0) return trustAll;
  const bySender = new Map(senders.map((sender) => [sender.sender, sender]));
  return (alert) => {
    const named = alert.element.children.find(
      ({ name, namespace }) => name === 'sender' && namespace === alert.element.namespace,
    );
    const pinned = bySender.get(named?.text.trim() ?? '');
    if (pinned === undefined) return trustAll(alert);
    const signatures = alert.element.children.filter(
      ({ name, namespace }) => name === 'Signature' && namespace === SIGNATURE,
    );
    if (signatures.length === 0) return { element: alert.element, notes: ['unsigned'], signedBy: null };
    if (signatures.length > 1) return { refused: `${signatures.length} signatures`, expected: 'one' };
    return verified(alert.xml, pinned.certificates);
  };
}

const C14N = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';
const C14N11 = 'http://www.w3.org/2006/12/xml-c14n11';
const EXPECTED = 'a signature over the whole alert by a key that the plan pins for its sender';

/**
 * Tries the alert as it came, and then without the blanks between its elements: some issuers sign first and lay out
 * afterwards. Either way what is read is what was signed, to the letter.
 */
function verified(xml: string, certificates: readonly string[]): Trusted {
  const asSigned = xml.replace(/>\s+</g, '><');
  let why = 'no certificate is pinned';
  for (const [text, notes] of [
    [xml, []],
    [asSigned, ['signed without the blanks between its elements']],
  ] as const)
    for (const certificate of certificates) {
      const outcome = signedPart(text, certificate);
      if ('element' in outcome) return { element: outcome.element, notes, signedBy: certificate };
      why = outcome.why;
    }
  return { refused: `the signature is wrong: ${why}`, expected: EXPECTED };
}

function signedPart(xml: string, certificate: string): { element: XmlElement } | { why: string } {
  try {
    const document = new DOMParser().parseFromString(xml, 'text/xml');
    const node = document.getElementsByTagNameNS(SIGNATURE, 'Signature').item(0);
    const signed = new SignedXml({ publicCert: certificate, getCertFromKeyInfo: () => null });
    // 1.1 differs from 1.0 in attributes of the xml: namespace only, which no alert has.
    const c14n = signed.CanonicalizationAlgorithms[C14N];
    if (c14n !== undefined)
      signed.CanonicalizationAlgorithms = { ...signed.CanonicalizationAlgorithms, [C14N11]: c14n };
    signed.SignatureAlgorithms = { ...without(signed.SignatureAlgorithms, /sha1|md5|hmac/i), ...ELLIPTIC };
    signed.HashAlgorithms = without(signed.HashAlgorithms, /sha1$|md5/i);
    signed.loadSignature(node as never);
    const value = node?.getElementsByTagNameNS(SIGNATURE, 'SignatureValue').item(0)?.textContent ?? '';
    if (!isCanonicalBase64(value)) return { why: 'its value is no canonical base64' };
    if (!signed.checkSignature(xml)) return { why: 'it does not fit what it is over' };
    const [reference, second] = signed.getSignedReferences();
    if (reference === undefined || second !== undefined) return { why: 'it is not over one whole' };
    const parsed = parseXml(Buffer.from(reference));
    return 'refusal' in parsed || parsed.root.name !== 'alert'
      ? { why: 'it is not over the alert' }
      : { element: parsed.root };
  } catch (error) {
    return { why: (error as Error).message.slice(0, 200) };
  }
}

/** SHA-1 can be forged, and a shared secret proves nobody. */
const without = <T>(algorithms: Readonly<Record<string, T>>, weak: RegExp): Record<string, T> =>
  Object.fromEntries(Object.entries(algorithms).filter(([name]) => !weak.test(name)));

/** ECDSA, which the library leaves to its users; signatures are r and s side by side (RFC 4050). */
function ecdsa(hash: 'sha256' | 'sha384'): new () => SignatureAlgorithm {
  return class implements SignatureAlgorithm {
    getSignature(): never {
      throw new Error('nothing is signed here');
    }
    verifySignature(material: string, key: unknown, signature: string): boolean {
      const publicKey = new X509Certificate(key as string).publicKey;
      return verify(
        hash,
        Buffer.from(material),
        { key: publicKey, dsaEncoding: 'ieee-p1363' },
        Buffer.from(signature, 'base64'),
      );
    }
    getAlgorithmName = (): string => `http://www.w3.org/2001/04/xmldsig-more#ecdsa-${hash}`;
  };
}
/** Bits that no byte needs must be 0 (RFC 4648, 3.5): two spellings of one signature are one too many. */
const isCanonicalBase64 = (text: string): boolean =>
  Buffer.from(text, 'base64').toString('base64') === text.replace(/\s+/g, '');

const ELLIPTIC = {
  'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256': ecdsa('sha256'),
  'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384': ecdsa('sha384'),
};
