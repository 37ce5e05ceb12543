import { Layer } from '@fengsui/regions';
import { SettingsError } from '@fengsui/settings';

/** Layers of the map that a city may have. */
export type LayersPlan = Readonly<{
  /** Outlines of townships, each with its nine-digit `code`. */ townships?: string;
  /** Areas of neighbouring cities, each with its `name`. */ neighbours?: string;
  /** Areas with what grows there under the name of a property. */ landCover?: Readonly<{
    file: string;
    property: string;
  }>;
  /** What makes a fire near it urgent. */ near?: readonly Readonly<{ name: string; file: string; withinKm: number }>[];
}>;

/** What is around a point, as far as the city has layers of it. */
export class Surroundings {
  private readonly townships: Layer | null;
  private readonly neighbours: Layer | null;
  private readonly landCover: Readonly<{ layer: Layer; property: string }> | null;
  private readonly protectedThings: readonly Readonly<{ name: string; layer: Layer; withinKm: number }>[];

  /** @throws SettingsError when a file is not there, or no GeoJSON, or a township has no code of its county */
  constructor(
    folder: string,
    { townships, neighbours, landCover, near = [] }: LayersPlan,
    isCounty: (code: string) => boolean,
  ) {
    this.townships = townships === undefined ? null : Layer.ofPlan(folder, townships);
    this.neighbours = neighbours === undefined ? null : Layer.ofPlan(folder, neighbours);
    this.landCover =
      landCover === undefined ? null : { layer: Layer.ofPlan(folder, landCover.file), property: landCover.property };
    this.protectedThings = near.map(({ name, file, withinKm }) => {
      return { name, withinKm, layer: Layer.ofPlan(folder, file) };
    });
    const strange = (this.townships?.all() ?? []).filter(
      ({ code }) => !/^\d{9}$/.test(String(code)) || !isCounty(String(code).slice(0, 6)),
    );
    if (strange.length > 0)
      throw new SettingsError(
        `${townships} does not fit`,
        strange.map(({ code }) => `${JSON.stringify(code)} is no code of nine digits of a township of the plan`),
      );
  }

  /** The township of a point, nine digits; null: no outline holds it, or one of another county does. */
  townshipAt(latitude: number, longitude: number, county: string | null): string | null {
    const code = this.township(latitude, longitude, county)?.['code'];
    return code === undefined ? null : String(code);
  }

  /** The name of that township; null: it has none in the layer. */
  townshipNamed(latitude: number, longitude: number, county: string): string | null {
    const name = this.township(latitude, longitude, county)?.['name'];
    return typeof name === 'string' && name !== '' ? name : null;
  }

  private township(latitude: number, longitude: number, county: string | null) {
    const found = this.townships?.at(latitude, longitude) ?? null;
    return county !== null && String(found?.['code']).startsWith(county) ? found : null;
  }

  /** In whose area a point outside of the city lies; null: no outline holds it. */
  neighbourAt(latitude: number, longitude: number, county: string | null): string | null {
    if (county !== null) return null;
    const name = this.neighbours?.at(latitude, longitude)?.['name'];
    return typeof name === 'string' ? name : null;
  }

  /** What grows at a point, in the words of the layer; null: it does not say. */
  landCoverAt(latitude: number, longitude: number): string | null {
    if (this.landCover === null) return null;
    const said = this.landCover.layer.at(latitude, longitude)?.[this.landCover.property];
    return said === undefined || said === null ? null : String(said);
  }

  /** What is so near to one of these points that a fire there is urgent, with the least distance of each. */
  near(points: readonly Readonly<{ latitude: number; longitude: number }>[]): readonly string[] {
    const placed = points.filter(({ latitude }) => !Number.isNaN(latitude));
    return this.protectedThings.flatMap(({ name, layer, withinKm }) => {
      let least: number | null = null;
      for (const { latitude, longitude } of placed) least = layer.kmTo(latitude, longitude, least ?? withinKm) ?? least;
      return least === null ? [] : [least === 0 ? `在${name}内` : `距${name}${least.toFixed(1)}公里`];
    });
  }
}
