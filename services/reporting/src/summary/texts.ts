import type { SummaryTemplate } from '../plan.js';

/** A text of a template that is filled, or a condition, where it stands. */
export type Text = Readonly<{ place: string; text: string; isCondition?: boolean }>;

/** Everything in a template that may be filled, with its place. */
export function textsIn({ title, opening, sections }: SummaryTemplate): Text[] {
  const all = (texts: readonly string[], place: string): Text[] =>
    texts.map((text, index) => ({ place: `${place}[${index}]`, text }));
  return [
    { place: 'title', text: title },
    ...all(opening, 'opening'),
    ...sections.flatMap(({ heading, lead = [], parts, closing = [], exhibits = [] }, s): Text[] => [
      { place: `sections[${s}].heading`, text: heading },
      ...all(lead, `sections[${s}].lead`),
      ...parts.flatMap((part, p): Text[] => [
        { place: `sections[${s}].parts[${p}].heading`, text: part.heading },
        ...(part.when === undefined
          ? []
          : [{ place: `sections[${s}].parts[${p}].when`, text: part.when, isCondition: true }]),
        ...all(part.paragraphs, `sections[${s}].parts[${p}].paragraphs`),
      ]),
      ...all(closing, `sections[${s}].closing`),
      ...exhibits.flatMap((exhibit, e): Text[] => [
        { place: `sections[${s}].exhibits[${e}].title`, text: exhibit.title },
        ...all(
          'figures' in exhibit ? exhibit.figures.map((id) => `{{${id} change}}`) : [],
          `sections[${s}].exhibits[${e}].figures`,
        ),
      ]),
    ]),
  ];
}
