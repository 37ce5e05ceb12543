import { BadRequestException, Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { utc, type UtcInstant } from '@fengsui/contracts';

const refuse = ({ data }: ArgumentMetadata, value: unknown, expected: string): never => {
  throw new BadRequestException(`${data}: ${JSON.stringify(value)}; expected ${expected}`);
};

/** `?open` and `?open=true` ask for what is open; without it, or with `false`, everything. */
@Injectable()
export class OpenPipe implements PipeTransform<unknown, boolean> {
  transform(value: unknown, metadata: ArgumentMetadata): boolean {
    if (value === undefined || value === 'false') return false;
    return value === '' || value === 'true' ? true : refuse(metadata, value, 'true or false');
  }
}

/** An instant with an offset, or nothing. */
@Injectable()
export class InstantPipe implements PipeTransform<unknown, UtcInstant | undefined> {
  transform(value: unknown, metadata: ArgumentMetadata): UtcInstant | undefined {
    if (value === undefined) return undefined;
    const readable = typeof value === 'string' && /(Z|[+-]\d\d:?\d\d)$/.test(value) && !Number.isNaN(Date.parse(value));
    return readable
      ? utc(value)
      : refuse(metadata, value, 'an instant with an offset, such as 2021-01-22T08:30:00+08:00');
  }
}

/** A year of four digits. */
@Injectable()
export class YearPipe implements PipeTransform<unknown, number> {
  transform(value: unknown, metadata: ArgumentMetadata): number {
    return typeof value === 'string' && /^\d{4}$/.test(value)
      ? Number(value)
      : refuse(metadata, value, 'a year of four digits, such as 2020');
  }
}
