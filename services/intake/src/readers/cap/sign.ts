import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { SettingsError, fileOf, type Settings } from '@fengsui/settings';
import { sm2 } from 'sm-crypto-v2';
import { SignedXml } from 'xml-crypto';

/** A message as it goes out: the document, and signatures that lie beside it, by the ending of their file names. */
export type SignedCap = Readonly<{ document: string; beside: Readonly<Record<string, Buffer>> }>;
/** Puts a signature into a message, or beside it. */
export type CapSigner = Readonly<{ name: string; sign: (message: SignedCap) => SignedCap }>;

const C14N = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';
const LEAST_RSA_BITS = 2_048;
/** The name under which SM2 signs where nobody agreed on another (GM/T 0009-2012, 10). */
const SM2_USER = '1234567812345678';

/**
 * An enveloped XML signature over the whole alert, as CAP 1.2 (3.3.4.1) has it: RSA of at least 2048 bits with SHA-256,
 * Canonical XML, and the certificate beside it for whoever looks up who signed.
 * @param certificate and @param key as PEM
 */
export function xmlSigner(certificate: string, key: string): CapSigner {
  const signed = new X509Certificate(certificate);
  const privateKey = createPrivateKey(key);
  const bits = privateKey.asymmetricKeyDetails?.modulusLength ?? 0;
  if (privateKey.asymmetricKeyType !== 'rsa' || bits < LEAST_RSA_BITS)
    throw new SettingsError('CAP_SIGN_KEY cannot sign', [
      `${privateKey.asymmetricKeyType} ${bits}; an RSA key of at least ${LEAST_RSA_BITS} bits`,
    ]);
  if (!signed.checkPrivateKey(privateKey))
    throw new SettingsError('CAP_SIGN_CERT and CAP_SIGN_KEY', ['the certificate is of another key']);
  return {
    name: 'xml-dsig',
    sign: ({ document, beside }) => {
      const signature = new SignedXml({
        privateKey: key,
        publicCert: certificate,
        canonicalizationAlgorithm: C14N,
        signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
      });
      signature.addReference({
        xpath: '/*',
        isEmptyUri: true,
        transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', C14N],
        digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
      });
      signature.computeSignature(document, { location: { reference: '/*', action: 'append' } });
      return { document: signature.getSignedXml(), beside };
    },
  };
}

/**
 * A detached signature over the bytes of the document: SM2 with SM3 (GB/T 32918.2), in DER as OpenSSL reads it.
 * @param key PEM of an SM2 key
 */
export function sm2Signer(key: string): CapSigner {
  const privateKey = privateNumberOf(createPrivateKey(key));
  const publicKey = sm2.getPublicKeyFromPrivateKey(privateKey);
  return {
    name: 'sm2',
    sign: ({ document, beside }) => {
      const bytes = new Uint8Array(Buffer.from(document));
      const signature = sm2.doSignature(bytes, privateKey, { hash: true, der: true, publicKey, userId: SM2_USER });
      return { document, beside: { ...beside, '.sm2.sig': Buffer.from(signature, 'hex') } };
    },
  };
}

/** The number that an elliptic key is: 32 bytes behind the version of its RFC 5915 form, which PKCS #8 holds. */
function privateNumberOf(key: KeyObject): string {
  const der = key.export({ type: 'pkcs8', format: 'der' });
  const at = der.indexOf(Buffer.from([0x02, 0x01, 0x01, 0x04, 0x20]));
  if (!der.includes(SM2_CURVE) || at === -1)
    throw new SettingsError('CAP_SIGN_SM2_KEY cannot sign', ['a private key on the curve SM2']);
  return der.subarray(at + 5, at + 37).toString('hex');
}
/** 1.2.156.10197.1.301 in DER. */
const SM2_CURVE = Buffer.from('06082a811ccf5501822d', 'hex');

/** Those that this installation has keys for, in the order in which they sign. */
export function capSigners({ CAP_SIGN_CERT, CAP_SIGN_KEY, CAP_SIGN_SM2_KEY }: Settings): readonly CapSigner[] {
  const own =
    CAP_SIGN_CERT === undefined || CAP_SIGN_KEY === undefined
      ? []
      : [xmlSigner(fileOf('CAP_SIGN_CERT', CAP_SIGN_CERT), fileOf('CAP_SIGN_KEY', CAP_SIGN_KEY))];
  return CAP_SIGN_SM2_KEY === undefined ? own : [...own, sm2Signer(fileOf('CAP_SIGN_SM2_KEY', CAP_SIGN_SM2_KEY))];
}

/** A message with every signature. */
export const signedBy = (document: string, signers: readonly CapSigner[]): SignedCap =>
  signers.reduce<SignedCap>((message, { sign }) => sign(message), { document, beside: {} });
