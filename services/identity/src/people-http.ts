import {
  addPerson,
  changeRole,
  delegate,
  delegations,
  disable,
  may,
  passwordLink,
  people,
  recordsAfter,
  resetLogin,
  ROLES,
  sealsOf,
  verifyAudit,
  withdraw,
  type Doer,
  type Identity,
  type PersonView,
  type Role,
  type Verdict,
} from '@fengsui/access';
import { utc, type UtcInstant } from '@fengsui/contracts';
import { Clock, type Tx } from '@fengsui/database';
import { JsonBody, Needs, NeedsLogin, Question, Who } from '@fengsui/service';
import {
  BadRequestException,
  Body,
  Controller,
  Delete,
  ForbiddenException,
  HttpCode,
  Param,
  Post,
  Put,
  Query,
  UseFilters,
} from '@nestjs/common';
import { Type, type Static } from 'typebox';
import { DataSource } from 'typeorm';
import { AsRefusal } from './as-refusal.js';
import { mustAct } from './must-act.js';
import { Provider } from './provider.js';
import { AuditShape, DelegationShape, PersonShape, VerdictShape } from './views.js';

const strict = { additionalProperties: false };
const id = Type.String({ minLength: 1, maxLength: 60 });
const reason = Type.String({ minLength: 1, maxLength: 1_000 });
const NewPerson = Type.Object(
  {
    id,
    name: Type.String({ minLength: 1, maxLength: 60 }),
    osUser: Type.Optional(id),
    oidcSubject: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    reason,
  },
  strict,
);
const RoleChange = Type.Object(
  {
    role: Type.Unsafe<Role>(Type.String({ enum: [...ROLES] })),
    authority: Type.String({ pattern: '^\\d{6}$' }),
    given: Type.Boolean(),
    reason,
  },
  strict,
);
const instant = Type.String({
  pattern:
    '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d{1,3})?)?(Z|[+-]\\d\\d:\\d\\d)$',
});
const NewDelegation = Type.Object({ principal: id, agent: id, beginsAt: instant, endsAt: instant, reason }, strict);
const Because = Type.Object({ reason }, strict);
const PAGE = 200;
const AFTER = { after: 'number of the last record that is known' };

/** People, their roles, who speaks for whom, and what was done. */
@Controller('v1')
@UseFilters(AsRefusal)
export class PeopleHttp {
  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    private readonly provider: Provider,
  ) {}

  @Question('people', 'people and their roles', Type.Array(PersonShape), {}, 'manage-people')
  async list(): Promise<readonly PersonView[]> {
    return people(this.db, await this.clock.now());
  }

  /** Enters a person. @returns a link, once, by which they set their password */
  @Post('people')
  @HttpCode(201)
  @Needs('manage-people')
  async add(@Body(new JsonBody(NewPerson)) given: Static<typeof NewPerson>, @Who() who: Identity): Promise<object> {
    return this.change(who, given.reason, async (tx, doer, now) => {
      const oidc = this.provider.identityOf(given.oidcSubject);
      await addPerson(tx, { id: given.id, name: given.name, osUser: given.osUser ?? null, oidc }, doer, now);
      return {
        id: given.id,
        link: await passwordLink(tx, given.id, now),
      };
    });
  }

  /** Who forgot their password, or lost their authenticator: everything of theirs ends, and a link begins anew. */
  @Post('people/:person/link')
  @HttpCode(200)
  @Needs('manage-people')
  async link(
    @Param('person') person: string,
    @Body(new JsonBody(Because)) given: Static<typeof Because>,
    @Who() who: Identity,
  ): Promise<object> {
    return this.change(who, given.reason, async (tx, doer, now) => ({ link: await resetLogin(tx, person, doer, now) }));
  }

  @Put('people/:person/roles')
  @Needs('manage-people')
  async role(
    @Param('person') person: string,
    @Body(new JsonBody(RoleChange)) given: Static<typeof RoleChange>,
    @Who() who: Identity,
  ): Promise<object> {
    const { reason, ...change } = given;
    return this.change(who, reason, async (tx, doer, now) => {
      await changeRole(tx, { person, ...change }, doer, now);
      return { person, ...change };
    });
  }

  @Delete('people/:person')
  @Needs('manage-people')
  async disable(
    @Param('person') person: string,
    @Body(new JsonBody(Because)) given: Static<typeof Because>,
    @Who() who: Identity,
  ): Promise<object> {
    return this.change(who, given.reason, async (tx, doer, now) => {
      await disable(tx, person, doer, now);
      return { person };
    });
  }

  @Question('delegations', 'who speaks for whom: one’s own, or all', Type.Array(DelegationShape), {}, 'login')
  async delegations(@Who() who: Identity): Promise<Awaited<ReturnType<typeof delegations>>> {
    const all = await delegations(this.db);
    return keepsPeople(who) ? all : all.filter(({ agent, principal }) => [agent, principal].includes(who.person));
  }

  /** A person lets somebody speak for them; for others only who keeps the people writes it down. */
  @Post('delegations')
  @HttpCode(201)
  @NeedsLogin()
  async delegate(
    @Body(new JsonBody(NewDelegation)) given: Static<typeof NewDelegation>,
    @Who() who: Identity,
  ): Promise<object> {
    if (given.principal !== who.person && !keepsPeople(who))
      throw new ForbiddenException('只能以本人名义委托 / everybody delegates what is their own');
    const { beginsAt, endsAt, ...rest } = given;
    return this.change(who, given.reason, async (tx, doer, now) => ({
      id: await delegate(tx, { ...rest, beginsAt: utc(beginsAt), endsAt: utc(endsAt) }, doer, now),
    }));
  }

  @Delete('delegations/:id')
  @NeedsLogin()
  async withdraw(
    @Param('id') delegation: string,
    @Body(new JsonBody(Because)) given: Static<typeof Because>,
    @Who() who: Identity,
  ): Promise<object> {
    const row = (await delegations(this.db)).find((one) => one.id === delegation);
    if (row !== undefined && row.principal !== who.person && !keepsPeople(who))
      throw new ForbiddenException('只能撤回本人的委托 / everybody takes back what is their own');
    return this.change(who, given.reason, async (tx, doer, now) => {
      await withdraw(tx, delegation, doer, now);
      return { id: delegation };
    });
  }

  @Question('audit', 'what was done, two hundred records at a time', Type.Array(AuditShape), AFTER, 'read-audit')
  audit(@Query('after') after?: string): ReturnType<typeof recordsAfter> {
    if (after !== undefined && !/^\d{1,9}$/.test(after)) throw new BadRequestException('after: a number of a record');
    return recordsAfter(this.db, Number(after ?? 0), PAGE);
  }

  @Question('audit/verdict', 'whether the audit chain is whole', VerdictShape, {}, 'read-audit')
  verdict(): Promise<Verdict> {
    return sealsOf(this.db).then((seals) => verifyAudit(this.db, seals));
  }

  /** A change by somebody who acts: a session that only watches changes nothing. */
  private change<T>(
    who: Identity,
    reason: string,
    work: (tx: Tx, doer: Doer, now: UtcInstant) => Promise<T>,
  ): Promise<T> {
    mustAct(who);
    const doer: Doer = { actor: who.person, right: 'manage-people', origin: who.origin, reason };
    return this.db.transaction(async (tx) => work(tx, doer, await this.clock.now(tx)));
  }
}

const keepsPeople = (who: Identity): boolean => may(who, 'manage-people');
