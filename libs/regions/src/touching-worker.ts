import { workerData } from 'piscina';
import { Counties, type Outline, type Shape } from './counties.js';

const counties = new Counties(workerData as readonly Outline[]);

/** The program of the thread that finds counties. */
export default (shapes: readonly Shape[]): readonly string[] => counties.touchedByAny(shapes);
