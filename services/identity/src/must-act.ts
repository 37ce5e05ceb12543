import type { Identity } from '@fengsui/access';
import { ForbiddenException } from '@nestjs/common';

/** @throws ForbiddenException for a session that only watches: it changes nothing until the factors come again */
export function mustAct({ acts }: Identity): void {
  if (!acts) throw new ForbiddenException('会话已锁定，只能查看 / the session only watches');
}
