import type { Figure } from '../views.js';
import type { Period } from '../period.js';
import type { SummaryTemplate } from '../plan.js';
import type { Behind } from './cases.js';
import { holds, NotHeld, TemplateFault } from './conditions.js';
import { profileOf } from './profile.js';
import type { Ranks } from './ranks.js';
import { courseRows, type Course } from './response-course.js';
import { fill, type Filling } from './wording.js';

/** A paragraph that someone wrote and fed as a work record. */
export type Narrative = Readonly<{ section: string; order: number; text: string; event: string }>;
/** A task of the plan for the next year. */
export type PlanTask = Readonly<{ section: string; order: number; task: string; owner: string; due: string }>;

export type Block =
  | Readonly<{ kind: 'heading'; level: 1 | 2; text: string }>
  | Readonly<{ kind: 'paragraph'; text: string }>
  /** Of a notice: its number under the title, and to whom it goes. */
  | Readonly<{ kind: 'number' | 'addressees'; text: string }>
  | Readonly<{ kind: 'table'; title: string; rows: readonly Figure[] }>
  /** How a response went: when, what, where, why. */
  | Readonly<{ kind: 'course'; title: string; rows: readonly (readonly string[])[] }>
  | Readonly<{ kind: 'chart'; title: string; figures: readonly Figure[] }>;

/** The summary before it becomes a document: its words, and the ids of all figures that it prints. */
export type Summary = Readonly<{
  title: string;
  organ: string;
  year: number;
  blocks: readonly Block[];
  printed: readonly string[];
  /** Sentences that are not there, because nobody holds a figure of theirs; and what people wrote for no part. */
  missing: readonly Missing[];
}>;

export type Missing = Readonly<{ place: string; what: string }>;

const ORDINALS = ['一', '二', '三', '四', '五', '六', '七', '八', '九', '十', '十一', '十二'];

/** @throws TemplateFault naming the place when the template asks for a figure that there is not */
export const compose = (template: SummaryTemplate, filled: Filled): Summary => new Composing(template, filled).whole();

/** What a template is filled with. */
export type Filled = Readonly<{
  period: Period;
  figures: readonly Figure[];
  narratives: readonly Narrative[];
  /** Of the year after. */ tasks?: readonly PlanTask[];
  /** Held against the span just before, and the mean of three years; where the template asks for them. */
  chain?: readonly Figure[];
  average?: readonly Figure[];
  ranks?: Ranks;
  behind?: Behind;
  /** Of a report of one response. */ course?: Course;
}>;

type Exhibit = NonNullable<SummaryTemplate['sections'][number]['exhibits']>[number];
type TemplatePart = SummaryTemplate['sections'][number]['parts'][number];

/** 建成指挥中心（市应急管理局负责，6月30日前）. */
function taskInWords({ task, owner, due }: PlanTask): string {
  const [, month, day] = due.split('-').map(Number);
  return `${task.replace(/[。；;.]+$/, '')}（${owner}负责，${month}月${day}日前）`;
}

class Composing {
  private readonly filling: Omit<Filling, 'place'>;
  private readonly printed = new Set<string>();
  private readonly missing: Missing[] = [];
  /** Names of the parts that are there. */
  private readonly told = new Set<string>();
  private readonly narratives: readonly Narrative[];
  private readonly tasks: readonly PlanTask[];

  constructor(
    private readonly template: SummaryTemplate,
    { period, figures, narratives, tasks = [], chain = [], average = [], ranks = new Map(), behind, course }: Filled,
  ) {
    const byId = (all: readonly Figure[]) => new Map(all.map((figure) => [figure.id, figure]));
    const profile = profileOf(template.wording);
    const bases = { chain: byId(chain), average: byId(average) };
    this.filling = {
      period,
      figures: byId(figures),
      ...bases,
      ranks,
      profile,
      ...(behind && { behind }),
      ...(course && { course }),
    };
    this.narratives = narratives;
    this.tasks = tasks;
  }

  /** @throws TemplateFault for what there is not */
  private figure(id: string, place: string): Figure {
    const found = this.filling.figures.get(id);
    if (found === undefined) throw new TemplateFault(`${place}: there is no figure ${id}`);
    return found;
  }

  whole(): Summary {
    const { template } = this;
    const year = Number(this.filling.period.from.slice(0, 4));
    const blocks = this.all(template.opening, 'opening', 0);
    let told = 0;
    template.sections.forEach((section, index) => {
      const own = this.section(section, index);
      // A heading with nothing under it is none, and the ones after it are numbered without it.
      if (own.length === 0) return;
      const heading = this.words(section.heading, `sections[${index}].heading`);
      blocks.push({ kind: 'heading', level: 1, text: `${ORDINALS[told]}、${heading}` }, ...own);
      told += 1;
    });
    // A template that has no place for what people write leaves nothing out.
    const takes = template.sections.some(({ parts }) => parts.some(({ narratives }) => narratives !== undefined));
    for (const { section: name, event } of takes ? this.narratives : [])
      if (!this.told.has(name)) this.missing.push({ place: `narrative ${event}`, what: `no part is named ${name}` });
    for (const { section: name, task } of takes ? this.tasks : [])
      if (!this.told.has(name)) this.missing.push({ place: `plan-task ${task}`, what: `no part is named ${name}` });
    const title = this.words(template.title, 'title');
    return { title, organ: template.organ, year, blocks, printed: [...this.printed], missing: this.missing };
  }

  private section(section: SummaryTemplate['sections'][number], index: number): Block[] {
    const place = `sections[${index}]`;
    const allowed = section.parts
      .map((part, p) => ({ part, where: `${place}.parts[${p}]`, number: p + 1 }))
      .filter(({ part, where }) => part.when === undefined || this.holds(part.when, `${where}.when`));
    // Nothing is announced of which nothing can be said.
    const missingBefore = this.missing.length;
    let bodies = this.bodies(allowed, allowed.length);
    const parts = allowed.filter((one) => bodies.get(one)?.length !== 0);
    if (parts.length < allowed.length) {
      this.missing.length = missingBefore;
      bodies = this.bodies(allowed, parts.length);
    }
    const lead = section.lead ?? [];
    // What announces parts is not said where there is none.
    const blocks = this.all(parts.length > 0 ? lead : [], `${place}.lead`, parts.length);
    const left = [...(section.exhibits ?? [])];
    parts.forEach((one, p) => {
      const { part, where, number } = one;
      blocks.push({
        kind: 'heading',
        level: 2,
        text: `（${ORDINALS[p]}）${this.words(part.heading, `${where}.heading`)}`,
      });
      blocks.push(...(bodies.get(one) ?? []));
      // After its part, or where that is not there after the one before.
      const until = parts[p + 1]?.number ?? Infinity;
      while (left[0] !== undefined && left[0].afterPart >= number && left[0].afterPart < until)
        blocks.push(this.exhibit(left.shift() as Exhibit, `${place}.exhibits`));
    });
    for (const { title } of left)
      this.missing.push({ place: `${place}.exhibits`, what: `${title}: its part is not there` });
    return [...blocks, ...this.all(section.closing ?? [], `${place}.closing`, parts.length)];
  }

  private bodies<T extends Readonly<{ part: TemplatePart; where: string }>>(
    all: readonly T[],
    count: number,
  ): Map<T, Block[]> {
    return new Map(all.map((one) => [one, this.body(one.part, one.where, count)]));
  }

  /** The sentences of a part, what people wrote for it, and the tasks of the plan under it. */
  private body({ paragraphs, narratives: name, owedBy }: TemplatePart, place: string, parts: number): Block[] {
    const said = this.all(paragraphs, `${place}.paragraphs`, parts);
    if (name === undefined) return said;
    this.told.add(name);
    const written = this.narratives
      .filter(({ section }) => section === name)
      .sort((a, b) => a.order - b.order || (a.event < b.event ? -1 : 1));
    if (written.length === 0 && owedBy !== undefined)
      this.missing.push({ place: `narrative ${name}`, what: `${owedBy}尚未提交文字 / owed by ${owedBy}` });
    const tasks = this.tasks.filter(({ section }) => section === name).sort((a, b) => a.order - b.order);
    return [
      ...said,
      ...written.map(({ text }): Block => ({ kind: 'paragraph', text })),
      ...(tasks.length === 0
        ? []
        : [{ kind: 'paragraph' as const, text: `任务：${tasks.map(taskInWords).join('；')}。` }]),
    ];
  }

  private exhibit(exhibit: Exhibit, place: string): Block {
    if (exhibit.kind === 'course') {
      const { course, behind } = this.filling;
      if (course === undefined) throw new TemplateFault(`${place}: ${exhibit.title}: the report is of no response`);
      const rows = courseRows(course, behind?.counties ?? new Map());
      return { kind: 'course', title: this.words(exhibit.title, place), rows };
    }
    const { kind, title, figures: ids } = exhibit;
    const rows = ids.map((id) => this.figure(id, place));
    for (const { id } of rows) this.printed.add(id);
    const words = this.words(title, place);
    return kind === 'table' ? { kind, title: words, rows } : { kind, title: words, figures: rows };
  }

  /** A title or heading; where nobody holds a figure of it, it is as it stands without its figures. */
  private words(text: string, place: string): string {
    try {
      return fill(text, { ...this.filling, place }).text;
    } catch (error) {
      if (!(error instanceof NotHeld)) throw error;
      this.missing.push({ place, what: error.message });
      return text.replaceAll(/\{\{.*?\}\}/g, '');
    }
  }

  private all(paragraphs: readonly string[], place: string, parts: number): Block[] {
    return paragraphs.flatMap((paragraph, index) => this.say(paragraph, `${place}[${index}]`, parts));
  }

  /** A sentence that would print what nobody holds is not said, and is said to be missing. */
  private say(paragraph: string, place: string, parts: number): Block[] {
    try {
      const filled = fill(paragraph, { ...this.filling, place, parts });
      for (const id of filled.printed) this.printed.add(id);
      return filled.text === '' ? [] : [{ kind: 'paragraph', text: filled.text }];
    } catch (error) {
      if (!(error instanceof NotHeld)) throw error;
      this.missing.push({ place, what: error.message });
      return [];
    }
  }

  private holds(condition: string, place: string): boolean {
    try {
      return holds(condition, place, (id) => this.figure(id, place));
    } catch (error) {
      if (!(error instanceof NotHeld)) throw error;
      this.missing.push({ place, what: error.message });
      return false;
    }
  }
}
