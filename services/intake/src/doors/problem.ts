import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';

/** What stands beside a problem's own members, and in the headers of the answer. */
type ProblemExtras = Readonly<{ members?: object; headers?: Readonly<Record<string, string>> }>;

/** A problem of RFC 9457, as an HTTP answer. */
export class Problem extends HttpException {
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    title: string,
    detail: string,
    { members = {}, headers = {} }: ProblemExtras = {},
  ) {
    super({ type: `urn:fengsui:problem:${code}`, title, status, detail, ...members }, status);
    this.headers = headers;
  }
}

type Reply = {
  status: (code: number) => Reply;
  header: (name: string, value: string) => Reply;
  send: (body: unknown) => unknown;
};

/** Every error of a door is a problem document. */
@Catch(HttpException)
export class AsProblem implements ExceptionFilter {
  catch(exception: HttpException, host: ArgumentsHost): void {
    const reply = host
      .switchToHttp()
      .getResponse<Reply>()
      .status(exception.getStatus())
      .header('content-type', 'application/problem+json');
    if (exception instanceof Problem)
      for (const [name, value] of Object.entries(exception.headers)) reply.header(name, value);
    reply.send(exception.getResponse());
  }
}
