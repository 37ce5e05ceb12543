import { AccessFault, NotLetIn } from '@fengsui/access';
import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Reply } from './request.js';

/** What people do wrong is told to them: 401 at the login, 422 where an account or a role does not fit. */
@Catch(AccessFault, NotLetIn)
export class AsRefusal implements ExceptionFilter {
  catch(fault: AccessFault | NotLetIn, host: ArgumentsHost): void {
    const status = fault instanceof NotLetIn ? 401 : 422;
    const because = fault instanceof NotLetIn ? fault.because : 'refused';
    host
      .switchToHttp()
      .getResponse<Reply>()
      .status(status)
      .header('content-type', 'application/problem+json')
      .send({ type: `urn:fengsui:problem:${because}`, title: fault.message, status, detail: fault.message });
  }
}
