import { divisionsIn, type Refusal, type UtcInstant, type WeatherWarningV1 } from '@fengsui/contracts';

/** A certificate that the plan pins, and between which instants it may sign: two hold while one takes over. */
export type PinnedCertificate = Readonly<{ pem: string; from: UtcInstant | null; until: UtcInstant | null }>;

/** What the plan lays down about one issuer of warnings. */
export type Sender = Readonly<{
  /** CAP sender, or the national code of the issuing body. */ sender: string;
  /** As published words name it. */ names: readonly string[];
  /** Divisions it speaks for, by the first digits of GB/T 2260. */ areas: readonly string[];
  /** National event codes; null: every kind. */ kinds: readonly string[] | null;
  /** Colours; null: every colour. */ colours: readonly string[] | null;
  /** Without a signature it is refused, in every format. */ mustSign: boolean;
  certificates: readonly PinnedCertificate[];
}>;

export type Believed = NonNullable<WeatherWarningV1['data']['trust']>;

/**
 * Whom a warning is from and whether they may say so: judged on the event, after every reader, so that no format is a
 * way around it.
 * @param signedBy the pinned certificate whose signature was found good; null: none
 * @returns what stands with the event, or why it is refused: a sender who must sign and has not, or with a certificate
 * that is not (any more) to be used
 */
export function believe(
  data: WeatherWarningV1['data'],
  signedBy: string | null,
  senders: readonly Sender[],
  now: UtcInstant,
): Believed | Refusal {
  const signed = signedBy !== null;
  const own = senderOf(data.sender, senders);
  if (own === null)
    return {
      standing: 'unknown',
      signed,
      reason: `${data.sender} is no sender of the plan: it proposes nothing by itself`,
    };
  if (own.mustSign && !signed) return refusal(`${own.sender} 须签名而未签名 / unsigned, though ${own.sender} signs`);
  const certificate = own.certificates.find(({ pem }) => pem.trim() === signedBy?.trim());
  if (signed && (certificate === undefined || !holds(certificate, now)))
    return refusal('签名所用证书不在有效期内 / signed with a certificate that is not to be used now');
  const beyond = beyondOf(data, own, senders, signed);
  return beyond === null
    ? { standing: 'entitled', signed, reason: `${own.names[0] ?? own.sender} speaks for it` }
    : { standing: 'beyond', signed, reason: beyond };
}

/** By its code, or by a name that words use; null: no sender of the plan. */
export const senderOf = (name: string, senders: readonly Sender[]): Sender | null =>
  senders.find(({ sender, names }) => sender === name || names.includes(name)) ?? null;

const holds = ({ from, until }: PinnedCertificate, now: UtcInstant): boolean =>
  (from === null || from <= now) && (until === null || now < until);

/** What of a warning its sender may not say, or null. */
function beyondOf(
  data: WeatherWarningV1['data'],
  own: Sender,
  senders: readonly Sender[],
  signed: boolean,
): string | null {
  const { sender, areas, kinds, colours } = own;
  const kind = data.signals.find(({ eventCode }) => eventCode !== null && kinds?.includes(eventCode) === false);
  if (kind !== undefined) return `${sender} does not warn of ${kind.eventCode}`;
  const colour = data.signals.find((one) => one.colour !== null && colours?.includes(one.colour) === false)?.colour;
  if (colour !== undefined) return `${sender} gives no ${colour} signal`;
  const outside = divisionsOf(data).find((code) => !areas.some((area) => within(code, area)));
  if (outside !== undefined) return `${sender} does not speak for ${outside}`;
  // Without a code its outlines say where: a county's bureau could draw any.
  if (divisionsOf(data).length === 0 && hasShapes(data) && areas.every((area) => area.length === 6))
    return `${sender} names no division, and does not speak for the whole city`;
  if (data.msgType !== 'Cancel') return null;
  const other = data.references
    .map((reference) => reference.sender)
    .find((name) => name !== data.sender && !mayEnd(own, senderOf(name, senders), signed));
  return other === undefined ? null : `${sender} may not end what ${other} issued`;
}

/**
 * What an Update refers to, without what its sender may not end: it stands as a warning of its own all the same. Of any
 * other message what it refers to.
 */
export function endable(
  { msgType, sender, references }: WeatherWarningV1['data'],
  senders: readonly Sender[],
  signed: boolean,
): WeatherWarningV1['data']['references'] {
  const own = senderOf(sender, senders);
  if (msgType !== 'Update' || own === null) return references;
  return references.filter(
    (reference) => reference.sender === sender || mayEnd(own, senderOf(reference.sender, senders), signed),
  );
}

/** Whoever speaks for all that the other speaks for may end what it said: the province, for a city. */
function mayEnd(own: Sender, other: Sender | null, signed: boolean): boolean {
  if (other === null) return false;
  if (other === own) return true;
  const allOf = (theirs: readonly string[] | null, ours: readonly string[] | null): boolean =>
    ours === null || (theirs !== null && theirs.every((one) => ours.includes(one)));
  return (
    other.areas.every((area) => own.areas.some((one) => area.startsWith(one))) &&
    allOf(other.kinds, own.kinds) &&
    allOf(other.colours, own.colours) &&
    (signed || !other.mustSign)
  );
}

const hasShapes = ({ infos }: WeatherWarningV1['data']): boolean =>
  infos.flatMap(({ areas }) => areas).some(({ polygons, circles }) => polygons.length + circles.length > 0);

/** Divisions that a warning names, by GB/T 2260 or by words. */
const divisionsOf = ({ infos, signals }: WeatherWarningV1['data']): readonly string[] => [
  ...divisionsIn(infos.flatMap(({ areas }) => areas)),
  ...signals.flatMap(({ divisions }) => divisions),
];

/** A code of a city, `441800`, lies in `4418`; of a province, `440000`, it does not. */
const within = (code: string, area: string): boolean => code.startsWith(area);

const refusal = (reason: string): Refusal => ({
  place: 'Signature',
  reason,
  expected: '预案 senders.yaml 所列证书的签名 / a signature by a certificate that senders.yaml pins',
});
