import type { Identity } from '@fengsui/access';
import { ForbiddenException, Logger } from '@nestjs/common';

const logger = new Logger('access');

/** @throws ForbiddenException for a session that only watches: it changes nothing until the factors come again */
export function mustAct({ acts, person, origin }: Identity): void {
  if (acts) return;
  logger.warn(`${person} from ${origin}: the session only watches`);
  throw new ForbiddenException('会话已锁定，只能查看 / the session only watches');
}
