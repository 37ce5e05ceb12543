export { IntakeModule } from './module.js';
export type { Origin } from './kept-inputs.js';
export { IntakeQuery } from './query.js';
export { READERS } from './readers/index.js';
export { Receiving, type Input, type Receipt } from './receive.js';
export { INTAKE_SCHEMA } from './schema.js';
