import { fromShanghai, type UtcInstant } from '@fengsui/contracts';
import { InstantPipe, OpenPipe, Question, YearPipe } from '@fengsui/service';
import { Controller, NotFoundException, Param, Query } from '@nestjs/common';
import { Type } from 'typebox';
import { MOST_DETECTIONS, WildfireQuery } from './query.js';
import { AccuracyView, DetectionView, FireView, HeatMaskView, PassView, WildfireView } from './views.js';

const SPAN = { from: 'seen from this instant', until: 'seen before this instant' };

/** Fires to verify and judged, over HTTP. */
@Controller('v1')
export class WildfireHttp {
  constructor(private readonly query: WildfireQuery) {}

  @Question('wildfires', 'fires to verify and judged', Type.Array(WildfireView), {
    open: 'only those to verify: true or nothing',
    county: 'GB/T 2260 code',
    verdict: 'what it was',
    ...SPAN,
  })
  wildfires(
    @Query('open', OpenPipe) open: boolean,
    @Query('county') county: string | undefined,
    @Query('verdict') verdict: string | undefined,
    @Query('from', InstantPipe) from: UtcInstant | undefined,
    @Query('until', InstantPipe) until: UtcInstant | undefined,
  ): Promise<readonly WildfireView[]> {
    return this.query.wildfires({ open, county, verdict, from, until });
  }

  @Question('wildfires/:id', 'one fire as it went: signs, verdicts, how far it spread', FireView)
  async fire(@Param('id') id: string): Promise<FireView> {
    const fire = await this.query.fire(id);
    if (fire === null) throw new NotFoundException(`没有火情 ${id} / there is no fire ${id}`);
    return fire;
  }

  @Question('detections', 'hotspots and reports, the newest first', Type.Array(DetectionView), {
    county: 'GB/T 2260 code',
    satellite: 'by its name',
    verdict: 'of its fire',
    outside: 'only those outside of the city: true or nothing',
    neighbour: 'of those outside: in whose area',
    ...SPAN,
  })
  detections(
    @Query('outside', OpenPipe) outside: boolean,
    @Query('from', InstantPipe) from: UtcInstant | undefined,
    @Query('until', InstantPipe) until: UtcInstant | undefined,
    @Query()
    {
      county,
      satellite,
      verdict,
      neighbour,
    }: Readonly<Partial<Record<'county' | 'satellite' | 'verdict' | 'neighbour', string>>>,
  ): Promise<readonly DetectionView[]> {
    return this.query.detections({
      county,
      satellite,
      verdict,
      neighbour,
      outside,
      from,
      until,
      most: MOST_DETECTIONS,
    });
  }

  @Question(
    'passes',
    'the last pass of each satellite: one without heat here is not one that has not come',
    Type.Array(PassView),
  )
  passes(): Promise<readonly PassView[]> {
    return this.query.passes();
  }

  @Question('heat-masks', 'versions of the mask of standing heat, the newest first', Type.Array(HeatMaskView))
  heatMasks(): Promise<readonly HeatMaskView[]> {
    return this.query.heatMasks();
  }

  @Question('wildfire-accuracy', 'how good what was seen was, by month, county and source', Type.Array(AccuracyView), {
    year: 'in Beijing',
  })
  accuracy(@Query('year', YearPipe) year: number): Promise<readonly AccuracyView[]> {
    return this.query.accuracy({ from: fromShanghai(`${year}-01-01`), until: fromShanghai(`${year + 1}-01-01`) });
  }
}
