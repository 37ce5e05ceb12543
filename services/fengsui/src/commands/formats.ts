import { tableOf } from './listing.js';

/** Every format that this installation reads, with those of its mapping files. */
export const FORMATS_COMMAND = tableOf(
  { name: 'formats', about: { zh: '可接收的格式', en: 'formats that are read' } },
  ({ ports }) => ports.receiving.readers.map(({ format, about }) => ({ format, about })),
  [
    [{ zh: '格式', en: 'format' }, ({ format }) => format],
    [{ zh: '说明', en: 'what it reads' }, ({ about }) => about],
  ],
);
