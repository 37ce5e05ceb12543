import {
  applyDecorators,
  BadRequestException,
  Get,
  Injectable,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Right } from '@fengsui/access';
import type { TSchema } from 'typebox';
import { Needs, NeedsLogin } from './access.js';

/**
 * A question of the query API, as docs/openapi.json describes it. `parameters`: of the query, each with what it
 * means.
 */
export type QuestionDescription = Readonly<{
  path: string;
  summary: string;
  answer: TSchema;
  parameters: Readonly<Record<string, string>>;
  /** Who may ask; `login`: whoever is logged in. */ right: Right | 'login';
}>;

const QUESTION = 'fengsui:question';

/** A misspelt parameter must not look like an answer: what is not known is refused. */
@Injectable()
class KnownParameters implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const { parameters } = this.reflector.get<QuestionDescription>(QUESTION, context.getHandler());
    const given = Object.keys(context.switchToHttp().getRequest<{ query: object }>().query);
    const unknown = given.filter((name) => !(name in parameters));
    if (unknown.length === 0) return true;
    const known = Object.keys(parameters);
    throw new BadRequestException(
      `unknown parameter: ${unknown.join(', ')}; ${known.length === 0 ? 'none is expected' : `expected: ${known.join(', ')}`}`,
    );
  }
}

/**
 * A GET of the query API. Parameters that are not named here are refused with 400.
 * @param path below `/v1`, with `:name` for its parts
 * @param answer what it answers, as a schema: the type that the method returns comes from the same (./view.ts)
 * @param right who may ask
 */
export const Question = (
  path: string,
  summary: string,
  answer: TSchema,
  parameters: Readonly<Record<string, string>> = {},
  right: Right | 'login' = 'watch',
): MethodDecorator =>
  applyDecorators(
    Get(path),
    right === 'login' ? NeedsLogin() : Needs(right),
    (_target: object, _name: string | symbol, descriptor: PropertyDescriptor) =>
      Reflect.defineMetadata(
        QUESTION,
        { path, summary, answer, parameters, right } satisfies QuestionDescription,
        descriptor.value as object,
      ),
    UseGuards(KnownParameters),
  );

/** The questions that the methods of controllers answer. */
export const questionsOf = (
  controllers: readonly (new (...words: never[]) => object)[],
): readonly QuestionDescription[] =>
  controllers.flatMap(({ prototype }) =>
    Object.getOwnPropertyNames(prototype).flatMap((name) => {
      const method = (prototype as Record<string, unknown>)[name];
      const found =
        typeof method === 'function'
          ? (Reflect.getMetadata(QUESTION, method) as QuestionDescription | undefined)
          : undefined;
      return found ?? [];
    }),
  );
