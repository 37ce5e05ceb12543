import { readFileSync } from 'node:fs';
import { shanghaiMinute } from '@fengsui/contracts';
import { Clock } from '@fengsui/database';
import { escaped, Open, PAGE_POLICY } from '@fengsui/service';
import { Controller, Get, Header, NotFoundException, Param } from '@nestjs/common';
import { classOf, labelOf } from './delivery/standing.js';
import { DutyQuery, type Answerable } from './query.js';

const read = (name: string): string => readFileSync(new URL(`../page/${name}`, import.meta.url), 'utf8');
const STYLE = read('answer.css');
const SCRIPT = read('answer.js');

/**
 * The page that a message links to: one card, one button. It is shown to whoever holds the code, and looking at it
 * changes nothing: previews of links and scanners of mail look, too.
 */
@Controller()
@Open('the code of a message proves who looks')
export class AnswerPage {
  constructor(
    private readonly query: DutyQuery,
    private readonly clock: Clock,
  ) {}

  @Get('answer/:code')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', PAGE_POLICY)
  async page(@Param('code') code: string): Promise<string> {
    const found = /^[A-Za-z0-9]{1,60}$/.test(code) ? await this.query.answerable(code.toUpperCase()) : null;
    if (found === null) throw new NotFoundException('没有这条通知 / there is no such message');
    return pageOf(found, await this.clock.now());
  }

  @Get('answer.css')
  @Header('content-type', 'text/css; charset=utf-8')
  style(): string {
    return STYLE;
  }

  @Get('answer.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  script(): string {
    return SCRIPT;
  }
}

function pageOf(found: Answerable, now: string): string {
  const { subject, text, name, cause } = found;
  const kind = classOf(cause);
  const label = labelOf(kind, false);
  const over = stateOf(found, now);
  const body = over === null ? formOf(found) : `<p id="said">${escaped(over)}</p>`;
  return `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>叫应</title><link rel="stylesheet" href="/answer.css"></head>
<body><main class="${kind}${over === null ? '' : ' over'}"><h1>${escaped(label + subject)}</h1><p class="text">${escaped(text)}</p>
<p>应答人：${escaped(name)}</p>${body}</main>${over === null ? '<script src="/answer.js"></script>' : ''}</body></html>
`;
}

function formOf({ call, person, code, readsBack }: Answerable): string {
  const readBack = readsBack
    ? '<label>请输入通知中的两位复述码 <input id="read-back" inputmode="numeric" maxlength="2" autocomplete="off"></label>'
    : '';
  return `${readBack}<button type="button" data-call="${escaped(call)}" data-person="${escaped(person)}" data-code="${escaped(code)}">收到，我来处置</button>
<p id="said" role="status"></p>`;
}

/** Why it needs no answer of this person any more; null: it does. */
function stateOf(
  { state, answeredBy, answeredAt, closedReason, replied, codeEndsAt }: Answerable,
  now: string,
): string | null {
  if (state === 'answered') return `已由${answeredBy ?? ''}于${minute(answeredAt)}应答`;
  if (state === 'closed') return `已无须应答：${closedReason ?? ''}`;
  if (replied !== null) return `您已于${minute(replied)}应答，尚待其余人员应答`;
  return codeEndsAt !== null && codeEndsAt <= now ? '应答码已过期，请电话报值班室' : null;
}

const minute = (at: string | null): string => (at === null ? '' : shanghaiMinute(at as never).replace('T', ' '));
