import type { HotspotV1, PublicReportV1, UtcInstant } from '@fengsui/contracts';
import { schedule, type Tx } from '@fengsui/database';
import type { UnitOfWork } from '@fengsui/log';
import { isLate } from '@fengsui/rules';
import { Consumes } from '@fengsui/service';
import { Controller } from '@nestjs/common';
import { Fires, type TakenSign } from '../fires/fires.js';
import { gatherAt } from '../fires/gather-signs.js';
import { WildfirePlan } from '../plan.js';

/** A report that says fire and names no place. Someone must look at it: it is put aside, not dropped. */
class PlaceUnknown extends Error {}

@Controller()
export class SignConsumer {
  constructor(
    private readonly plan: WildfirePlan,
    private readonly fires: Fires,
  ) {}

  /** Places hotspots in a county; those outside the city concern others. */
  @Consumes('wildfire', 'hotspot.v1')
  async hotspots(hotspots: readonly HotspotV1[], { tx, now }: UnitOfWork): Promise<void> {
    // What was found out later about a pixel is no pixel of its own.
    const [later, first] = [
      hotspots.filter(({ causes }) => causes.length > 0),
      hotspots.filter(({ causes }) => causes.length === 0),
    ];
    const signs = first.flatMap(({ id, data: { latitude, longitude, pixelType }, ...header }): TakenSign[] => {
      const county = this.plan.counties.at(latitude, longitude);
      return county === null
        ? []
        : [{ ...this.taken(id, header), latitude, longitude, county, by: 'satellite', pixelType }];
    });
    await this.add(tx, signs, now);
    await this.fires.learn(tx, new Map(later.map(({ causes, data }) => [causes[0] as string, data.pixelType])));
  }

  @Consumes('wildfire', 'public-report.v1')
  async reports(reports: readonly PublicReportV1[], { tx, now }: UnitOfWork): Promise<void> {
    const signs = reports.filter(({ data }) => data.hazard === 'forest-fire').flatMap((report) => this.signOf(report));
    await this.add(tx, signs, now);
  }

  private signOf({ id, data, ...header }: PublicReportV1): TakenSign[] {
    const placed = data.latitude !== null && data.longitude !== null;
    const county =
      (placed ? this.plan.counties.at(data.latitude ?? NaN, data.longitude ?? NaN) : null) ??
      data.county?.slice(0, 6) ??
      null;
    if (county === null && !placed)
      throw new PlaceUnknown(`report ${data.reportId} says fire and names neither position nor county: ${data.place}`);
    return county === null
      ? []
      : [
          {
            ...this.taken(id, header),
            latitude: data.latitude ?? NaN,
            longitude: data.longitude ?? NaN,
            county,
            by: 'report',
            pixelType: null,
          },
        ];
  }

  private taken(event: string, header: Readonly<{ occurredAt: UtcInstant; recordedAt: UtcInstant }>) {
    return { event, at: header.occurredAt, late: isLate(header, this.plan.lateAfterHours) };
  }

  private async add(tx: Tx, signs: readonly TakenSign[], now: UtcInstant): Promise<void> {
    if (await this.fires.addSigns(tx, signs)) await schedule(tx, 'wildfire', [gatherAt(now)]);
  }
}
