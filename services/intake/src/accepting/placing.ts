import type { WarningSignal, WeatherWarningV1 } from '@fengsui/contracts';
import type { County } from '@fengsui/regions';
import { divisionsNamed } from '../readers/places.js';
import type { Sender } from './believing.js';

type Placed = Readonly<{
  signals: WarningSignal[];
  notes: readonly string[];
  /** Words that say where, and that nothing here knows. */ places: readonly string[];
}>;

/**
 * Where the signals of a warning hold that neither codes nor outlines place: where the words of their areas say, else
 * wherever their sender speaks for, until a person has judged it: a warning must not be lost for a place that we do not
 * know.
 * @param divisions the city, then its counties
 */
export function placed(
  { signals, infos }: WeatherWarningV1['data'],
  { areas, sender }: Sender,
  divisions: readonly County[],
): Placed {
  const notes: string[] = [];
  const places: string[] = [];
  const whole = areas.map((area) => area.padEnd(6, '0'));
  return {
    signals: signals.map((signal) => {
      if (signal.placedBy !== 'nowhere') return signal;
      const words = signal.infos.flatMap((at) => infos[at]?.areas.map(({ areaDesc }) => areaDesc) ?? []);
      const named = [...new Set(words.flatMap((one) => divisionsNamed(one, divisions)))].sort();
      if (named.length > 0) return { ...signal, divisions: named, placedBy: 'words' };
      places.push(words.join('、'));
      notes.push(
        `地点“${words.join('、').slice(0, 100)}”无编码、无边界、不在预案区划名称内，在人工判定前按 ${sender} 全部辖区（${whole.join(' ')}）计 / ` +
          `place known by no code, outline or name: all that its sender speaks for counts until a person has judged it`,
      );
      return { ...signal, divisions: whole, placedBy: 'issuer' };
    }),
    notes,
    places,
  };
}
