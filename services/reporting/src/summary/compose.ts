import type { Figure } from '../views.js';
import type { SummaryTemplate } from '../plan.js';
import { fill, TemplateFault } from './wording.js';

/** A paragraph that someone wrote and fed as a work record. */
export type Narrative = Readonly<{ section: string; order: number; text: string; event: string }>;

export type Block =
  | Readonly<{ kind: 'heading'; level: 1 | 2; text: string }>
  | Readonly<{ kind: 'paragraph'; text: string }>
  /** Of a notice: its number under the title, and to whom it goes. */
  | Readonly<{ kind: 'number' | 'addressees'; text: string }>
  | Readonly<{ kind: 'table'; title: string; rows: readonly Figure[] }>
  | Readonly<{ kind: 'chart'; title: string; figures: readonly Figure[] }>;

/** The summary before it becomes a document: its words, and the ids of all figures that it prints. */
export type Summary = Readonly<{
  title: string;
  organ: string;
  year: number;
  blocks: readonly Block[];
  printed: readonly string[];
}>;

const ORDINALS = ['一', '二', '三', '四', '五', '六', '七', '八', '九', '十', '十一', '十二'];

/** @throws TemplateFault naming the place when the template asks for a figure that there is not */
export function compose(
  template: SummaryTemplate,
  year: number,
  figures: readonly Figure[],
  narratives: readonly Narrative[],
): Summary {
  const byId = new Map(figures.map((figure) => [figure.id, figure]));
  const printed = new Set<string>();
  const say = (paragraph: string, place: string): Block => {
    const filled = fill(paragraph, place, year, byId);
    for (const id of filled.printed) printed.add(id);
    return { kind: 'paragraph', text: filled.text };
  };
  const blocks: Block[] = template.opening.map((paragraph, index) => say(paragraph, `opening[${index}]`));
  template.sections.forEach((section, s) => {
    const place = `sections[${s}]`;
    blocks.push({ kind: 'heading', level: 1, text: `${ORDINALS[s]}、${section.heading}` });
    blocks.push(...(section.lead ?? []).map((paragraph, index) => say(paragraph, `${place}.lead[${index}]`)));
    section.parts.forEach((part, p) => {
      blocks.push({ kind: 'heading', level: 2, text: `（${ORDINALS[p]}）${part.heading}` });
      blocks.push(
        ...part.paragraphs.map((paragraph, index) => say(paragraph, `${place}.parts[${p}].paragraphs[${index}]`)),
      );
      const written = narratives
        .filter(({ section: name }) => name === part.narratives)
        .sort((a, b) => a.order - b.order || (a.event < b.event ? -1 : 1));
      blocks.push(...written.map(({ text }): Block => ({ kind: 'paragraph', text })));
      for (const { kind, title, figures: ids } of (section.exhibits ?? []).filter(
        ({ afterPart }) => afterPart === p + 1,
      )) {
        const rows = ids.map((id) => byId.get(id) ?? missing(id, `${place}.exhibits`));
        for (const { id } of rows) printed.add(id);
        blocks.push(
          kind === 'table'
            ? { kind, title: fill(title, place, year, byId).text, rows }
            : { kind, title: fill(title, place, year, byId).text, figures: rows },
        );
      }
    });
    blocks.push(...(section.closing ?? []).map((paragraph, index) => say(paragraph, `${place}.closing[${index}]`)));
  });
  return {
    title: fill(template.title, 'title', year, byId).text,
    organ: template.organ,
    year,
    blocks,
    printed: [...printed],
  };
}

function missing(id: string, place: string): never {
  throw new TemplateFault(`${place}: there is no figure ${id}`);
}
