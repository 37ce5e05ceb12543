import type { HotspotV1, PublicReportV1, UtcInstant } from '@fengsui/contracts';
import { Clock, schedule, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { toWgs84 } from '@fengsui/regions';
import { isLate } from '@fengsui/rules';
import { Consumes } from '@fengsui/service';
import { Controller } from '@nestjs/common';
import { Fires, type TakenSign } from '../fires/fires.js';
import { Joining } from '../fires/joining.js';
import { gatherAt, gatherSoon } from '../fires/gather-signs.js';
import { WildfirePlan } from '../plan.js';
import { Passes } from './passes.js';

/** A report of fire of which nobody can say where. Someone must look at it: it is put aside, not dropped. */
class PlaceUnknown extends Error {}

@Controller()
export class SignConsumer {
  constructor(
    private readonly plan: WildfirePlan,
    private readonly fires: Fires,
    private readonly passes: Passes,
    private readonly joining: Joining,
    private readonly clock: Clock,
  ) {}

  /** Places hotspots in a county; those around the city are kept as outside, those farther off concern others. */
  @Consumes('wildfire', 'hotspot.v1')
  async hotspots(hotspots: readonly HotspotV1[], { tx, now }: UnitOfWork): Promise<void> {
    // What was found out later about a pixel is no pixel of its own.
    const [later, first] = [
      hotspots.filter(({ causes }) => causes.length > 0),
      hotspots.filter(({ causes }) => causes.length === 0),
    ];
    const signs = first.flatMap((hotspot) => this.signOf(hotspot));
    await this.add(tx, signs, now);
    await this.passes.take(first, new Set(signs.flatMap(({ event, county }) => (county === null ? [] : [event]))), tx);
    await this.fires.learn(tx, new Map(later.map(({ causes, data }) => [causes[0] as string, data.pixelType])));
  }

  @Consumes('wildfire', 'public-report.v1')
  async reports(reports: readonly PublicReportV1[], unit: UnitOfWork): Promise<void> {
    const signs = reports.filter(({ data }) => data.hazard === 'forest-fire').map((report) => this.reported(report));
    // Said again with another place it is the same report: whoever was sent is sent to the right place.
    for (const sign of signs) {
      const before = await this.fires.standingReport(unit.tx, sign);
      if (before !== null && isThere(before, sign)) continue; // other words about the same place
      await this.add(unit.tx, [sign], unit.now);
      if (before !== null) await this.joining.moved(before, { ...sign, place: placeOf(sign) }, unit);
    }
  }

  private signOf({ id, data, ...header }: HotspotV1): TakenSign[] {
    const { latitude, longitude } = toWgs84(data, data.datum);
    const { pixelType, confidence, frpMw, scanKm, trackKm, dayNight, satellite } = data;
    const { border, outsideWithinKm, surroundings } = this.plan;
    if (border.isBeyond(latitude, longitude, outsideWithinKm)) return [];
    const place = border.placeOf(latitude, longitude);
    if (place.county === null && place.borderKm > outsideWithinKm) return [];
    const { county, borderKm, bearing: borderBearing } = place;
    const seen = { latitude, longitude, county, borderKm, borderBearing, byWhom: 'satellite' as const };
    const pixel = {
      township: surroundings.townshipAt(latitude, longitude, county),
      neighbour: surroundings.neighbourAt(latitude, longitude, county),
      publishedAt: data.publishedAt ?? null,
      landCover: surroundings.landCoverAt(latitude, longitude) ?? data.landCover ?? null,
      reportId: null,
      source: satellite,
      confidence,
      frpMw,
      scanKm,
      trackKm,
      dayNight,
      pixelType,
    };
    return [{ ...this.taken(id, header), ...seen, ...pixel }];
  }

  /** @throws PlaceUnknown for what names no place of this city, or one by its words and another by its position */
  private reported({ id, data, ...header }: PublicReportV1): TakenSign {
    const { reportId } = data;
    const { latitude, longitude } = positionOf(data);
    const named = data.county?.slice(0, 6) ?? null;
    const place = latitude === null || longitude === null ? null : this.plan.border.placeOf(latitude, longitude);
    const where = `${reportId}（${data.place}）`;
    if (place === null && named === null)
      throw new PlaceUnknown(`报警 ${where} 既无位置也无县区 / report says fire and names neither position nor county`);
    if (place === null && !this.plan.counties.has(named ?? ''))
      throw new PlaceUnknown(
        `报警 ${where} 无位置，县区 ${named} 不属本市 / report of another city without a position`,
      );
    if (place !== null && named !== null && !this.agree(named, place.county))
      throw new PlaceUnknown(
        `报警 ${where} 称在 ${named}，位置却在 ${place.county ?? '市外'} / its position and the county it names do not agree`,
      );
    return {
      ...this.taken(id, header),
      latitude,
      longitude,
      county: place === null ? named : place.county,
      ...this.around(data.county, { latitude, longitude, county: place?.county ?? null }),
      borderKm: place?.borderKm ?? null,
      borderBearing: place?.bearing ?? null,
      byWhom: 'report',
      reportId,
      publishedAt: null,
      source: data.channel,
      confidence: null,
      frpMw: null,
      scanKm: null,
      trackKm: null,
      dayNight: null,
      pixelType: null,
    };
  }

  /** The township that who reported it names, else by outline; and what grows there. */
  private around(
    named: string | null,
    { latitude, longitude, county }: Pick<TakenSign, 'latitude' | 'longitude' | 'county'>,
  ) {
    const { surroundings } = this.plan;
    const isPlaced = latitude !== null && longitude !== null;
    const township =
      named?.length === 9 ? named : isPlaced ? surroundings.townshipAt(latitude, longitude, county) : null;
    const neighbour = isPlaced ? surroundings.neighbourAt(latitude, longitude, county) : null;
    return { township, neighbour, landCover: isPlaced ? surroundings.landCoverAt(latitude, longitude) : null };
  }

  /** Whoever names the city, and not the county, says nothing against any of its counties. */
  private agree(named: string, county: string | null): boolean {
    return named === county || (county !== null && named === `${county.slice(0, 4)}00`);
  }

  private taken(event: string, header: Readonly<{ occurredAt: UtcInstant; recordedAt: UtcInstant }>) {
    const { occurredAt: at, recordedAt } = header;
    return { event, at, recordedAt, late: isLate(header, this.plan.lateAfterHours) };
  }

  private async add(tx: Tx, signs: readonly TakenSign[], now: UtcInstant): Promise<void> {
    if (signs.length === 0 || !(await this.fires.addSigns(tx, signs))) return;
    // Nobody who calls waits for the rest of a file; on virtual time all of it is there.
    const isWhole = signs[0]?.byWhom === 'report' || (await this.clock.isVirtual());
    await schedule(tx, 'wildfire', [isWhole ? gatherAt(now) : gatherSoon(now)]);
  }
}

const placeOf = ({ latitude, longitude, county }: TakenSign): string =>
  latitude === null || longitude === null
    ? (county ?? '市外')
    : `北纬${latitude.toFixed(4)} 东经${longitude.toFixed(4)}`;

const isThere = (before: Pick<TakenSign, 'latitude' | 'longitude' | 'county'>, now: TakenSign): boolean =>
  before.latitude === now.latitude && before.longitude === now.longitude && before.county === now.county;

/** Where a report says it is, in WGS-84; null: it names no position. */
function positionOf({ latitude, longitude, datum }: PublicReportV1['data']) {
  if (latitude === null || longitude === null) return { latitude: null, longitude: null };
  return toWgs84({ latitude, longitude }, datum);
}
